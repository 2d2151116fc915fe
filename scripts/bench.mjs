/** `npm run bench -- floor [--json FILE]`, on an empty Redis of its own unless CHORDIS_REDIS_URL is set. */
import { launch } from './lib/launch.mjs'

await launch('dist/bench/index.js', process.argv.slice(2), { redis: { name: 'bench', scratch: true } })
