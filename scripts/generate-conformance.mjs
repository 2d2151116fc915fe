// Makes docs/conformance.md: the rules of docs/canvas-semantics.md and the cases of test/conformance that show them. Refuses a rule without a case.
// usage: node scripts/generate-conformance.mjs [--check]     --check fails when the committed file differs
import { readFileSync, writeFileSync } from 'node:fs'
import { conformanceTable } from './lib/conformance-table.mjs'

const at = (path) => new URL(`../${path}`, import.meta.url)
const read = (path) => readFileSync(at(path), 'utf8')
const json = (path) => JSON.parse(read(`test/conformance/${path}`))
const TARGET = 'docs/conformance.md'

const { text, faults } = conformanceTable({
  semantics: read('docs/canvas-semantics.md'),
  own: json('own.json'),
  edge: json('cases/edge.json'),
  edgeRules: json('edge-rules.json'),
  random: json('cases/random.json'),
})
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
if (!process.argv.includes('--check')) writeFileSync(at(TARGET), text)
else if (read(TARGET) !== text) {
  console.error(`${TARGET} is not what the rules and cases make: run npm run generate`)
  process.exit(1)
}
