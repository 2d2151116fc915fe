// Makes what follows from the table of states and moves, src/engine/protocol/state-machine.ts: the Lua tables in src/engine/redis/lua/lib/states.lua, and
// docs/state-machine.md. Runs before generate-lua.mjs, which makes the library.
// usage: node scripts/generate-states.mjs [--check]     --check fails when a committed file differs
import { readFileSync, writeFileSync } from 'node:fs'
import { createJiti } from 'jiti'
import { statesDocument } from './lib/states-document.mjs'
import { statesLua } from './lib/states-lua.mjs'

const at = (path) => new URL(`../${path}`, import.meta.url)
const table = await createJiti(import.meta.url).import('../src/engine/protocol/state-machine.ts')
const targets = { 'src/engine/redis/lua/lib/states.lua': statesLua(table), 'docs/state-machine.md': statesDocument(table) }

for (const [path, text] of Object.entries(targets)) {
  if (!process.argv.includes('--check')) writeFileSync(at(path), text)
  else if (readFileSync(at(path), 'utf8') !== text) {
    console.error(`${path} is not what src/engine/protocol/state-machine.ts makes: run npm run generate`)
    process.exitCode = 1
  }
}
