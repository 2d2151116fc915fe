/** `npm run demo [-- file.pdf]`: the document pipeline of examples/, with an embedded Redis unless CHORDIS_REDIS_URL is set. */
import { launch } from './lib/launch.mjs'

await launch('dist/examples/document-pipeline/demo.js')
