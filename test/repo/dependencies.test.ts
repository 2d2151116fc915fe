/** docs/dependencies.md says of every dependency why it is there, in the table of its kind. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { [field: string]: { [name: string]: string } | undefined }
const text = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8')

const namesOf = (field: string) => Object.keys(manifest[field] ?? {}).sort()

/** Names in the first column of the tables under a heading. A row without a reason names nobody. */
function rowsOf(heading: string): string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  const rows = [...section.matchAll(/^\| (`.*?) *\| *\S.* *\|$/gm)].map(([, first = '']) => first)
  return rows.flatMap((first) => [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)).sort()
}

/** The version that a row names beside a package: `ioredis` 6. */
const versions = [...text.matchAll(/^\| (`.*?) *\|/gm)].flatMap(([, first = '']) =>
  [...first.matchAll(/`([^`]+)` ([\d.]+)/g)].map(([, name = '', version = '']) => ({ name, version })),
)

test('every dependency has a row, and every row a dependency', () => {
  expect(rowsOf('At run time')).toEqual(namesOf('dependencies'))
  expect(rowsOf('Peers')).toEqual(namesOf('peerDependencies'))
  const peers = namesOf('peerDependencies')
  expect(rowsOf('To build and test')).toEqual(namesOf('devDependencies').filter((name) => !peers.includes(name)))
})

test('versions that are named are those of package.json', () => {
  const ranges = { ...manifest.devDependencies, ...manifest.dependencies }
  const wrong = versions.filter(
    ({ name, version }) => !new RegExp(`^[~^]?${version.replaceAll('.', '\\.')}(\\.|$)`).test(ranges[name] ?? ''),
  )
  expect(versions.length).toBeGreaterThan(8)
  expect(wrong).toEqual([])
})
