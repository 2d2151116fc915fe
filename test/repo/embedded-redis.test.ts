/** The embedded Redis: started, adopted, shared and stopped, also when the process that started it is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

interface Embedded {
  url: string
  pid: number
  how: 'started' | 'adopted' | 'shared'
  stop(): Promise<boolean>
}
type Start = (options: { binary: string; folder: string; port?: boolean; settings?: Record<string, string> }) => Promise<Embedded>

const LIB = resolve(import.meta.dirname, '../../scripts/lib')
const { embeddedRedis } = (await import(join(LIB, 'embedded-redis.mjs'))) as { embeddedRedis: Start }
const { ask } = (await import(join(LIB, 'resp.mjs'))) as { ask: (url: string, commands: string[][]) => Promise<unknown[]> }
const { findRedisBinary } = (await import(join(LIB, 'redis-binary.mjs'))) as { findRedisBinary: () => { found: { binary: string } | null } }
const { identify } = (await import(join(LIB, 'processes.mjs'))) as { identify: (pid: number) => string | null }

const binary = findRedisBinary().found?.binary ?? 'redis-server'
let base: string
let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chordis-emb-'))
  folder = join(base, 'redis')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await (await embeddedRedis({ binary, folder })).stop()
  rmSync(base, { recursive: true, force: true })
})

const gone = (pid: number) => vi.waitFor(() => expect(identify(pid)).toBeNull(), { timeout: 10_000, interval: 10 })

/** A process that starts the embedded Redis of `folder`, prints what it got and then does `after`. */
function startElsewhere(after = 'setInterval(() => {}, 1000)'): Promise<{ child: ChildProcess; got: Omit<Embedded, 'stop'> }> {
  const code = `
    const { embeddedRedis } = await import(${JSON.stringify(join(LIB, 'embedded-redis.mjs'))})
    const server = await embeddedRedis(${JSON.stringify({ binary, folder })})
    console.log(JSON.stringify(server))
    ${after}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (exit) => fail(new Error(`it ended with ${exit}`)))
    child.stdout?.once('data', (line: Buffer) => done({ child, got: JSON.parse(line.toString()) }))
  })
}

test('it starts with the append-only file on, refuses to evict, and keeps its data over a stop', async () => {
  const first = await embeddedRedis({ binary, folder })
  expect(first.how).toBe('started')
  const [aof, policy] = await ask(first.url, [
    ['CONFIG', 'GET', 'appendonly'],
    ['CONFIG', 'GET', 'maxmemory-policy'],
    ['SET', 'kept', 'yes'],
  ])
  expect([aof, policy]).toEqual([
    ['appendonly', 'yes'],
    ['maxmemory-policy', 'noeviction'],
  ])
  expect(await first.stop()).toBe(true)
  expect(identify(first.pid)).toBeNull()

  const second = await embeddedRedis({ binary, folder })
  expect(second.how).toBe('started')
  expect(await ask(second.url, [['GET', 'kept']])).toEqual(['yes'])
  expect(await second.stop()).toBe(true)
})

test('a Redis whose parent was killed -9 is adopted by the next start and stopped by it', async () => {
  const { child, got } = await startElsewhere()
  child.kill('SIGKILL')
  await gone(child.pid ?? 0)

  const next = await embeddedRedis({ binary, folder })
  expect(next).toMatchObject({ how: 'adopted', pid: got.pid, url: got.url })
  expect(await next.stop()).toBe(true)
  expect(identify(got.pid)).toBeNull()
})

test('a Redis that was itself killed -9 is started again with its data', async () => {
  const { child, got } = await startElsewhere()
  await ask(got.url, [['SET', 'kept', 'yes']])
  process.kill(got.pid, 'SIGKILL')
  child.kill('SIGKILL')
  await gone(got.pid)

  const next = await embeddedRedis({ binary, folder })
  expect(next.how).toBe('started')
  expect(await ask(next.url, [['GET', 'kept']])).toEqual(['yes'])
  await next.stop()
})

test('two starts at once share one server, and the last one to leave stops it', async () => {
  const [here, { child, got }, third] = await Promise.all([
    embeddedRedis({ binary, folder }),
    startElsewhere(),
    embeddedRedis({ binary, folder }),
  ])
  expect([here, got, third].map((one) => one.how).sort()).toEqual(['shared', 'shared', 'started'])
  expect(new Set([here.pid, got.pid, third.pid]).size).toBe(1)

  expect(await third.stop()).toBe(false)
  expect(await here.stop()).toBe(false)
  expect(await ask(got.url, [['PING']])).toEqual(['PONG'])
  child.kill('SIGKILL')
  await gone(child.pid ?? 0)
  const last = await embeddedRedis({ binary, folder })
  expect(last.how).toBe('adopted')
  expect(await last.stop()).toBe(true)
})

test('a path too long for a socket gets a port and a password', async () => {
  folder = join(base, 'x'.repeat(100), 'redis')
  const server = await embeddedRedis({ binary, folder })
  expect(server.url).toMatch(/^redis:\/\/:[0-9a-f]{48}@127\.0\.0\.1:\d+$/)
  expect((await ask(server.url.replace(/:[0-9a-f]{48}@/, ''), [['PING']]))[0]).toBeInstanceOf(Error)
  expect(await ask(server.url, [['PING']])).toEqual(['PONG'])
  expect(await server.stop()).toBe(true)
})

test('a server that is not ours is neither adopted nor stopped, whatever the record says', async () => {
  const other = await embeddedRedis({ binary, folder: join(base, 'other') })
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'server.json'), JSON.stringify({ url: other.url }))

  const server = await embeddedRedis({ binary, folder })
  expect(server.how).toBe('started')
  expect(server.pid).not.toBe(other.pid)
  await server.stop()
  expect(await ask(other.url, [['PING']])).toEqual(['PONG'])
  await other.stop()
})

test('a stranger on the recorded port does not stop a new start', async () => {
  const stranger: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const port = await new Promise<number>((done) => {
    stranger.listen(0, '127.0.0.1', () => done((stranger.address() as { port: number }).port))
  })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'server.json'), JSON.stringify({ url: `redis://127.0.0.1:${port}` }))
  const server = await embeddedRedis({ binary, folder })
  expect(server.how).toBe('started')
  await server.stop()
  stranger.close()
})

test('a server that cannot start is reported with the end of its log', async () => {
  await expect(embeddedRedis({ binary, folder, settings: { 'no-such-setting': '1' } })).rejects.toThrow(
    /did not start[\s\S]*no-such-setting/,
  )
  expect(readFileSync(join(folder, 'redis.conf'), 'utf8')).toContain('appendonly yes')
})
