/**
 * One client connection of the proxy and its connection to Redis. Requests and replies pass as whole frames, in order; replies are
 * matched with requests by their order, so the proxy knows which command an answer belongs to.
 * Invariant: a connection that lost a byte stays deaf in that direction until it closes; healing never shifts frames against each other.
 */
import type { Socket } from 'node:net'
import type { ProxyRequest } from './proxy-requests.js'
import { bulksOf, FrameSplitter } from './resp.js'

export type Direction = 'requests' | 'replies'
/** What to do with a request or a reply: 'cut' closes the connection instead, 'cut-mid' first forwards half of the frame. */
export type Verdict = 'pass' | 'cut' | 'cut-mid'

/** A fault. `matches` is asked once per request, when it arrives; the rest only for what matched. */
export interface ProxyRule {
  matches(request: ProxyRequest): boolean
  onRequest?(request: ProxyRequest): Verdict | Promise<Verdict>
  onReply?(request: ProxyRequest, reply: Buffer): Verdict | Promise<Verdict>
}

/** What a connection asks of its proxy. */
export interface ProxyPolicy {
  read(connection: number, frame: Buffer): ProxyRequest
  rulesFor(request: ProxyRequest): ProxyRule[]
  drops(direction: Direction): boolean
  /** Undefined: go at once. */
  wait(direction: Direction): Promise<void> | undefined
}

interface InFlight {
  request: ProxyRequest
  rules: ProxyRule[]
  repliesLeft: number
}

/** 'rest': a frame its sender did not finish, travels as far as it got. `ready`: not before this. */
interface Item {
  kind: 'frame' | 'rest' | 'end'
  bytes: Buffer
  ready: Promise<void> | undefined
}

