/** `npm run chaos -- [--seed N] [--seconds S] [--fault NAME,…] [--json FILE] [--history FILE]`: see test/chaos/nemesis/arguments.ts. It starts Redis servers of its own. */
import { totalmem } from 'node:os'
import { launch } from './lib/launch.mjs'
import { fail } from './lib/steps.mjs'
import { ensureBinary } from './setup.mjs'

/** The history of a run is kept until it is judged, some 600 bytes a task: half an hour of a fast machine is more than Node allows itself. MB. */
const HEAP_MB = Math.floor(totalmem() / 2 ** 21)

const { binary } = await ensureBinary().catch(fail)
await launch('dist/test/chaos/nemesis/index.js', process.argv.slice(2), {
  redis: false,
  env: { CHORDIS_REDIS_SERVER: binary },
  node: [`--max-old-space-size=${HEAP_MB}`],
})
