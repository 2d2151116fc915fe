/**
 * docs/guides/tutorial.md, done as it says: in an empty folder outside of the checkout, with the packed package, npm, and the tutorial's own compiler
 * options. What it shows as output is what comes out. npm takes packages from its cache where it can.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/children.js'
import { useRedis } from '../support/redis-server.js'
import { pack, type Tarball } from '../support/tarball.js'
import { blocksOf } from './readme/blocks.js'
import { expectOutput } from './readme/expect-output.js'
import { Reader, ROOT } from './readme/reader.js'

const TUTORIAL = 'docs/guides/tutorial.md'
/** Runs until it is stopped. */
const SERVICE = 'node app.js'

const redis = useRedis()
const outside = temporaryFolder('tutorial')
const folder = join(outside, 'orders')
const reader = new Reader(() => redis.url, folder)
const npm = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'error' }
let tarball: Tarball

beforeAll(() => {
  Object.assign(process.env, npm)
  tarball = pack()
  copyFileSync(tarball.path, join(outside, basename(tarball.path)))
  mkdirSync(folder)
}, 180_000)

afterAll(() => reader.close())

describe('the tutorial', () => {
  const blocks = blocksOf(join(ROOT, TUTORIAL), TUTORIAL)

  test.each(blocks.map((block) => [`${block.at} ${block.file ?? block.text.trim().split('\n').at(-1)}`, block] as const))(
    '%s',
    async (_title, block) => {
      if (block.file !== undefined) {
        reader.save([block])
        return
      }
      const printed = block.text.trim() === SERVICE ? await reader.serve(block) : await reader.run(block)
      if (block.output !== undefined) expectOutput(printed, block.output)
    },
    120_000,
  )

  test('has the program whose output it shows', () => {
    expect(blocks.some(({ text, output }) => text.trim() === SERVICE && output !== undefined)).toBe(true)
  })
})

/** Runs a program of one line where the tutorial installed the package, or somewhere else. */
const node = (cwd: string, ...args: string[]) =>
  execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('the installed package', () => {
  test('is loaded by require() too', () => {
    const program = "console.log(typeof require('chordis').Client, typeof require('chordis/nestjs').ChordisModule)"
    expect(node(folder, '--input-type=commonjs', '-e', program)).toBe('function function\n')
  })

  test('without its peers is the engine, which runs workflows', () => {
    const bare = temporaryFolder('bare')
    execFileSync('npm', ['init', '--yes'], { cwd: bare, stdio: 'pipe' })
    execFileSync('npm', ['install', '--omit=peer', tarball.path], { cwd: bare, stdio: 'pipe' })
    const program = `
      import { Client, TaskRegistry, Worker, chord, task } from 'chordis'
      const add = task('add', (x, y) => x + y)
      const sum = task('sum', (list) => list.reduce((a, b) => a + b, 0))
      const connection = { redis: ${JSON.stringify(redis.url)}, namespace: 'bare' }
      const client = await Client.connect(connection)
      const tasks = new TaskRegistry().register(add.definition).register(sum.definition)
      const worker = new Worker({ ...connection, tasks })
      await worker.start()
      const handle = await client.submit(chord([add.s(1, 2), add.s(3, 4)], sum.s()))
      console.log(await handle.result({ timeoutMs: 10_000 }))
      await worker.stop()
      await client.close()
      await import('chordis/nestjs').catch((error) => console.log(error.message))`
    expect(node(bare, '--input-type=module', '-e', program)).toMatch(/^10\nCannot find package '@nestjs\//)
  }, 120_000)
})
