/** `npm run conformance -- FILE… [--workers N] [--partitions N] [--via http|engine] [--redis URL]`, on an empty Redis of its own unless told. */
import { launch } from './lib/launch.mjs'

const args = process.argv.slice(2)
const told = args.some((arg) => arg === '--redis' || arg.startsWith('--redis='))
await launch('dist/test/conformance/run.js', args, { redis: told ? false : { name: 'conformance', scratch: true } })
