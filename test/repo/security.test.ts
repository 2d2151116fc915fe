/** docs/guides/security.md tells the truth: its table of scopes is ours. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { SCOPES } from '../../src/engine/index.js'

const guide = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/guides/security.md'), 'utf8')

test('the table of scopes is that of the code', () => {
  const rows = [...guide.matchAll(/^\| `([a-z-]+:[a-z]+)` +\| (.*?) +\|$/gm)].map(([, scope, allows]) => [scope, allows])
  expect(Object.fromEntries(rows)).toEqual(SCOPES)
})
