/**
 * The layering rules hold on the real tree and bite on a planted violation. The plants live in a temporary copy of src/.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const FOLDERS = ['src', 'test', 'examples', 'bench', 'migrations']

interface Violation {
  rule: { name: string }
  from: string
  to: string
}

/** Rule -> the planted file that breaks it and what it imports. */
const PLANTS: Record<string, { file: string; imports: string }> = {
  'engine-knows-no-framework': { file: 'src/engine/worker/planted-nest.ts', imports: '@nestjs/common' },
  'engine-knows-no-adapter': { file: 'src/engine/worker/planted-adapter.ts', imports: '../../modules/planted.js' },
  'engine-through-its-index': { file: 'src/modules/planted-inside.ts', imports: '../engine/canvas/types.js' },
  'cli-stands-on-the-engine': { file: 'src/cli/planted-nest.ts', imports: '@nestjs/common' },
  'commands-know-no-transport': { file: 'src/cli/commands/planted-client.ts', imports: '../../api-client/index.js' },
  'pure-layers-do-no-io': { file: 'src/engine/canvas/planted-io.ts', imports: 'node:crypto' },
  'ids-do-no-io': { file: 'src/engine/protocol/ids.ts', imports: 'node:fs' },
  'pure-layers-stand-alone': { file: 'src/engine/protocol/planted-redis.ts', imports: '../redis/planted.js' },
  'timing-stands-on-pure-layers': { file: 'src/engine/beat/timing/planted-redis.ts', imports: '../../redis/planted.js' },
  'redis-in-one-folder': { file: 'src/engine/worker/planted-ioredis.ts', imports: 'ioredis' },
  'src-knows-no-tests': { file: 'src/modules/planted-test.ts', imports: '../../test/planted.js' },
  'src-needs-no-dev-dependency': { file: 'src/modules/planted-dev.ts', imports: 'fast-check' },
  'nestjs-door-needs-no-service': { file: 'src/modules/http/planted-swagger.ts', imports: '@nestjs/swagger' },
  'client-runs-in-browsers': { file: 'src/api-client/planted-node.ts', imports: 'node:http' },
  'no-cycles': { file: 'src/modules/planted-cycle.ts', imports: './planted-cycle-back.js' },
  'no-dangling-imports': { file: 'src/modules/planted-dangling.ts', imports: './nowhere.js' },
}
const HELPERS: Record<string, string> = {
  'src/modules/planted.ts': 'export const planted = 1\n',
  'src/engine/redis/planted.ts': 'export const planted = 1\n',
  'src/modules/planted-cycle-back.ts': "import * as back from './planted-cycle.js'\nexport const planted = back\n",
  'test/planted.ts': 'export const planted = 1\n',
}

let copy: string

function write(path: string, text: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true })
  writeFileSync(join(copy, path), text)
}

function cruise(cwd: string, folders: string[]): Promise<Violation[]> {
  const args = [CRUISER, ...folders, '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
  return new Promise((done, fail) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 256 << 20 }, (error, stdout) => {
      if (stdout === '') fail(error ?? new Error('dependency-cruiser said nothing'))
      else done((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations)
    })
  })
}

function ruleNames(): string[] {
  const text = readFileSync(join(ROOT, '.dependency-cruiser.cjs'), 'utf8')
  return [...text.matchAll(/name: '([a-z-]+)'/g)].map((match) => match[1] ?? '')
}

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'chordis-layers-'))
  for (const name of ['src', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  for (const [path, text] of Object.entries(HELPERS)) write(path, text)
  for (const plant of Object.values(PLANTS)) write(plant.file, `import * as planted from '${plant.imports}'\nexport default planted\n`)
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('the layering rules', () => {
  test('the real tree breaks none', async () => {
    const found = await cruise(
      ROOT,
      FOLDERS.filter((folder) => existsSync(join(ROOT, folder))),
    )
    expect(found.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`)).toEqual([])
  })

  test('a planted violation of each rule is caught, at its file', async () => {
    const found = await cruise(copy, ['src'])
    const missed = Object.entries(PLANTS).filter(
      ([rule, { file }]) => !found.some((v) => v.rule.name === rule && (v.from === file || v.to === file)),
    )
    expect(missed).toEqual([])
  })

  test('no rule is without a plant', () => {
    expect(ruleNames().sort()).toEqual(Object.keys(PLANTS).sort())
  })
})

/** A hash tag in a string, `:{`: only keys.ts writes keys. */
const KEY_TAG = /:\{/

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function keysWrittenIn(root: string): string[] {
  return filesUnder(join(root, 'src'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts') && !file.endsWith('engine/redis/keys.ts'))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, at) => (KEY_TAG.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line) ? [`${relative(root, file)}:${at + 1}`] : [])),
    )
}

describe('only keys.ts holds a key', () => {
  test('no other file of src/ writes a hash tag', () => {
    expect(keysWrittenIn(ROOT)).toEqual([])
  })

  test('a planted key is found', () => {
    write('src/engine/worker/planted-key.ts', 'export const key = (tag: string) => `chordis:{${tag}}:ready`\n')
    expect(keysWrittenIn(copy)).toContain('src/engine/worker/planted-key.ts:1')
  })
})
