/**
 * Connections to one Redis, a Sentinel set or a Cluster, with the settings that the trade has paid for (see the comments), and scripts by name.
 *
 * Callers: the client (fails fast and says what it does not know), workers (wait for Redis as long as it takes).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type Command, type RedisOptions as IoredisOptions, Redis } from 'ioredis'
import { ChordisError } from '../protocol/errors.js'
import { library, type ScriptCall } from './scripts.generated.js'
import { SentinelRedis } from './sentinel.js'

/** Where Redis is. One of `url`, `cluster`, `sentinel`. */
export interface RedisOptions {
  /** `redis://`, `rediss://` or `unix:///path`. Default `redis://127.0.0.1:6379`. */
  url?: string
  /** URLs of some nodes of a Cluster. */
  cluster?: string[]
  sentinel?: { hosts: string[]; name: string; password?: string }
}

export type RedisConnection = Redis | Cluster

/** `client`: fail fast, few retries. `worker`: never give up. `blocking`: as worker, for BLPOP. `subscriber`: pub/sub. */
export type ConnectionRole = 'client' | 'worker' | 'blocking' | 'subscriber'

const KEEP_ALIVE_MS = 10_000
/**
 * A connection that owes an answer and says nothing for so long is given up and made again, ms. A command time-out alone would leave a half-open
 * connection in its place, and every later command would time out on it. A blocking one may be silent for its block of 5 s.
 */
const SILENCE_MS = 5_000
const BLOCKING_SILENCE_MS = 8_000
/**
 * A Redis that still loads its data is asked again after this long, ms. ioredis would go by `loading_eta_seconds`, 1 to 10 s: an estimate that is far too
 * long just after the start, so that whoever connected then stayed away for seconds from a Redis that had long been ready.
 */
const LOADING_MS = 200
/** A client that cannot connect says so after this long, ms, or after its command time-out when that is longer. A TCP connect alone may take 5 s. */
const CONNECT_MS = 10_000
/** Before something that was cut off is done again, ms. */
const RETRY_MS = 20
/** The first try comes at once: most lost connections are only that. */
const retryDelay = (times: number): number => Math.min(20 * 2 ** Math.min(times - 1, 7), 2_000) + Math.floor(Math.random() * 20)

/** Answers keep the form of RESP2. */
type Settings = Omit<IoredisOptions, 'replyMapping'>

// maxRetriesPerRequest 0 fails what is in flight as soon as its connection is lost. With 1 or more and no re-send, ioredis forgets it, and only the
// command time-out tells the caller.
function settings(role: ConnectionRole, commandTimeoutMs: number | undefined): Settings {
  const base: Settings = {
    lazyConnect: true,
    keepAlive: KEEP_ALIVE_MS,
    connectTimeout: 5_000,
    maxLoadingRetryTime: LOADING_MS,
    socketTimeout: role === 'blocking' ? BLOCKING_SILENCE_MS : (commandTimeoutMs ?? SILENCE_MS),
    retryStrategy: retryDelay,
    // A master that became a replica answers READONLY: reconnect and send again; the command did not run.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
    enableAutoPipelining: false,
  }
  if (role === 'client') {
    return {
      ...base,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: commandTimeoutMs ?? 5_000,
    }
  }
  // Scripts are safe to repeat, but the worker repeats them itself: a turn that is re-sent behind its successor would only be refused.
  if (role === 'worker')
    return {
      ...base,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: commandTimeoutMs ?? 15_000,
    }
  if (role === 'blocking') return { ...base, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false }
  return { ...base, maxRetriesPerRequest: null, autoResubscribe: false }
}

function single(options: RedisOptions, base: Settings): Redis {
  if (options.sentinel) {
    const sentinels = options.sentinel.hosts.map((host) => {
      const [name, port] = host.split(':')
      return { host: name as string, port: Number(port ?? 26_379) }
    })
    return new SentinelRedis({ ...options.sentinel, sentinels }, base)
  }
  const url = options.url ?? 'redis://127.0.0.1:6379'
  if (url.startsWith('unix://')) return new Redis({ ...base, path: url.slice('unix://'.length) })
  return new Redis(url, base)
}

/**
 * ioredis starts a command's time-out when the command goes to a node. While no node is known (all are away, or each that was asked says that the Cluster is
 * down) commands wait in a queue instead: without this, for as long as that lasts.
 */
