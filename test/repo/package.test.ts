/** What `npm publish` would publish: which files, for which users, and what the tools of package authors say of it. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { beforeAll, describe, expect, test } from 'vitest'
import { pack, type Tarball } from '../support/tarball.js'

interface Manifest {
  exports: { [entry: string]: string | { types: string; default: string } }
  bin?: { [name: string]: string }
  dependencies: { [name: string]: string }
  peerDependencies: { [name: string]: string }
  devDependencies: { [name: string]: string }
}

const ROOT = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest

/** Every file is one of these. What is compiled has its types beside it, and a map that holds the source. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/(src|migrations)\/.*\.m?js(\.map)?$/,
  /^dist\/(src|migrations)\/.*\.d\.m?ts$/,
  /^docs\/(guides|api)\/.*\.md$/,
  /^docs\/(canvas-semantics|conformance)\.md$/,
  /^docs\/openapi\.json$/,
  /^docs\/schema\.graphql$/,
  /^docs\/images\/.*\.svg$/,
]
const NEVER = /(^|\/)(test|tests|bench|examples?|scripts|node_modules|fixtures)\/|\.test\.|\.tsbuildinfo$|^dist\/src\/main\./
const MOST_BYTES = 2_400_000
const MOST_UNPACKED_BYTES = 9_500_000

let tarball: Tarball
let paths: string[]

beforeAll(() => {
  tarball = pack()
  paths = tarball.files.map(({ path }) => path)
}, 180_000)

describe('the tarball', () => {
  test('holds the compiled package and its guides, and nothing else', () => {
    expect(paths.filter((path) => NEVER.test(path) || !ALLOWED.some((rule) => rule.test(path)))).toEqual([])
    expect(tarball.size).toBeLessThan(MOST_BYTES)
    expect(tarball.unpackedSize).toBeLessThan(MOST_UNPACKED_BYTES)
  })

  test('has every entry point and command, with types', () => {
    const targets = Object.values(manifest.exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
    const wanted = [...targets, ...Object.values(manifest.bin ?? {})].map((path) => path.replace(/^\.\//, ''))
    expect(wanted.length).toBeGreaterThan(4)
    expect(wanted.filter((path) => !paths.includes(path))).toEqual([])
  })

  test('has types for every module, and no types of one that is not there', () => {
    const bare = (path: string) => path.replace(/\.d\.(m?)ts$/, '.$1js')
    const modules = paths.filter((path) => /\.m?js$/.test(path))
    const typed = paths.filter((path) => /\.d\.m?ts$/.test(path)).map(bare)
    expect(typed.sort()).toEqual(modules.sort())
  })

  test('has source maps that carry their sources, which are not packed', () => {
    const maps = paths.filter((path) => path.endsWith('.map'))
    expect(maps.length).toBeGreaterThan(50)
    const sourcesOf = (path: string) => (JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as { sourcesContent?: string[] }).sourcesContent
    expect(maps.filter((path) => sourcesOf(path)?.[0] === undefined)).toEqual([])
  })

  test('names no folder of the machine that packed it', () => {
    expect(gunzipSync(tarball.data).includes(ROOT)).toBe(false)
  })
})

describe('the manifest', () => {
  test('has an API reference for each entry point', () => {
    const { entryPoints } = JSON.parse(readFileSync(join(ROOT, 'typedoc.json'), 'utf8')) as { entryPoints: string[] }
    const types = Object.values(manifest.exports).flatMap((target) => (typeof target === 'string' ? [] : [target.types]))
    expect(types.map((path) => path.replace('./dist/', '').replace(/\.d\.ts$/, '.ts'))).toEqual(entryPoints)
  })

  test('asks for what must be the application’s own as a peer, installed here for development', () => {
    const peers = Object.keys(manifest.peerDependencies)
    expect(peers.filter((name) => manifest.devDependencies[name] === undefined)).toEqual([])
    expect(peers.filter((name) => manifest.dependencies[name] !== undefined)).toEqual([])
  })

  test('every dependency is imported by what is packed', () => {
    const sources = paths.filter((path) => /\.(m?js|d\.ts)$/.test(path)).map((path) => readFileSync(join(ROOT, path), 'utf8'))
    const isImported = (name: string) => sources.some((text) => text.includes(`'${name}'`) || text.includes(`'${name}/`))
    // Nest brings RxJS to those who inject it; its decorators need class-transformer beside class-validator, and its driver of GraphQL mercurius.
    const asked = ['rxjs', 'class-transformer', 'mercurius']
    const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    expect(names.filter((name) => !isImported(name) && !asked.includes(name))).toEqual([])
  })
})

/** Dependencies whose users are not in the tree yet. */

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball.data).buffer }, strict: true })
  expect(messages).toEqual([])
})

/**
 * The package is ES modules only, on purpose: Node 20.19 and newer `require()` them. Two resolutions therefore do not get what they look for: that of
 * TypeScript before 4.7 (`node10`), which knows no `exports`, and that of CommonJS before TypeScript 5.8 (`node16-cjs`), which knows no require of ESM.
 */
const BY_DESIGN: { [kind in Problem['kind']]?: string } = { NoResolution: 'node10', CJSResolvesToESM: 'node16-cjs' }

test('are the types wrong? Not for ES modules, nor for bundlers', async () => {
  const analysis = await checkPackage(createPackageFromTarballData(tarball.data))
  if (!analysis.types) throw new Error('the package has no types')
  const others = analysis.problems.filter((one) => !('resolutionKind' in one) || BY_DESIGN[one.kind] !== one.resolutionKind)
  expect(others).toEqual([])
  const entries = Object.entries(analysis.entrypoints).filter(([entry]) => entry !== './package.json')
  expect(entries.map(([entry]) => entry).sort()).toEqual(
    Object.keys(manifest.exports)
      .filter((entry) => entry !== './package.json')
      .sort(),
  )
  for (const [, { resolutions }] of entries) {
    for (const kind of ['node16-esm', 'bundler'] as const) expect(resolutions[kind].resolution?.isTypeScript).toBe(true)
  }
})
