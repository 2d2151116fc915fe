/** docs/guides/reliability.md names a test for each claim: they are there. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

test('every claim of what is promised names tests, and they exist', () => {
  const text = readFileSync(join(ROOT, 'docs/guides/reliability.md'), 'utf8')
  const claims = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (claim|-+) /.test(line))
  expect(claims.length).toBeGreaterThan(15)
  for (const claim of claims) expect(claim).toMatch(/`(test\/|npm run chaos)/)
  const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path as string)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
