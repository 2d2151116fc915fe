/**
 * A TCP proxy between a client and Redis that understands RESP, so that faults hit a chosen command at a chosen moment.
 *
 * Modes of the whole proxy: `pass` (heals), `delay`, `hold` (a partition: bytes arrive after it heals), `blackhole` (bytes are lost),
 * `refuse`. One-off faults: `reset`, `halfOpen`. Faults by command: `cutAfterRequest`, `cutMidRequest`, `loseEachOnce`, `intercept`.
 * Rules hold until their `off()` or `clear()`; `pass()` leaves them alone.
 */
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Direction, ProxyConnection, type ProxyPolicy, type ProxyRule, reset, type Verdict } from './proxy-connection.js'
import { callIdentity, type ProxyRequest, RequestLog, type RequestPredicate } from './proxy-requests.js'

export type { Direction, ProxyConnection, ProxyRequest, RequestPredicate, Verdict }

/** An active rule. `hits` counts what it did. */
export interface Fault {
  readonly hits: number
  off(): void
}

type Which = Direction | 'both'

export class RedisProxy implements ProxyPolicy {
  readonly connections = new Set<ProxyConnection>()
  private readonly log = new RequestLog()
  private readonly rules = new Set<ProxyRule>()
  private readonly dropping = new Set<Direction>()
  private readonly held = new Map<Direction, Promise<void>>()
  private release: () => void = () => undefined
  private delayMs = 0
  private refusing = false
  private accepted = 0

  private constructor(
    private readonly listener: Server,
    target: { host: string; port: number },
  ) {
    listener.on('connection', (client) => {
      if (this.refusing) return reset(client)
      const connection = new ProxyConnection(++this.accepted, client, connect(target), this, () => this.connections.delete(connection))
      this.connections.add(connection)
    })
  }

