/** Servers and workers start, survive what tests do to them, and never outlive the test process. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { removeFolder, temporaryFolder } from './children.js'
import { RedisSentinel } from './redis-sentinel.js'
import { RedisServer, useRedis } from './redis-server.js'
import { startModule } from './typescript-child.js'
import { until } from './wait.js'
import { WorkerProcess } from './worker-process.js'

describe('the shared Redis of a test file', () => {
  const redis = useRedis()

  it('answers, is 7.0 or newer and gives every test a name of its own', async () => {
    const client = redis.connect()
    expect(await client.ping()).toBe('PONG')
    expect(Number((await redis.server.info('server')).get('redis_version')?.split('.')[0])).toBeGreaterThanOrEqual(7)
    expect(redis.ns()).not.toBe(redis.ns())
    expect(redis.ns()).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
  })
})

describe('a Redis server', () => {
  it('keeps acknowledged writes over kill -9 with appendfsync always, on the same port', async () => {
    const server = await RedisServer.start({ appendonly: true, appendfsync: 'always' })
    const url = server.url
    await server.call('SET', 'kept', '1')
    await server.kill9()
    await expect(server.call('PING')).rejects.toThrow()
    await server.restart()
    expect(server.url).toBe(url)
    expect(await server.call('GET', 'kept')).toBe('1')
    await server.stop()
    expect(existsSync(server.dir)).toBe(false)
  })

  it('is silent while paused and answers again afterwards', async () => {
    const server = await RedisServer.start()
    await server.call('PING')
    server.pause()
    await expect(until(() => server.call('PING'), { timeoutMs: 200 })).rejects.toThrow(/did not come back/)
    server.resume()
    expect(await server.call('PING')).toBe('PONG')
    await server.stop()
  })

  it('refuses writes above maxmemory', async () => {
    const server = await RedisServer.start({ maxmemory: '3mb' })
    await expect(
      (async () => {
        for (let i = 0; i < 10; i++) await server.call('SET', `k${i}`, 'x'.repeat(500_000))
      })(),
    ).rejects.toThrow(/OOM/)
    await server.stop()
  })
})

describe('a Sentinel group', () => {
  it('swaps its roles in good order', async () => {
    const group = await RedisSentinel.start()
    const first = await group.master()
    expect((await group.failover()).port).not.toBe(first.port)
    await group.stop()
  })

  it('promotes the replica of a killed master', async () => {
    const group = await RedisSentinel.start()
    const client = new Redis({
      sentinels: group.sentinels.map(({ host, port }) => ({ host, port })),
      name: group.name,
      maxRetriesPerRequest: null,
    })
    client.on('error', () => undefined)
    await client.set('k', '1')
    await client.wait(1, 5_000)
    const killed = await group.killMaster()
    expect((await group.promoted(killed)).port).not.toBe(killed.port)
    expect(await client.get('k')).toBe('1')
    client.disconnect()
    await group.stop()
  })
})

describe('a worker process', () => {
  const program = `
    process.on('SIGTERM', () => { console.log('bye'); process.exit(7) })
    setInterval(() => console.log('tick ' + process.hrtime.bigint()), 20)
    console.error(process.env.GREETING)
    console.log('ready ' + process.pid)`

  /** A test process that starts a child, stops it (so that it could not even end by itself) and lives on. */
  const tester = `
    import { signal, spawnChild, temporaryFolder } from './children.mjs'
    const child = spawnChild('sleep', ['600'])
    signal(child, 'SIGSTOP')
    console.log('child', child.pid, temporaryFolder('orphan'))
    setInterval(() => {}, 1000)`

  const write = (text: string) => {
    const dir = temporaryFolder('program')
    const path = join(dir, 'program.mjs')
    writeFileSync(path, text)
    return { path, done: () => removeFolder(dir) }
  }

  it('is ready when it says so, freezes, goes on and ends as told', async () => {
    const { path, done } = write(program)
    const worker = await WorkerProcess.start(path, { env: { GREETING: 'hello' } })
    expect(await worker.line(/^hello/)).toBe('hello')
    worker.stop()
    await until(() => stateOf(worker.pid).then((state) => state === 'T'), { what: 'the kernel calls it stopped' })
    const printed = worker.output.length
    worker.cont()
    await until(() => worker.output.length > printed)
    expect(await worker.term()).toEqual({ code: 7, signal: null })
    expect(worker.output).toContain('bye')
    const other = await WorkerProcess.start(path)
    expect(await other.kill9()).toEqual({ code: null, signal: 'SIGKILL' })
    done()
  })

  it('made of a source runs what the source says now, also where it ran before', async () => {
    const dir = temporaryFolder('source')
    const module = pathToFileURL(join(dir, 'program.js'))
    for (const word of ['one', 'two', 'one']) {
      writeFileSync(join(dir, 'program.ts'), `const word: string = '${word}'\nconsole.log('ready ' + word)`)
      const worker = await startModule(module)
      expect(await worker.line(/^ready/)).toBe(`ready ${word}`)
      await worker.exited
    }
    removeFolder(dir)
  })

  it('that ends before it is ready is reported with its output', async () => {
    const { path, done } = write(`console.log('no such module'); process.exit(3)`)
    await expect(WorkerProcess.start(path)).rejects.toThrow(/ended \(code 3.*[\s\S]*no such module/)
    done()
  })

  it('and its folder die with a test process that was killed -9', async () => {
    const { path, done } = write(tester)
    writeFileSync(join(path, '..', 'children.mjs'), compiled('../../src/engine/testing/children.ts'))
    const parent = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    parent.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    const [, pid, dir] = await until(() => /^child (\d+) (\S+)$/m.exec(output), { what: 'the tester started its child' })
    parent.kill('SIGKILL')
    await until(() => stateOf(Number(pid)).then((state) => state === 'gone'), { what: 'the orphan is killed' })
    await until(() => !existsSync(String(dir)), { what: 'the folder is removed' })
    done()
  })
})

/** A source as JavaScript; Node 20 does not run TypeScript. */
function compiled(file: string): string {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8')
  return ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } }).outputText
}

/** The kernel's letter for a process ('R', 'S', 'T', …) or 'gone'. A zombie is gone. */
async function stateOf(pid: number): Promise<string> {
  const letter = process.platform === 'linux' ? stateFromProc(pid) : await stateFromPs(pid)
  return letter === '' || letter === 'Z' ? 'gone' : letter
}

/** A bare Debian has no ps. */
function stateFromProc(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

async function stateFromPs(pid: number): Promise<string> {
  const ps = spawn('ps', ['-o', 'stat=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  for await (const chunk of ps.stdout) output += String(chunk)
  return output.trim().charAt(0)
}
