// The heart of a worker process: a thread with a connection of its own that renews one counter per partition. It vouches only while the main
// loop ticks, or a handler is inside its hard limit: a process that hangs must lose what it holds. When a handler keeps the loop from ticking past its
// hard limit, the thread does what the loop cannot: it fails that attempt, gives the others back and kills the process.
// Plain JavaScript, so that it runs as it stands from sources and from the build. Started by worker/heartbeat.ts.
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { Cluster, Redis } from 'ioredis'

const { redis, beats, version, process, home, intervalMs, leaseMs, maxDeliveries, shared, layout } = workerData
const view = new DataView(shared)
const bytes = Buffer.from(shared)
const now = () => Number(globalThis.process.hrtime.bigint() / 1_000_000n)

/** How often it is looked whether a handler is past its hard limit, ms. */
const LOOK_MS = 100
/** Between two looks, ms: more says that the whole process was frozen. */
const FROZEN_MS = 1_000
/** What the main loop has then, ms. */
const THAW_MS = 2_000
/** What the main loop has to notice a limit itself, ms. */
const SLACK_MS = 200

function open() {
  const base = {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    commandTimeout: leaseMs,
    // A half-open connection is given up, so that a later beat goes by another one.
    socketTimeout: leaseMs,
    keepAlive: 10_000,
    // As in connection.ts: a Redis that loads is asked again soon.
    maxLoadingRetryTime: 200,
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
      // As in connection.ts.
      failoverDetector: true,
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
// See SentinelRedis in connection.ts.
let left = false
if (redis.sentinel) connection.on('end', () => left || connection.connect().catch(() => {}))

/** The call under way, as often as it is looked at: its serial number, since when it is known, its limit (0: none). */
let seen = { serial: 0, since: 0, limitMs: 0 }

function look() {
  const serial = view.getInt32(8, true)
  if (serial !== seen.serial) seen = { serial, since: now(), limitMs: view.getFloat64(layout.head, true) }
}

/** Until when handlers that wait may run: slots and their deadlines. */
function* deadlines() {
  const slots = view.getInt32(12, true)
  for (let slot = 1; slot < slots; slot++) {
    const at = view.getFloat64(layout.head + slot * layout.slot, true)
    if (at > 0) yield { slot, at }
  }
}

function vouches() {
  if (now() - view.getFloat64(0, true) < leaseMs) return true
  if (seen.serial !== 0) return seen.limitMs > 0 && now() - seen.since < seen.limitMs + SLACK_MS
  for (const { at } of deadlines()) if (at > now()) return true
  return false
}

/** Slots of attempts past their hard limit that the main loop has not ended, which it does at once while it lives. */
function overdue() {
  const late = []
  if (now() - view.getFloat64(0, true) < SLACK_MS + LOOK_MS) return late
  if (seen.serial !== 0 && seen.limitMs > 0 && now() - seen.since > seen.limitMs + SLACK_MS) late.push(0)
  for (const { slot, at } of deadlines()) if (now() - at > SLACK_MS) late.push(slot)
  return late
}

/** One completion, as the arguments of the script. */
function completionOf(slot) {
  const at = layout.head + slot * layout.slot
  const length = view.getInt32(at + 8, true)
  if (length < 0) return null
  const [kind, run, prefix, template, batch, partition, record] = bytes
    .toString('latin1', at + layout.shared, at + layout.shared + length)
    .split('\n')
  const own = bytes.toString('latin1', at + layout.own, at + layout.own + view.getInt32(at + 12, true))
  const [workflow, node] = own.split('\n')
  const args = [workflow, run, prefix, template, batch, kind === 'lone' ? '*' : node, record]
  return { name: `${workflow}:${prefix}${node}`, partition: Number(partition), args }
}

let ending = false

async function end(late) {
  ending = true
  clearInterval(timer)
  const found = late.map(completionOf).filter((completion) => completion !== null)
  // What blocks the loop is known when it is the call under way; else it may be any of those that wait, and all are suspects.
  const known = late.includes(0)
  const say = found.map(({ name }) => name).join(', ') || 'a task'
  writeSync(
    2,
    `chordis: ${say} blocks the event loop past its time limit: it fails, the rest goes back, and process ${globalThis.process.pid} is killed\n`,
  )
  // A Redis that does not answer finds the process dead after its lease.
  await Promise.race([giveUp(found, known), sleep(leaseMs)])
  globalThis.process.kill(globalThis.process.pid, 'SIGKILL')
}

async function giveUp(found, known) {
  for (const keys of beats) {
    const mine = found.filter(({ partition }) => partition === keys.partition).flatMap(({ args }) => args)
    await untilAnswered(async () => {
      const { meta, guard } = keys
      const epoch = (await connection.hget(meta, 'epoch')) ?? ''
      if (mine.length > 0) await connection.fcall(`convict_${version}`, 2, meta, guard, epoch, process, ...mine)
      for (let answer = 'more'; answer === 'more'; ) {
        const reply = await connection.fcall(
          `reap_${version}`,
          2,
          meta,
          guard,
          epoch,
          process,
          '',
          known ? '0' : '1',
          known ? 1_000_000 : maxDeliveries,
          '0',
        )
        answer = reply[0]
      }
    })
  }
}

async function untilAnswered(call) {
  for (;;) {
    try {
      return await call()
    } catch {
      await sleep(100)
    }
  }
}

/** What the main loop said of the process last, as JSON, until Redis has it. */
let sample = ''

async function beat({ partition, meta, guard }) {
  const said = sample
  try {
    const counter = await connection.fcall(`beat_${version}`, 2, meta, guard, process, ...(partition === home ? [said] : []))
    if (partition === home && sample === said) sample = ''
    if (counter === 0) parentPort.postMessage({ unknown: partition })
  } catch {
    // No answer, or the library is missing for a moment. The next beat tries again; when none gets through for a lease, the work is rightly given to others.
  }
}

function vouch() {
  if (vouches()) for (const keys of beats) void beat(keys)
}

const timer = setInterval(vouch, intervalMs)
// A connection that came late, or was away, has cost some of the lease already.
connection.on('ready', vouch)

/** When it was looked last, and when this thread found that it had not run for a while either. */
let lookedAt = now()
let thawedAt = Number.NEGATIVE_INFINITY

/** A process that was frozen as a whole has a main loop that is about to notice by itself what has passed. */
function isThawing() {
  const at = now()
  if (at - lookedAt > FROZEN_MS) thawedAt = at
  lookedAt = at
  return at - thawedAt < THAW_MS
}

const looker = setInterval(() => {
  if (ending || isThawing()) return
  look()
  const late = overdue()
  if (late.length > 0) void end(late)
}, LOOK_MS)

/** What somebody waits to see is told at once. */
function beatSoon() {
  if (connection.status === 'ready') void beat(beats[home])
  else connection.once('ready', () => void beat(beats[home]))
}

parentPort.on('message', (message) => {
  if (message.sample) {
    sample = message.sample
    if (message.now) beatSoon()
    return
  }
  if (message !== 'stop') return
  clearInterval(timer)
  clearInterval(looker)
  left = true
  connection.disconnect()
  parentPort.close()
})