class TimedCluster extends Cluster {
  override sendCommand(command: Command, ...where: [stream?: never, node?: unknown]): unknown {
    // It comes again out of the queue, and its caller has been told that nothing is known of it.
    if (command.isSettled) return command.promise
    const { commandTimeout } = this.options.redisOptions ?? {}
    if (commandTimeout !== undefined) command.setTimeout(commandTimeout)
    return super.sendCommand(command, ...where)
  }
}

function cluster(nodes: string[], role: ConnectionRole, base: Settings): Cluster {
  const { lazyConnect, enableOfflineQueue, ...redisOptions } = base
  // A worker never gives up: it waits for the Cluster, and its commands have a time-out from then on.
  const Kind = role === 'client' ? TimedCluster : Cluster
  return new Kind(nodes, {
    lazyConnect: true,
    enableOfflineQueue: true,
    redisOptions,
    // While a slot moves, scripts answer TRYAGAIN before they start; a move may take minutes.
    maxRedirections: 600,
    retryDelayOnTryAgain: 50,
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    clusterRetryStrategy: retryDelay,
  })
}

export function normalise(redis: string | RedisOptions): RedisOptions {
  return typeof redis === 'string' ? { url: redis } : redis
}

/**
 * Opens a connection of the given role. Connection errors are heard by `onError`, never thrown at nobody.
 * @param signal ends the waiting of one that never gives up
 * @throws ChordisError `request-invalid` for a URL that cannot be read; `redis-unavailable` for a client, after 10 s (or its command time-out) at the latest; `closed` when `signal` fired
 */
export async function connect(
  redis: string | RedisOptions,
  role: ConnectionRole,
  onError: (error: Error) => void = () => {},
  commandTimeoutMs?: number,
  signal?: AbortSignal,
): Promise<RedisConnection> {
  const options = normalise(redis)
  const base = settings(role, commandTimeoutMs)
  const connection = open(options, role, base)
  let why: unknown
  const hear = (error: Error): void => {
    why = withoutArguments(error)
    onError(error)
  }
  connection.on('error', hear)
  connection.on('node error', hear)
  // Everything that waits for a reconnect listens.
  connection.setMaxListeners(0)
  // A Cluster that reconnects while it connects for the first time (a master is missing, a node is frozen) leaves that promise behind: the fact counts.
  const opened = Promise.race([connection.connect(), ready(connection)])
  try {
    await (role === 'client' ? within(opened, Math.max(CONNECT_MS, commandTimeoutMs ?? 0)) : Promise.race([opened, fired(signal)]))
  } catch (error) {
    if (role === 'client' || connection.status === 'end') {
      connection.disconnect()
      // `connect()` itself says only that the connection is closed.
      throw unavailable(why ?? error)
    }
    await Promise.race([ready(connection), fired(signal)])
  }
  if (signal?.aborted) {
    connection.disconnect()
    throw new ChordisError('closed', 'it was stopped while it waited for Redis', { cause: why })
  }
  return connection
}

/** @throws ChordisError `request-invalid`: not the error of the URL itself, which shows it with its password */
function open(options: RedisOptions, role: ConnectionRole, base: Settings): RedisConnection {
  try {
    return options.cluster ? cluster(options.cluster, role, base) : single(options, base)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ChordisError('request-invalid', 'is no URL that can be read', { path: 'redis' })
  }
}

/** ioredis tells with an error what was sent: the password of an AUTH, the arguments and results of tasks. Its name is enough. */
function withoutArguments<T>(error: T): T {
  const { command } = (error ?? {}) as { command?: { name?: string; args?: unknown } }
  if (command?.args !== undefined) delete command.args
  return error
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no connection within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function fired(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}

/**
 * Does what may be done twice, again and again while the connection is lost in the midst of it: it has left a former master (redis/sentinel.ts) or was cut, and
 * connects again by itself. What Redis answers is final. Gives up with the last error when the connection is over, or has not come back within the time that a
 * first one may take.
 */
export async function throughReconnects(connection: RedisConnection, work: () => Promise<void>): Promise<void> {
  const until = performance.now() + CONNECT_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const answered = error instanceof ChordisError || (error instanceof Error && error.name === 'ReplyError')
      if (answered) throw error
      await sleep(RETRY_MS)
      const leftMs = until - performance.now()
      if (connection.status === 'end' || leftMs <= 0) throw error
      await within(ready(connection), leftMs).catch(() => Promise.reject(error))
    }
  }
}

