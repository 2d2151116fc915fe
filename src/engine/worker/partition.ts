/**
 * One partition as a worker sees it: a few lanes, each with one turn in flight. A turn carries the completions of the last ticks and asks for new
 * work; when its reply is lost it is sent again as it was, and the script answers the same grants.
 *
 * Lane:   idle -> turn in flight -> idle; a turn that got no answer stays in flight until it gets one. A lane that the partition does not
 *         know (the process was given up for dead, or Redis forgot) is opened again at its own sequence number, and the turn goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { SEPARATOR } from '../protocol/stored.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { type Argument, calls, type ScriptCall } from '../redis/scripts.generated.js'
import { beforeNextTry, isScriptError, untilAnswered } from './answers.js'
import type { Attempt } from './attempt.js'
import type { Announcer, Carried } from './events.js'
import { Batch, completionGroups, Grant, type GrantReply, SpecCache } from './grants.js'
import type { Logger } from './logger.js'

export interface PartitionHost {
  readonly namespace: Namespace
  readonly connection: RedisConnection
  readonly process: string
  readonly info: string
  /** A line for each task (argument-schemas.ts). */
  readonly announced: readonly string[]
  readonly queues: string[]
  readonly logger: Logger
  /** Somebody listens. */
  readonly announcer: Announcer | null
  /** Attempts that may be asked for now; what is granted of them must be given back with release(). */
  reserve(partition: Partition): number
  release(slots: number): void
  granted(grant: Grant, workflow: string, index: number, definition: string): Attempt
  /** All of a turn's grants were handed over. */
  run(): void
  lost(nodes: string[]): void
  /** The process was given up for dead: what of its attempts others run now is to be found out. */
  doubt(partition: Partition): void
  /** `workflow:node` of every attempt of this partition that is not over. */
  held(partition: Partition): string[]
  /** Nothing to do here any more until woken; `dueMs` until a delayed node is due, or -1. */
  idle(partition: Partition, dueMs: number): void
}

interface Lane {
  number: number
  sequence: number
  busy: boolean
  /** The last turn that was answered. */
  answered: number
  /** The turn in flight asks for work. */
  fetching: boolean
  /** What the turn in flight carries. */
  completions: Argument[]
  /** The same for who listens, and what was answered of it so far. */
  carried: Carried[]
  news: string[]
}

const LANES = 2
/** Bytes of completions that one turn carries, and of grants that it may answer. */
const TURN_BYTES = 1024 * 1024
const TURN_COMPLETIONS = 500
/** Records of finished grants are removed this many at a time. */
const UPKEEP_MS = 5
/** 0: only what is ready; 1: also timers, spreads and parked lists; 2: also timers and spreads. */
type Look = 0 | 1 | 2
const MIN_CLOSED = 8

interface Sent {
  want: number
  wakes: number
  look: Look
}

