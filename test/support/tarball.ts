/** The package as `npm pack` makes it of the current sources, for the tests that look at it as its users do. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryFolder } from './children.js'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Tarball {
  path: string
  data: Uint8Array
  /** Paths within the package, and bytes. */
  files: { path: string; size: number }[]
  /** Bytes of the tarball, and of what is in it. */
  size: number
  unpackedSize: number
}

/** Compiles when a source changed, then packs into a folder that goes with the test process. */
export function pack(): Tarball {
  execFileSync(process.execPath, ['scripts/setup.mjs'], { cwd: ROOT, stdio: 'pipe' })
  const folder = temporaryFolder('pack')
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const said = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as unknown
  // A list up to npm 11, an object by package name from npm 12 on.
  const [packed] = Object.values(said as object) as (Pick<Tarball, 'files' | 'size' | 'unpackedSize'> & { filename: string })[]
  if (packed === undefined) throw new Error('npm pack said nothing')
  const path = join(folder, packed.filename)
  return { ...packed, path, data: readFileSync(path) }
}