  /** In front of a Redis on this machine; the proxy's own port is a free one. */
  static async start(target: { host: string; port: number }): Promise<RedisProxy> {
    const listener = createServer()
    await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(0, '127.0.0.1', resolve))
    return new RedisProxy(listener, { host: target.host, port: target.port })
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async close(): Promise<void> {
    this.pass()
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()))
    for (const connection of this.connections) connection.reset()
    await closed
  }

  // Modes

  /** Heals: no delay, nothing held, dropped or refused. Connections that lost bytes stay dead. */
  pass(): void {
    this.delayMs = 0
    this.refusing = false
    this.dropping.clear()
    this.held.clear()
    this.release()
  }

  /** Adds this to every round trip (on the way to Redis). */
  delay(ms: number): void {
    this.delayMs = ms
  }

  /** A partition: bytes stay under way until `pass()`, then arrive in order. */
  hold(which: Which = 'both'): void {
    const gate = new Promise<void>((resolve) => {
      const before = this.release
      this.release = () => {
        before()
        resolve()
      }
    })
    for (const direction of directions(which)) this.held.set(direction, gate)
  }

  /** Bytes disappear, closings too; new connections are accepted and hear nothing. What lost a byte stays dead after `pass()`. */
  blackhole(which: Which = 'both'): void {
    for (const direction of directions(which)) this.dropping.add(direction)
  }

  /** New connections are reset at once. */
  refuse(): void {
    this.refusing = true
  }

  // One-off faults

  /** RST to every connection; new ones work. */
  reset(): void {
    for (const connection of this.connections) connection.reset()
  }

  /**
   * The chosen open connections go silent for ever without being closed, on either side; new ones work. A blocking command in
   * flight stays blocked in Redis, as it does when a client's machine vanishes. Returns how many it hit.
   */
  halfOpen(which: (connection: ProxyConnection) => boolean = () => true): number {
    const chosen = [...this.connections].filter(which)
    for (const connection of chosen) connection.deafen()
    return chosen.length
  }

  // Faults by command

  /** Forwards what matches, waits for Redis's answer (so it surely ran), then closes the connection instead of delivering it. */
  cutAfterRequest(predicate: RequestPredicate): Fault {
    return this.intercept(predicate, 'reply', () => 'cut')
  }

  /** Forwards half of the bytes of what matches, then closes: Redis never ran it. */
  cutMidRequest(predicate: RequestPredicate): Fault {
    return this.intercept(predicate, 'request', () => 'cut-mid')
  }

  /**
   * Loses the first answer to every distinct request and passes the others. A request is told by `key`; undefined leaves it alone.
   * Default: script calls, EVAL and EVALSHA of the same script and arguments being one request (a client switches between them when
   * it repeats). Answers that say the script did not run (NOSCRIPT, TRYAGAIN, …) are passed and do not count.
   */
  loseEachOnce(options: { key?: (request: ProxyRequest) => string | undefined } = {}): Fault {
    const key = options.key ?? callIdentity
    const lost = new Set<string>()
    return this.intercept(
      (request) => key(request) !== undefined,
      'reply',
      (request, reply) => {
        const id = key(request)
        if (id === undefined || lost.has(id) || didNotRun(reply)) return 'pass'
        lost.add(id)
        return 'cut'
      },
    )
  }

  /**
   * General form: `action` is called before a matching request is forwarded or its reply delivered, and what it returns happens. It may
   * be asynchronous; meanwhile this direction of this connection stands still. `hits` counts verdicts other than 'pass' and, for
   * actions that return nothing (mere observers, or "kill the worker now"), calls.
   */
  intercept(
    predicate: RequestPredicate,
    at: 'request' | 'reply',
    action: (request: ProxyRequest, reply: Buffer) => Verdict | undefined | Promise<Verdict | undefined>,
  ): Fault {
    const fault = { hits: 0, off: () => void this.rules.delete(rule) }
    const counted = (verdict: Verdict | undefined): Verdict => {
      if (verdict !== 'pass') fault.hits++
      return verdict ?? 'pass'
    }
    const act = (request: ProxyRequest, reply: Buffer): Verdict | Promise<Verdict> => {
      const verdict = action(request, reply)
      return verdict instanceof Promise ? verdict.then(counted) : counted(verdict)
    }
    const rule: ProxyRule = {
      matches: predicate,
      ...(at === 'request' ? { onRequest: (request) => act(request, NOTHING) } : { onReply: act }),
    }
    this.rules.add(rule)
    return fault
  }

  /** Ends with the next matching request, once Redis has answered it. */
  next(predicate: RequestPredicate): Promise<ProxyRequest> {
    return new Promise((resolve) => {
      const fault = this.intercept(predicate, 'reply', (request) => {
        fault.off()
        resolve(request)
      })
    })
  }

  /** Removes all rules. */
  clear(): void {
    this.rules.clear()
  }

  // Counters

  /** Requests so far with this key ('GET', 'script:turn'; see ProxyRequest.key), repeats included. */
  count(key: string): number {
    return this.counts().get(key) ?? 0
  }

  counts(): Map<string, number> {
    return this.log.all()
  }

  /** Names a script whose text never passes this proxy. */
  label(sha: string, label: string): void {
    this.log.label(sha, label)
  }

  // ProxyPolicy, for the connections

  read(connection: number, frame: Buffer): ProxyRequest {
    return this.log.read(connection, frame)
  }

  rulesFor(request: ProxyRequest): ProxyRule[] {
    return this.rules.size === 0 ? [] : [...this.rules].filter((rule) => rule.matches(request))
  }

  drops(direction: Direction): boolean {
    return this.dropping.has(direction)
  }

  wait(direction: Direction): Promise<void> | undefined {
    const gate = this.held.get(direction)
    const late = direction === 'requests' && this.delayMs > 0 ? sleep(this.delayMs) : undefined
    return gate !== undefined && late !== undefined ? Promise.all([gate, late]).then(() => undefined) : (gate ?? late)
  }
}

const NOTHING = Buffer.alloc(0)

function directions(which: Which): Direction[] {
  return which === 'both' ? ['requests', 'replies'] : [which]
}

function didNotRun(reply: Buffer): boolean {
  return /^-(NOSCRIPT|ERR Function not found|BUSY|LOADING|MOVED|ASK|TRYAGAIN|CLUSTERDOWN|READONLY|NOAUTH|NOPERM|MISCONF|OOM)\b/.test(
    reply.toString('latin1', 0, 32),
  )
}
