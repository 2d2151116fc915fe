/** A Cluster of masters on this machine, slots in equal shares, with the settings of the other servers. */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { keep } from './child.js'
import { STATE } from './paths.js'
import { cpuSeconds, field, redisBinary, SETTINGS, type Server, slowestScriptMs } from './server.js'

const SLOTS = 16_384
/** The cluster bus listens at the port plus 10,000. */
const HIGHEST_PORT = 55_000
const PATIENCE_MS = 20_000

interface Master {
  port: number
  redis: Redis
  end(): Promise<void>
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((done, fail) => {
      const server = createServer().once('error', fail)
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
      })
    })
    if (port > 0 && port <= HIGHEST_PORT) return port
  }
}

async function startMaster(binary: string, index: number): Promise<Master> {
  const port = await freePort()
  const folder = join(STATE, `master-${index}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    ...SETTINGS,
    'cluster-enabled': 'yes',
    // A node that has met no other does not know its own address, and ioredis waits for one.
    'cluster-announce-ip': '127.0.0.1',
  }
  const child = keep(
    spawn(
      binary,
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      { stdio: 'ignore' },
    ),
  )
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  const redis = new Redis(port, '127.0.0.1')
  redis.on('error', () => {})
  const end = async (): Promise<void> => {
    redis.disconnect()
    child.kill('SIGKILL')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, redis, end }
}

async function join_(masters: Master[]): Promise<void> {
  const [first] = masters as [Master]
  for (const [k, { redis, port }] of masters.entries()) {
    await redis.cluster('ADDSLOTSRANGE', Math.ceil((k * SLOTS) / masters.length), Math.ceil(((k + 1) * SLOTS) / masters.length) - 1)
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(k + 1))
    if (k > 0) await first.redis.cluster('MEET', '127.0.0.1', port)
  }
  const deadline = performance.now() + PATIENCE_MS
  for (const { redis } of masters) {
    while (!(await agrees(redis, masters.length))) {
      if (performance.now() > deadline) throw new Error('the Cluster did not form')
      await sleep(50)
    }
  }
}

async function agrees(redis: Redis, masters: number): Promise<boolean> {
  const info = await redis.cluster('INFO')
  return field(info, 'cluster_state') === 'ok' && Number(field(info, 'cluster_size')) === masters
}

/** Null where it cannot be had: the run was given a server. */
export async function startCluster(size: number): Promise<Server | null> {
  const binary = redisBinary()
  if (binary === null) return null
  const masters = await Promise.all(Array.from({ length: size }, (_, k) => startMaster(binary, k)))
  await join_(masters)
  const cluster = masters.map(({ port }) => `redis://127.0.0.1:${port}`)
  return {
    place: { url: cluster[0] as string, prefix: 'bench', cluster, partitions: size },
    about: async () => `a Cluster of ${size}`,
    clean: async () => {
      await Promise.all(masters.flatMap(({ redis }) => [redis.flushall('SYNC'), redis.slowlog('RESET')]))
    },
    slowestScriptMs: async () => Math.max(...(await Promise.all(masters.map(({ redis }) => slowestScriptMs(redis))))),
    cpuSeconds: async () => (await Promise.all(masters.map(({ redis }) => cpuSeconds(redis)))).reduce((sum, one) => sum + one, 0),
    stop: async () => void (await Promise.all(masters.map((master) => master.end()))),
  }
}
