/**
 * `npm run bench [-- floor] [--quick] [--workload NAME] [--peer NAME] [--json FILE]`. See bench/README.md.
 *
 * The benchmark starts empty Redis servers of its own, one per workload, so it is told which program to start; with CHORDIS_REDIS_URL it
 * uses that one.
 */
import { launch } from './lib/launch.mjs'
import { fail } from './lib/steps.mjs'
import { ensureBinary } from './setup.mjs'

const env = {}
if (!process.env.CHORDIS_REDIS_URL) {
  const { binary } = await ensureBinary().catch(fail)
  env.CHORDIS_BENCH_REDIS = binary
}
await launch('dist/bench/index.js', process.argv.slice(2), { redis: false, env })
