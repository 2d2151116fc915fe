// Makes docs/schema.graphql: the GraphQL schema, from the classes of src/modules/graphql.
// usage: node scripts/generate-graphql.mjs [--check]     --check fails when the committed file differs
import { readFileSync, writeFileSync } from 'node:fs'
import { register } from 'node:module'

const TARGET = 'docs/schema.graphql'
const target = new URL(`../${TARGET}`, import.meta.url)

// The sources themselves: a build may be missing or old.
register('../test/support/ts-hooks.mjs', import.meta.url)
const { schemaText } = await import('../src/modules/graphql/schema.ts')
const text = await schemaText()
if (!process.argv.includes('--check')) writeFileSync(target, text)
else if (readFileSync(target, 'utf8') !== text) {
  console.error(`${TARGET} is not what src/modules/graphql makes: run npm run generate`)
  process.exit(1)
}
