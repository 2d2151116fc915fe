/** `npm run build`: compiles, whether or not something changed. */
import { ensureBuild } from './lib/build.mjs'
import { fail, step } from './lib/steps.mjs'

await step('build', (say) => ensureBuild(say, { force: true })).catch(fail)