export class Partition {
  private readonly lanes: Lane[] = []
  private readonly dirty: Grant[] = []
  private readonly batches = new Map<string, Batch>()
  private readonly closed: string[] = []
  private readonly specs = new SpecCache()
  private hungry = true
  /** Counts wake(): what came while a turn was under way may be newer than its answer. */
  private wakes = 0
  private dueMs = -1
  /** The last answer said that there is more than was asked for. */
  private plenty = false
  /** The last turn that looked at spreads left some; one that did not look cannot know. */
  private unfinished = false
  private look = true
  private lookedAt = Number.NEGATIVE_INFINITY
  private fetching = true
  private scheduled = false
  private stopped = false
  /** The connection broke since the last audit. */
  private suspected = false
  private auditing: Promise<void> | null = null
  /** Turns that Redis could not execute are taken apart one after another: they share a lane. */
  private isolating: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly host: PartitionHost,
    readonly number: number,
  ) {}

  /** Announces the process and opens the lanes. */
  async open(): Promise<void> {
    for (let number = 0; number < LANES; number++) {
      const lane = newLane(number)
      await this.openLane(lane)
      this.lanes.push(lane)
    }
  }

  private async openLane(lane: Lane): Promise<void> {
    const { process, info, announced } = this.host
    const known = [...this.batches.keys()].filter((name) => name.startsWith(`${lane.number}:`))
    const open = (epoch: string) => calls.open(epoch, process, lane.number, lane.sequence, info, ` ${known.join(' ')} `, announced)
    await this.insist(open)
  }

  /** There may be work; `look` also at lists of tasks that nobody knew. */
  wake(look = false): void {
    this.wakes++
    this.hungry = true
    this.look ||= look
    this.kick()
  }

  /** Nothing more is fetched; completions still travel. */
  stopFetching(): void {
    this.fetching = false
  }

  /** Fetches again. */
  resumeFetching(): void {
    this.fetching = true
    this.wake(true)
  }

  get quiet(): boolean {
    return this.dirty.length === 0 && this.lanes.every((lane) => !lane.busy)
  }

  get isIdle(): boolean {
    return !this.hungry && this.quiet
  }

  /** A node's completion joins the next turn. `final`: the attempt is over. */
  complete(grant: Grant, node: number | string, record: string, final: boolean): void {
    if (grant.nodes.length === 0) this.dirty.push(grant)
    grant.complete(node, record)
    if (final && --grant.batch.outstanding === 0) {
      this.batches.delete(grant.batch.name)
      this.closed.push(grant.batch.name)
    }
    this.kick()
  }

  /** Slots became free. */
  kick(): void {
    if (this.scheduled || this.stopped) return
    this.scheduled = true
    // A lone completion goes at once; while a turn is in flight, completions gather for the next one.
    const pump = () => {
      this.scheduled = false
      this.pump()
    }
    if (this.lanes.some((lane) => lane.busy)) setImmediate(pump)
    else queueMicrotask(pump)
  }

  private pump(): void {
    for (const lane of this.lanes) {
      if (lane.busy || this.stopped) continue
      // A second lane fetches only when there is known to be more than the first one takes.
      const fetch = this.hungry && this.fetching && (this.plenty || !this.lanes.some((other) => other.fetching))
      const want = fetch ? this.host.reserve(this) : 0
      if (want === 0 && this.dirty.length === 0) return
      void this.turn(lane, want)
    }
  }

  /** Completions for one turn, at most TURN_BYTES and TURN_COMPLETIONS of them. */
  private takeCompletions(lane: Lane): Argument[] {
    const args: Argument[] = []
    let bytes = 0
    let count = 0
    while (this.dirty.length > 0 && (count === 0 || (bytes < TURN_BYTES && count < TURN_COMPLETIONS))) {
      const grant = this.dirty[this.dirty.length - 1] as Grant
      const taken = grant.take(TURN_BYTES - bytes, TURN_COMPLETIONS - count)
      if (grant.nodes.length === 0) this.dirty.pop()
      for (const arg of taken.args) args.push(arg)
      bytes += taken.bytes
      count += taken.nodes.length
      if (this.host.announcer !== null) lane.carried.push({ grant, nodes: taken.nodes, records: taken.records })
    }
    return args
  }

  /** Timers and spreads cost commands; between two looks at them some milliseconds may pass while turns follow one another. */
  private lookFor(want: number): Look {
    const now = performance.now()
    if (!this.look && !this.plenty && !this.unfinished && now - this.lookedAt < UPKEEP_MS) return 0
    this.lookedAt = now
    if (!this.look || want === 0) return 2
    this.look = false
    return 1
  }

  private async turn(lane: Lane, want: number): Promise<void> {
    lane.busy = true
    lane.fetching = want > 0
    const look = this.lookFor(want)
    const closed = this.closed.length >= MIN_CLOSED ? this.closed.splice(0) : []
    const { wakes } = this
    lane.sequence++
    lane.completions = this.takeCompletions(lane)
    const reply = await this.send(lane, want, look, closed.join(' '), lane.completions)
    lane.answered = lane.sequence
    lane.completions = []
    lane.busy = false
    lane.fetching = false
    if (reply === null) {
      this.host.release(want)
      return
    }
    this.announce(lane, reply)
    this.received(lane, { want, wakes, look }, reply)
  }

  private announce(lane: Lane, [, , , , , news = '']: TurnReply): void {
    const { announcer } = this.host
    if (announcer === null) return
    if (news !== '') lane.news.push(news)
    const { carried } = lane
    lane.carried = []
    announcer.turn(carried, lane.news.splice(0).join('\n'))
  }

  /** @param sent what the turn asked for, and `wakes` as it was then */
  private received(lane: Lane, { want, wakes, look }: Sent, [, more, dueMs, lost, grants]: TurnReply): void {
    let granted = 0
    if (grants.length > 0) {
      const batch = new Batch(`${lane.number}:${lane.sequence}`, performance.now())
      for (const reply of grants) granted += this.hand(batch, reply)
      if (batch.outstanding > 0) this.batches.set(batch.name, batch)
    }
    if (granted < want) this.host.release(want - granted)
    if (lost.length > 0) this.host.lost(lost)
    if (want > 0) {
      this.plenty = more > 0
      if (more > 0 || look > 0) this.unfinished = more > 0
      // Parked lists hold more of what this process knows.
      this.look ||= more === 2
      if (granted === 0) this.hungry = this.plenty || this.unfinished || this.wakes !== wakes
    }
    // A turn that asked for nothing may have delayed a node.
    if (granted === 0) this.dueMs = dueMs
    if (granted > 0) this.host.run()
    if (this.isIdle) this.host.idle(this, this.dueMs)
    else this.kick()
  }

  private hand(batch: Batch, reply: GrantReply): number {
    const [head, input, specText, texts, workflows = '', waited = '', trace = ''] = reply
    const [workflow = '', run = '', prefix = '', template = '', first, count, stride, attempt, cause = '-', level = '0', before = '0'] =
      head.split('|')
    const spec = this.specs.get(specText)
    const grant = new Grant(
      this,
      batch,
      workflow,
      run,
      prefix,
      template,
      Number(attempt),
      cause,
      input,
      spec,
      Number(level),
      Number(before),
      trace,
    )
    const definitions = texts.split(SEPARATOR)
    const nodes = Number(count)
    const from = Number(first)
    const step = Number(stride)
    batch.outstanding += nodes
    const ids = workflow === '' ? workflows.split(',') : []
    const waits = waited === '' ? [] : waited.split(',')
    for (let k = 0; k < nodes; k++) {
      const attempt = this.host.granted(grant, ids[k] ?? workflow, from + k * step, definitions[k] as string)
      const sinceMs = waits[k] ?? waits[0] ?? ''
      if (sinceMs !== '') attempt.readyAt = batch.at - Number(sinceMs)
    }
    return nodes
  }

  /** Sends a turn until it is answered. Null when the worker stopped meanwhile. */
  private async send(lane: Lane, want: number, look: Look, closed: string, completions: Argument[]): Promise<TurnReply | null> {
    const { process, queues, announcer } = this.host
    const seen = look + (announcer?.asks ?? 0)
    for (let failures = 0; !this.stopped; failures++) {
      if (this.suspected || this.auditing) await this.audit()
      try {
        const reply = (await this.call((epoch) =>
          calls.turn(epoch, process, lane.number, lane.sequence, `,${queues.join(',')},`, want, seen, closed, TURN_BYTES, completions),
        )) as TurnReply | ['reopen']
        if (reply[0] === 'ok') return reply as TurnReply
        lane.sequence--
        await this.openLane(lane)
        lane.sequence++
        this.host.doubt(this)
      } catch (error) {
        await this.recover(lane, error, failures, completions)
      }
    }
    return null
  }

  private async recover(lane: Lane, error: unknown, failures: number, completions: Argument[]): Promise<void> {
    if (isScriptError(error) && completions.length > 0) {
      this.host.logger.error(
        { err: error, partition: this.number, lane: lane.number },
        'a turn failed; its completions are sent again one workflow at a time',
      )
      const isolated = this.isolating.then(() => this.isolate(completions))
      this.isolating = isolated.catch(() => undefined)
      lane.news.push(...(await isolated))
      completions.length = 0
      return
    }
    if (failures === 0 || failures % 20 === 0)
      this.host.logger.warn({ err: error, partition: this.number }, 'a turn got no answer; it is sent again')
    await beforeNextTry(this.host.connection, failures)
  }

  /**
   * Completions of a turn that Redis could not execute: each workflow's go alone, on a lane of their own, so that the bad one is found; its
   * workflow is set aside, and only it fails. Answers the news.
   */
  private async isolate(completions: Argument[]): Promise<string[]> {
    const { namespace, connection, process, announcer } = this.host
    const lane: Lane = { ...newLane(LANES + 1), sequence: Date.now(), busy: true }
    const news: string[] = []
    await this.openLane(lane)
    for (const group of completionGroups(completions)) {
      lane.sequence++
      try {
        const turn = (epoch: string) =>
          calls.turn(epoch, process, lane.number, lane.sequence, ',,', 0, announcer?.asks ?? 0, '', TURN_BYTES, group)
        const send = () => this.insist(turn) as Promise<TurnReply | ['reopen']>
        let reply = await send()
        while (reply[0] === 'reopen' && !this.stopped) {
          lane.sequence--
          await this.openLane(lane)
          lane.sequence++
          reply = await send()
        }
        if (reply[0] !== 'ok') news.push(...nothing(group))
        else if (reply[5]) news.push(reply[5])
      } catch (error) {
        if (!isScriptError(error)) throw error
        const reason = error instanceof Error ? error.message : String(error)
        this.host.logger.error({ err: error, workflow: group[0] }, 'a workflow is damaged and was set aside')
        await untilAnswered(
          connection,
          () => namespace.run(connection, this.number, calls.setaside(String(group[0]), reason)),
          () => this.stopped,
        )
        lane.sequence--
        news.push(...nothing(group))
      }
    }
    return news
  }

  /**
   * Tells of all that has ended, gives back all that is still held and forgets the process. All of it is sent at once, in this order: a Redis that does not
   * answer finds it when it goes on. False: it had not answered after so many ms.
   */
  async leave(withinMs: number): Promise<boolean> {
    this.stopped = true
    const turns = this.lastTurns()
    const until = performance.now() + withinMs
    const say = () => Promise.all([...turns.map((turn) => this.call(turn)), this.giveAllBack()])
    const said = untilAnswered(this.host.connection, say, () => performance.now() > until).then(() => true)
    return Promise.race([said, sleep(withinMs, false, { ref: false })]).catch(() => false)
  }

  /** Those in flight, to be sent once more: nothing of them is done twice. Then what had to wait for them. */
  private lastTurns(): ((epoch: string) => ScriptCall)[] {
    const turns: ((epoch: string) => ScriptCall)[] = []
    const add = (lane: number, sequence: number, completions: Argument[]): void => {
      turns.push((epoch) => calls.turn(epoch, this.host.process, lane, sequence, ',,', 0, 0, '', TURN_BYTES, completions))
    }
    for (const { busy, number, sequence, completions } of this.lanes) if (busy) add(number, sequence, [...completions])
    const [lane] = this.lanes
    if (lane === undefined) return turns
    for (let { sequence } = lane; this.dirty.length > 0; ) add(lane.number, ++sequence, this.takeCompletions(lane))
    return turns
  }

  private async giveAllBack(): Promise<void> {
    for (;;) {
      const [answer] = await this.call((epoch) => calls.reap(epoch, this.host.process, '', 0, 1_000_000, 0))
      if (answer !== 'more') return
    }
  }

  private call(make: (epoch: string) => ScriptCall): Promise<[string, ...unknown[]]> {
    return this.host.namespace.runAtEpoch(this.host.connection, this.number, make)
  }

  /** Until it is answered, or the worker has stopped. */
  private insist(make: (epoch: string) => ScriptCall): Promise<[string, ...unknown[]]> {
    return untilAnswered(
      this.host.connection,
      () => this.call(make),
      () => this.stopped,
    )
  }

  /** Redis may come back without what it answered last: it is asked before any other turn is sent. */
  suspect(): void {
    if (this.stopped) return
    this.suspected = true
    void this.audit()
  }

  private audit(): Promise<void> {
    this.auditing ??= this.compare().finally(() => {
      this.auditing = null
    })
    return this.auditing
  }

  private async compare(): Promise<void> {
    const { process, logger } = this.host
    while (this.suspected && !this.stopped) {
      this.suspected = false
      const answered = this.lanes.map((lane) => `${lane.number}:${lane.answered}`).join(' ')
      const held = this.heldNodes()
      try {
        const [, nodes] = await this.insist((epoch) => calls.audit(epoch, process, answered, held))
        if (nodes) logger.warn({ nodes, partition: this.number }, 'Redis forgot what it had been told; these tasks run again')
      } catch (error) {
        logger.debug({ err: error, partition: this.number }, 'an audit failed')
      }
    }
  }

  /** What runs, what waits for a turn, and what a turn in flight carries. */
  private heldNodes(): string[] {
    const held = this.host.held(this)
    for (const { workflow, prefix, nodes, lone } of this.dirty) {
      for (const node of nodes) held.push(lone ? `${node}:0` : `${workflow}:${prefix}${node}`)
    }
    for (const { completions } of this.lanes) {
      for (const [workflow, , prefix, , , nodes] of completionGroups(completions)) {
        for (const node of String(nodes).split(',')) held.push(`${workflow}:${prefix}${node}`)
      }
    }
    return held
  }

  /** Lanes open again after the process was given up for dead. */
  async reopen(): Promise<void> {
    for (const lane of this.lanes) {
      // A process that has said good-bye is not known any more, and must not come back.
      if (this.stopped) return
      if (lane.busy) continue
      // No turn may overtake: one that ran before an `open` of the same number would be taken for a repeat, and its completions be lost.
      lane.busy = true
      await this.openLane(lane).finally(() => {
        lane.busy = false
      })
    }
    this.host.doubt(this)
    this.wake(true)
  }
}

type TurnReply = ['ok', more: number, dueMs: number, lost: string[], grants: GrantReply[], news?: string]

function newLane(number: number): Lane {
  return { number, sequence: 0, busy: false, answered: 0, fetching: false, completions: [], carried: [], news: [] }
}

/** News that nothing came of these completions. */
function nothing([workflow, , prefix, , , nodes]: Argument[]): string[] {
  return String(nodes)
    .split(',')
    .map((node) => `n ${workflow}:${prefix}${node}`)
}