/**
 * Subscribes a connection of role `subscriber`, and subscribes it again whenever it has connected again. ioredis would do that too, but lets nobody hear of a
 * refusal (BUSY, while a long script runs), which then ends the process.
 * @param listening called each time from which on messages are heard: some may have been missed before
 */
export async function listenOn(connection: RedisConnection, channels: readonly string[], listening: () => void): Promise<void> {
  await connection.subscribe(...channels)
  connection.on('ready', () => {
    connection.subscribe(...channels).then(listening, () => connection.disconnect(true))
  })
  listening()
}

/** Waits until a connection that retries by itself is ready. */
export function ready(connection: RedisConnection): Promise<void> {
  if (isUsable(connection)) return Promise.resolve()
  return new Promise((resolve) => connection.once('ready', () => resolve()))
}

/** ioredis calls a connection that it has begun to leave ready until the socket has closed; nothing can be sent on it any more. */
function isUsable(connection: RedisConnection): boolean {
  return connection.status === 'ready' && (connection instanceof Cluster || connection.stream.writable)
}

export function unavailable(cause: unknown): ChordisError {
  const reason = cause instanceof Error ? withoutArguments(cause).message : String(cause)
  return new ChordisError('redis-unavailable', `Redis cannot be reached: ${reason}`, { cause })
}

/** Above the limit from which on nothing new is taken in: see ARCHITECTURE.md, memory. */
export function redisFull(refused: 'workflows' | 'schedules' | 'API keys' | 'endpoints of webhooks', workflow?: string): ChordisError {
  const details = workflow === undefined ? {} : { workflow }
  return new ChordisError('redis-full', `Redis is above 80 % of its memory; new ${refused} are refused`, details)
}

const NOT_SENT =
  /enableOfflineQueue|Stream isn't writeable|Connection is closed|ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|None of startup nodes|ENOENT/
const REFUSED =
  /^(LOADING|BUSY|READONLY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|MOVED|ASK|ERR max number of clients|ERR Function not found|NOAUTH|NOPERM|WRONGPASS)/

/** Tells apart what Redis refused (it surely did not run), what never left, and what may have run without an answer. */
export function explain(error: unknown, workflow?: string): ChordisError {
  if (error instanceof ChordisError) return error
  const message = error instanceof Error ? withoutArguments(error).message : String(error)
  const details = workflow === undefined ? { cause: error } : { cause: error, workflow }
  if (/^(OOM|-OOM)|used memory > 'maxmemory'/.test(message))
    return new ChordisError('redis-full', 'Redis has no memory left for new work', details)
  if (NOT_SENT.test(message) || REFUSED.test(message))
    return new ChordisError('redis-unavailable', `Redis cannot be reached: ${message}`, details)
  return new ChordisError('outcome-unknown', `Redis did not answer (${message}); the same id may be sent again`, details)
}

/** The server, or every master of a Cluster. */
export const mastersOf = (connection: RedisConnection): Redis[] =>
  connection instanceof Cluster ? connection.nodes('master') : [connection]

/** Loads the library where it is missing: on the server, or on every master of a Cluster. Loading it again changes nothing. */
export async function loadLibrary(connection: RedisConnection): Promise<void> {
  await Promise.all(mastersOf(connection).map((server) => server.call('FUNCTION', 'LOAD', 'REPLACE', library.source)))
}

const isMissing = (error: unknown): boolean => error instanceof Error && /^ERR Function not found/.test(error.message)

/** Runs a script on a partition. A server that does not know the library (new, flushed, failed over too early) is given it first. */
export async function runScript(connection: RedisConnection, keys: { meta: string; guard: string }, call: ScriptCall): Promise<unknown> {
  const name = `${call.script}_${library.version}`
  try {
    return await connection.fcall(name, 2, keys.meta, keys.guard, ...call.args)
  } catch (error) {
    if (!isMissing(error)) throw withoutArguments(error)
    await loadLibrary(connection)
    return await connection.fcall(name, 2, keys.meta, keys.guard, ...call.args)
  }
}
