// The heart of a worker process: a thread with a connection of its own that renews one counter per partition. It vouches only while the main
// loop ticks, or a handler is inside its hard limit: a process that hangs must lose what it holds.
// Plain JavaScript, so that it runs as it stands from sources and from the build. Started by worker/heartbeat.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { Cluster, Redis } from 'ioredis'

const { redis, beats, fn, process, intervalMs, leaseMs, hardLimitMs, shared } = workerData
/** [0] main loop's last tick, [1] since when it runs one handler without a tick (0: none); milliseconds of the monotonic clock. */
const view = new BigInt64Array(shared)
const now = () => globalThis.process.hrtime.bigint() / 1_000_000n

function open() {
  const base = {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    commandTimeout: leaseMs,
    keepAlive: 10_000,
    retryStrategy: (n) => Math.min(50 * n, 1_000),
  }
  if (redis.cluster) {
    const { enableOfflineQueue, ...redisOptions } = base
    return new Cluster(redis.cluster, {
      redisOptions,
      maxRedirections: 100,
      retryDelayOnTryAgain: 50,
      clusterRetryStrategy: (n) => Math.min(50 * n, 1_000),
    })
  }
  if (redis.sentinel) {
    const sentinels = redis.sentinel.hosts.map((host) => ({ host: host.split(':')[0], port: Number(host.split(':')[1] ?? 26_379) }))
    return new Redis({
      ...base,
      sentinels,
      name: redis.sentinel.name,
      reconnectOnError: (e) => (e.message.startsWith('READONLY') ? 2 : false),
      ...(redis.sentinel.password ? { sentinelPassword: redis.sentinel.password } : {}),
    })
  }
  const url = redis.url ?? 'redis://127.0.0.1:6379'
  return url.startsWith('unix://') ? new Redis({ ...base, path: url.slice(7) }) : new Redis(url, base)
}

const connection = open()
connection.on('error', () => {})
connection.on('node error', () => {})

function vouches() {
  const tick = view[0]
  const handler = view[1]
  if (now() - tick < BigInt(leaseMs)) return true
  return handler > 0n && hardLimitMs > 0 && now() - handler < BigInt(hardLimitMs)
}

async function beat({ partition, meta, guard }) {
  try {
    const counter = await connection.fcall(fn, 2, meta, guard, process)
    if (counter === 0) parentPort.postMessage({ unknown: partition })
  } catch {
    // No answer, or the library is missing for a moment. The next beat tries again; when none gets through for a lease, the work is rightly given to others.
  }
}

const timer = setInterval(() => {
  if (vouches()) for (const keys of beats) void beat(keys)
}, intervalMs)

parentPort.on('message', (message) => {
  if (message !== 'stop') return
  clearInterval(timer)
  connection.disconnect()
  parentPort.close()
})
