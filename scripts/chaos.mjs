/** `npm run chaos -- [--seed N] [--seconds S] [--fault NAME,…] [--json FILE] [--history FILE]`: see test/chaos/nemesis/arguments.ts. It starts Redis servers of its own. */
import { launch } from './lib/launch.mjs'
import { fail } from './lib/steps.mjs'
import { ensureBinary } from './setup.mjs'

const { binary } = await ensureBinary().catch(fail)
await launch('dist/test/chaos/nemesis/index.js', process.argv.slice(2), { redis: false, env: { CHORDIS_REDIS_SERVER: binary } })
