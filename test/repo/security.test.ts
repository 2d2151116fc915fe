/** docs/guides/security.md tells the truth: its table of scopes is ours, and the tests that it names are there. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { SCOPES } from '../../src/engine/index.js'

const ROOT = resolve(import.meta.dirname, '../..')
const guide = readFileSync(join(ROOT, 'docs/guides/security.md'), 'utf8')

test('the table of scopes is that of the code', () => {
  const rows = [...guide.matchAll(/^\| `([a-z-]+:[a-z]+)` +\| (.*?) +\|$/gm)].map(([, scope, allows]) => [scope, allows])
  expect(Object.fromEntries(rows)).toEqual(SCOPES)
})

test('each of the ten risks names tests that are there', () => {
  const rows = [...guide.matchAll(/^\| API(\d+) .*$/gm)].map(([row, number]) => ({ row, number: Number(number) }))
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  for (const { row, number } of rows) {
    const files = [...row.matchAll(/`(test\/[^`]+\.test\.ts)`/g)].map(([, file = '']) => file)
    expect(files, `API${number}`).not.toEqual([])
    for (const file of files) expect(existsSync(join(ROOT, file)), file).toBe(true)
  }
})