/**
 * RST. A socket whose end is still being sent is closed instead: Node 20 refuses to reset it (EINVAL), forgets that it is open, and then spins for ever when
 * the process ends.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}

export class ProxyConnection {
  /** Closed by a rule: nothing is delivered any more. */
  cut = false
  private readonly deaf = new Set<Direction>()
  private readonly inFlight: InFlight[] = []
  private subscribed = false
  private readonly requests: Lane
  private readonly replies: Lane

  constructor(
    readonly id: number,
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly policy: ProxyPolicy,
    onGone: () => void,
  ) {
    this.requests = new Lane(upstream, (item) => this.request(item))
    this.replies = new Lane(client, (item) => this.reply(item))
    this.wire(client, this.requests, 'requests')
    this.wire(upstream, this.replies, 'replies')
    const gone = () => client.destroyed && upstream.destroyed && onGone()
    client.once('close', gone)
    upstream.once('close', gone)
  }

  /** Requests that Redis has not answered yet, oldest first. */
  get pending(): ProxyRequest[] {
    return this.inFlight.map(({ request }) => request)
  }

  /** From now on silent in both directions, without a word to either side: the peer vanished. */
  deafen(): void {
    this.deaf.add('requests').add('replies')
  }

  /** RST to the client, at once. */
  reset(): void {
    this.cut = true
    reset(this.client)
    this.upstream.destroy()
  }

  private wire(socket: Socket, lane: Lane, direction: Direction): void {
    const splitter = new FrameSplitter()
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      const ready = this.policy.wait(direction)
      lane.push(splitter.push(chunk).map((bytes) => ({ kind: 'frame', bytes, ready })))
    })
    socket.once('close', () => {
      const ready = this.policy.wait(direction)
      lane.push([
        { kind: 'rest', bytes: splitter.rest(), ready },
        { kind: 'end', bytes: splitter.rest(), ready },
      ])
    })
  }

  private request(item: Item): undefined | Promise<void> {
    if (this.cut || this.silent('requests')) return
    if (item.kind !== 'frame') return this.finish(item, this.upstream)
    const request = this.policy.read(this.id, item.bytes)
    const rules = this.policy.rulesFor(request)
    const verdict = decide(rules, (rule) => rule.onRequest?.(request))
    if (verdict instanceof Promise) return verdict.then((decided) => this.forward(request, rules, decided))
    this.forward(request, rules, verdict)
  }

  private finish(item: Item, to: Socket): undefined {
    if (item.kind === 'rest' && item.bytes.length > 0) to.write(item.bytes)
    if (item.kind === 'end') to.destroySoon()
  }

  private forward(request: ProxyRequest, rules: ProxyRule[], verdict: Verdict): void {
    if (this.cut) return
    if (/^[PS]?SUBSCRIBE$/.test(request.name)) this.subscribed = true
    const repliesLeft = /^[PS]?(UN)?SUBSCRIBE$/.test(request.name) ? Math.max(request.args.length, 1) : 1
    this.inFlight.push({ request, rules, repliesLeft })
    this.send(request.frame, this.upstream, verdict)
  }

  private reply(item: Item): undefined | Promise<void> {
    if (item.kind !== 'frame') return this.cut || this.silent('replies') ? undefined : this.finish(item, this.client)
    const answered = this.isOutOfBand(item.bytes) ? undefined : this.answeredBy()
    // Asked after a cut too: what Redis answered did happen, and the rule that counts losses wants to know.
    const verdict = answered === undefined ? 'pass' : decide(answered.rules, (rule) => rule.onReply?.(answered.request, item.bytes))
    if (verdict instanceof Promise) return verdict.then((decided) => this.deliver(item.bytes, decided))
    this.deliver(item.bytes, verdict)
  }

  private deliver(frame: Buffer, verdict: Verdict): void {
    if (this.cut || this.silent('replies')) return
    this.send(frame, this.client, verdict)
  }

  private send(bytes: Buffer, to: Socket, verdict: Verdict): void {
    if (verdict !== 'cut') to.write(verdict === 'pass' ? bytes : bytes.subarray(0, Math.ceil(bytes.length / 2)))
    if (verdict !== 'pass') this.close()
  }

  /** Earlier bytes still arrive on both sides, then the connection ends. */
  private close(): void {
    this.cut = true
    this.client.destroySoon()
    this.upstream.destroySoon()
  }

  private silent(direction: Direction): boolean {
    if (this.policy.drops(direction)) this.deaf.add(direction)
    return this.deaf.has(direction)
  }

  private answeredBy(): InFlight | undefined {
    const first = this.inFlight[0]
    if (first !== undefined && --first.repliesLeft <= 0) this.inFlight.shift()
    return first
  }

  /** Messages and invalidations answer no request. RESP3 pushes them ('>'); RESP2 sends arrays, on subscribed connections only. */
  private isOutOfBand(frame: Buffer): boolean {
    const push = frame[0] === 0x3e
    if (!push && !(this.subscribed && frame[0] === 0x2a)) return false
    return ['message', 'pmessage', 'smessage', 'invalidate'].includes(bulksOf(frame, 1)[0]?.toString('latin1') ?? '')
  }
}

/** The first verdict that is not 'pass'; stays synchronous unless a rule makes it wait. */
function decide(rules: ProxyRule[], ask: (rule: ProxyRule) => Verdict | Promise<Verdict> | undefined): Verdict | Promise<Verdict> {
  const answers = rules.map(ask)
  if (answers.some((answer) => answer instanceof Promise)) return Promise.all(answers).then(worst)
  return worst(answers as (Verdict | undefined)[])
}

function worst(verdicts: (Verdict | undefined)[]): Verdict {
  return verdicts.find((verdict) => verdict !== undefined && verdict !== 'pass') ?? 'pass'
}

/** Handles items one after another; an item that waits holds up those behind it. */
class Lane {
  private queue: Item[] = []
  private busy = false

  constructor(
    private readonly to: Socket,
    private readonly handle: (item: Item) => undefined | Promise<void>,
  ) {}

  push(items: Item[]): void {
    for (const item of items) this.queue.push(item)
    if (!this.busy) this.drain()
  }

  private drain(): void {
    // One packet for what is here now, not one per frame.
    this.to.cork()
    this.busy = this.handleUntilWaiting()
    this.to.uncork()
  }

  /** True if an item makes the lane wait; it goes on by itself. */
  private handleUntilWaiting(): boolean {
    for (let item = this.queue.shift(); item !== undefined; item = this.queue.shift()) {
      const now = item
      const waiting = now.ready === undefined ? this.handle(now) : now.ready.then(() => this.handle(now))
      if (waiting === undefined) continue
      void waiting.then(() => this.drain())
      return true
    }
    return false
  }
}
