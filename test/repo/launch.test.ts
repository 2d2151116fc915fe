/** The launchers, on a small tree of their own: what `npm start` does around the service. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

/** Says where its Redis is; a signal makes it drain for a moment, ask Redis once more, and end. */
const SERVICE = `
import { connect } from 'node:net'

const path = String(process.env.CHORDIS_REDIS_URL).replace('unix://', '')
const alive = setInterval(() => {}, 1000)
let signals = 0
process.on('SIGTERM', () => {
  signals++
  setTimeout(() => {
    connect(path).once('data', (reply) => {
      console.log('redis said', String(reply).trim(), 'signals', signals)
      process.exit(7)
    }).write('PING\\r\\n')
  }, 100)
  clearInterval(alive)
})
console.log('up', process.env.HOST, process.env.PORT)
`

let tree: string
let running: ChildProcess | undefined

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'chordis-l-'))
  for (const name of ['scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(ROOT, name), join(tree, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  mkdirSync(join(tree, 'src'))
  writeFileSync(join(tree, 'src/main.ts'), SERVICE)
})
afterAll(() => {
  running?.kill('SIGTERM')
  rmSync(tree, { recursive: true, force: true })
})

interface Launched {
  child: ChildProcess
  said: () => string
  setup: () => string
  saying: (text: string) => Promise<void>
  ended: Promise<number | null>
}

function launch(script: string): Launched {
  const env = { ...process.env, PORT: '4321' }
  delete (env as NodeJS.ProcessEnv).CHORDIS_REDIS_URL
  delete (env as NodeJS.ProcessEnv).HOST
  const child = spawn(process.execPath, [`scripts/${script}.mjs`], { cwd: tree, env, stdio: ['ignore', 'pipe', 'pipe'] })
  running = child
  let out = ''
  let err = ''
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  const saying = (text: string) =>
    new Promise<void>((done, fail) => {
      child.stdout?.on('data', (chunk) => {
        out += chunk
        if (out.includes(text)) done()
      })
      void ended.then(() => fail(new Error(`it ended without saying ${text}: ${out}${err}`)))
    })
  return { child, said: () => out, setup: () => err, saying, ended }
}

test('start compiles, opens an embedded Redis, hands one signal on, and stops Redis after the service', async () => {
  const start = launch('start')
  await start.saying('up 127.0.0.1 4321')
  expect(start.setup()).toMatch(/^chordis {2}packages {2}up to date {2}[\d.]+ s\nchordis {2}build {5}compiling … done {2}[\d.]+ s\n/)
  start.child.kill('SIGTERM')
  start.child.kill('SIGHUP')
  expect(await start.ended).toBe(7)
  expect(start.said()).toContain('redis said +PONG signals 1')
  expect(start.setup()).toMatch(/embedded, stopped {2}[\d.]+ s\n$/)
  expect(existsSync(join(tree, '.chordis/redis/server.json'))).toBe(false)
})

test('a second start has nothing to install, compile or repair', async () => {
  const start = launch('start')
  await start.saying('up')
  expect(start.setup()).toMatch(/packages {2}up to date .*\nchordis {2}build {5}up to date /)
  start.child.kill('SIGTERM')
  await start.ended
})

test('a source that does not compile is reported with the fault, and nothing is started', async () => {
  writeFileSync(join(tree, 'src/broken.ts'), 'export const broken: number = "text"\n')
  const start = launch('start')
  expect(await start.ended).toBe(1)
  expect(start.setup()).toMatch(/compiling … failed[\s\S]*src\/broken\.ts.*TS2322/)
  expect(start.setup()).not.toContain('embedded')
  rmSync(join(tree, 'src/broken.ts'))
})

test('a program of a scratch Redis finds it empty and leaves nothing', async () => {
  mkdirSync(join(tree, 'bench'))
  writeFileSync(join(tree, 'bench/index.ts'), "console.log('ran')\n")
  const bench = launch('bench')
  await bench.saying('ran')
  expect(await bench.ended).toBe(0)
  expect(readdirSync(join(tree, '.chordis')).sort()).toEqual(['redis', 'setup-lock'])
})
