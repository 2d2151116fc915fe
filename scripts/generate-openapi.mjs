// Makes docs/openapi.json from the controllers of src/modules/rest, and the types of chordis/client from that file. Needs no Redis.
// usage: node scripts/generate-openapi.mjs [--check]     --check fails when a committed file differs
import { readFileSync, writeFileSync } from 'node:fs'
import { register } from 'node:module'
import openapiTS, { astToString } from 'openapi-typescript'

const at = (path) => new URL(`../${path}`, import.meta.url)
register('../test/support/ts-hooks.mjs', import.meta.url)
const { generateOpenApi } = await import('../src/modules/rest/generate.ts')
const document = await generateOpenApi()
const types = astToString(await openapiTS(JSON.parse(JSON.stringify(document)), { exportType: true }))
/** The descriptions of the document as docstrings: its other words are no tags of TypeScript's. */
const documented = (text) =>
  text
    .replace(/@description /g, '')
    .replace(/^\s*\* @(example|constant|enum|default|examples)\b.*(\n\s*\* {3}.*)*\n/gm, '')
    .replace(/\/\*\* @(constant|enum|default|example)\b.*?\*\/ ?\n?/g, '')
    .replace(/\/\*\*\n\s*\* (.*)\n\s*\*\/\n/g, '/** $1 */\n')
    .replace(/ *\/\*\*\n\s*\*\/\n/g, '')
    .replace(/^( {4})+/gm, (indent) => '\t'.repeat(indent.length / 4))

const targets = {
  'docs/openapi.json': `${JSON.stringify(document, null, 1)}\n`,
  'src/api-client/schema.generated.ts': `// Made by scripts/generate-openapi.mjs from docs/openapi.json. Do not edit.\n${documented(types)}`,
}

for (const [path, text] of Object.entries(targets)) {
  if (!process.argv.includes('--check')) writeFileSync(at(path), text)
  else if (readFileSync(at(path), 'utf8') !== text) {
    console.error(`${path} is not what src/modules/rest makes: run npm run generate`)
    process.exitCode = 1
  }
}
