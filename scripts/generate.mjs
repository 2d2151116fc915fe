// `npm run generate [-- --check]`: everything that is made from something else and committed.
// --check fails when a committed file is not what its sources make.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const GENERATORS = ['generate-states.mjs', 'generate-lua.mjs', 'generate-conformance.mjs', 'generate-openapi.mjs', 'generate-graphql.mjs']

for (const name of GENERATORS) {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
