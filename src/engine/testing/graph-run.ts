/**
 * One workflow in memory: what the scripts of redis/lua/lib (graph, finish) do to it, rule by rule, on the same records, so that outcomes,
 * node results and errors are read from it by the code that reads them from Redis.
 *
 * Who runs the tasks is told of nodes that are ready (`host.ready`) and says how attempts ended (`finish`). Linear in the size of the graph, at
 * home with any depth: what one end leads to is worked off from a list.
 */
import type { Graph } from '../canvas/graph.js'
import type { ChildEntry, Origin } from '../protocol/children.js'
import { segmentPrefix } from '../protocol/ids.js'
import { leaves, storedOutput } from '../protocol/layout.js'
import { type Control, controlText } from '../protocol/states.js'
import type { WorkflowMeta } from '../protocol/stored.js'
import type { ChildOutcome } from '../worker/children.js'
import { exprOf } from './expressions.js'
import { addedTo, cancellation, couldRun, openIn, openUnder } from './graph-cancel.js'
import { RunCourse } from './run-course.js'
import { added, at, chordOf, isTerminal, type RunNode, type Segment, segmentOf, tasksOf } from './run-node.js'

export interface RunHost {
  readonly now: number
  /** The node may run: from now on, or again. `front`: before all others. */
  ready(run: GraphRun, node: RunNode, front?: boolean): void
  schedule(due: number, run: () => void): { cancel(): void }
  /** The node's attempt runs and has been revoked. */
  revoked(run: GraphRun, node: RunNode): void
  /** The outcome is known, or the workflow has ended. */
  changed(run: GraphRun): void
  /** The node waits for a workflow that it started. */
  awaits(run: GraphRun, node: RunNode, child: string): void
}

/** What the end of a node means for others: Success, Failure, Revoked, sKipped. */
type Code = 'S' | 'F' | 'R' | 'K'

/** Tasks of one workflow; what was submitted may be larger, and grow to twice that (canvas-semantics 6.3). */
const TASK_LIMIT = 100_000
const TOO_MANY = {
  type: 'LimitExceeded',
  message: 'the workflow would grow past 100,000 tasks and twice what was submitted',
  code: 'limit-exceeded',
}
const COUNT = { S: 'success', F: 'failure', R: 'revoked', K: 'skipped' } as const
/** Errors of attempts that are kept of a node. */
const HISTORY = 5
/** Members that were added stand behind those that were defined. */
const LAST = 2 ** 40
/** What a chord was cancelled for stands before all others. */
const FIRST = -1

/** Whose leases they all are. */
export const OWNER = 'inline'

export class GraphRun {
  /** By prefix, in the order in which they became part of the graph. */
  readonly segments = new Map<string, Segment>()
  readonly meta: WorkflowMeta
  readonly control: Control
  /** Why nodes were ended by a cancellation: records by the fields that theirs name. */
  readonly reasons = new Map<string, string>()
  /** The failure with which the workflow was cancelled. */
  private cancelledBy: string | null = null
  /** Who started it, and what it started. */
  readonly lineage: { origin: Origin | null; children: ChildEntry[] } = { origin: null, children: [] }
  readonly course: RunCourse
  private readonly staged = new Map<string, Segment>()
  /** What ends have led to and is not done yet. */
  private readonly todo: (() => void)[] = []
  private working = false
  private told = { outcome: 0, ended: 0 }

  constructor(
    private readonly host: RunHost,
    readonly id: string,
    graph: Graph,
    meta: Omit<WorkflowMeta, 'o' | 'n' | 'c'>,
    keepMs: number,
    /** That are left of the workflow's; null: no limit. */
    private retries: number | null = null,
    /** Whether the first failure ends what is open. */
    private readonly cancels = false,
  ) {
    const segment = segmentOf(graph, '', null)
    const outputs = new Set(leaves(graph.output))
    for (const index of outputs) at(segment, index).isOutput = true
    const tasks = tasksOf(segment)
    this.meta = { o: storedOutput(graph.output), n: graph.nodes.length, c: tasks, ...meta }
    this.control = { ...FRESH, remaining: tasks, outs: outputs.size, created: host.now, keepMs }
    this.segments.set(segment.prefix, segment)
    this.course = new RunCourse(this.control, host)
  }

  /** Releases the nodes that need nothing. */
  start(): void {
    this.work(() => this.releaseRoots(this.segments.get('') as Segment))
  }

  /** Ends all that is open. `why`: the error as JSON. False: it had ended. */
  revoke(why: string): boolean {
    if (this.control.ended > 0) return false
    this.course.resume()
    this.reasons.set('*', `R|${why}`)
    const all = [...this.segments.values()].flatMap(({ nodes }) => nodes)
    this.work(() => {
      for (const node of openUnder(this.segments, all)) this.endOpen(node, '*', 'R*')
    })
    return true
  }

  /** Ends a task, and what it replaced itself by; what depends on it hears of that. False: it was over. */
  revokeTask(id: string, why: string): boolean {
    const node = this.node(id)
    if (node === undefined || isTerminal(node)) return false
    const runs = node.record?.[0] === 'L'
    this.work(() => {
      this.reasons.set(`*${id}`, `R|${why}`)
      const inside = openUnder(this.segments, node.record?.[0] === 'W' ? [node] : []).filter((one) => one !== node)
      this.settle(node, 'R', `R${begun(node)}|${why}`, `R${id}`)
      for (const one of inside) {
        const code = this.endOpen(one, `*${id}`, `R*${id}`)
        // What it added to the chord around it is outside.
        if (one.end?.kind === 'member' && !inside.includes(one.end.target)) this.tell(one.end.target, one, code, `R*${id}`)
      }
    })
    if (runs) this.host.revoked(this, node)
    return true
  }

  /** What became of the workflow since it was asked last, as a turn tells it (redis/lua/lib/flush.lua). */
  news(): string {
    const { outcome, ended } = this.control
    const letters = `${outcome > 0 && this.told.outcome === 0 ? 'o' : ''}${ended > 0 && this.told.ended === 0 ? 'e' : ''}`
    this.told = { outcome, ended }
    return letters === '' ? '' : `w${letters} ${this.id} ${controlText(this.control)}`
  }

  node(id: string): RunNode | undefined {
    const cut = id.lastIndexOf('/') + 1
    return this.segments.get(id.slice(0, cut))?.nodes[Number(id.slice(cut))]
  }

  /** A worker has the node's attempt. */
  lease(node: RunNode): void {
    this.control.started ||= this.host.now
    node.record = `L ${OWNER} ${node.attempt} 0 0 - -`
  }

  /** Whether the node is waiting to be run, in this attempt. */
  isReady(node: RunNode): boolean {
    return node.record === null || node.record[0] === 'Q' || node.record[0] === 'D'
  }

  /** Keeps what an attempt adds until it ends; answers the prefix. */
  stageReplacement(node: RunNode, graph: Graph): string {
    const prefix = segmentPrefix(node.id, 0)
    this.staged.set(prefix, added(graph, prefix, chordOf(node), 'place', node))
    return prefix
  }

  /** As {@link stageReplacement}, for the `ordinal`th member (from 1) that an attempt adds to its chord; null when it is in none. */
  stageMember(node: RunNode, graph: Graph, ordinal: number): string | null {
    const chord = chordOf(node)
    if (chord === null) return null
    const prefix = segmentPrefix(node.id, ordinal)
    this.staged.set(prefix, added(graph, prefix, chord, 'member', chord))
    return prefix
  }

  /** How the attempt ended: a record or a command, as workers send them (ARCHITECTURE.md, completion). */
  finish(node: RunNode, completion: string): void {
    if (node.record?.[0] !== 'L') throw new Error(`node ${node.id} does not run`)
    this.work(() => this.take(node, completion))
  }

  private take(node: RunNode, completion: string): void {
    switch (completion[0]) {
      case 'S':
      case 'I':
        this.settle(node, 'S', completion, '')
        break
      case 'F':
        this.settle(node, 'F', completion, `F${node.id}`)
        break
      case '+':
        this.grow(node, completion)
        break
      case 'X':
        this.replace(node, completion.slice(2))
        break
      case 'Y':
        this.wait(node, completion)
        break
      case 'r':
        this.again(node, completion)
        break
      case 'b':
        node.record = `Q ${node.attempt} 0 0 - -`
        this.host.ready(this, node, true)
        break
      default:
        throw new Error(`there is no completion ${completion.slice(0, 20)}`)
    }
  }

  /** `Y[i]|<child>` */
  private wait(node: RunNode, completion: string): void {
    const [, ignored = '', child = ''] = /^Y(i?)\|(.*)$/.exec(completion) ?? []
    node.record = `W ${node.attempt}${ignored} ${child}`
    this.host.awaits(this, node, child)
  }

  /** What a child came to that the node waits for. Of any other node nothing happens. */
  childEnded(node: RunNode, child: string, outcome: ChildOutcome): void {
    const [, attempt = '', ignored = '', waitsFor] = /^W (\d+)(i?) (\S+)$/.exec(node.record ?? '') ?? []
    if (waitsFor !== child) return
    const mark = attempt === '1' ? '' : attempt
    this.work(() => {
      if ('value' in outcome) {
        this.settle(node, 'S', ignored === 'i' ? `S${attempt}i|${outcome.value}` : `S${mark}|${outcome.value}`, '')
        return
      }
      const code = outcome.error.type === 'TaskRevokedError' ? 'R' : 'F'
      this.settle(node, code, `${code}${mark}|${JSON.stringify(outcome.error)}`, code + node.id)
    })
  }

  private again(node: RunNode, completion: string): void {
    const [, delay, next, most = '', ran, error = ''] = /^r(\d+)\|(\d+)\|(\d*)\|(\d+)\|(.*)$/s.exec(completion) ?? []
    const [ms, attempt] = [Number(delay), Number(next)]
    if (node.expired) {
      this.settle(node, 'R', expiredRecord(attempt - 1), `R${node.id}`)
      return
    }
    const { now } = this.host
    node.began ??= now - Number(ran)
    const why = this.outOfRetries(most, now + ms - node.began)
    if (why !== null) {
      const given = error === '' ? JSON.stringify({ type: 'MaxRetriesExceeded', message: why }) : error
      this.settle(node, 'F', `F${attempt - 1}|${given}`, `F${node.id}`)
      return
    }
    if (node.errors.length === HISTORY) node.errors.splice(1, 1)
    node.errors.push(`${attempt - 1} ${now} ${error === '' ? 'null' : error}`)
    node.attempt = attempt
    node.record = `${ms > 0 ? 'D' : 'Q'} ${attempt} 0 0 - -`
    this.enqueue(node, now + ms)
  }

  /** Why a node is not tried again although its own number allows it; else one retry of the workflow is taken. */
  private outOfRetries(most: string, elapsedMs: number): string | null {
    if (most !== '' && elapsedMs > Number(most)) return 'the next retry would begin later than maxElapsedMs allows'
    if (this.retries === null) return null
    if (this.retries < 1) return 'the workflow has no retry left'
    this.retries--
    return null
  }

  private replace(node: RunNode, prefix: string): void {
    if (!this.fits([prefix])) {
      this.tooMany(node)
      return
    }
    node.record = `W ${node.attempt}`
    this.attach(prefix)
  }

  /** `+<prefix> <end node>;…\n<record>` */
  private grow(node: RunNode, completion: string): void {
    const line = completion.indexOf('\n')
    const members = completion.slice(1, line).split(';').filter(Boolean)
    const prefixes = members.map((member) => member.slice(0, member.indexOf(' ')))
    if (!this.fits(prefixes)) {
      this.tooMany(node)
      return
    }
    for (const prefix of prefixes) {
      const join = this.staged.get(prefix)?.nodes.at(-1)?.end?.target
      if (join === undefined || join.record !== null) continue
      join.pending++
      join.added += `,${prefix}${(this.staged.get(prefix)?.nodes.length ?? 0) - 1}`
      this.attach(prefix)
    }
    this.take(node, completion.slice(line + 1))
  }

  private tooMany(node: RunNode): void {
    this.settle(node, 'F', `F${node.attempt}|${JSON.stringify(TOO_MANY)}`, `F${node.id}`)
  }

  private fits(prefixes: readonly string[]): boolean {
    const { remaining, success, failure, revoked, skipped } = this.control
    const more = prefixes.reduce((sum, prefix) => sum + tasksOf(this.staged.get(prefix) as Segment), 0)
    return remaining + success + failure + revoked + skipped + more <= Math.max(TASK_LIMIT, 2 * this.meta.c)
  }

  private attach(prefix: string): void {
    const segment = this.staged.get(prefix) as Segment
    this.staged.delete(prefix)
    this.segments.set(segment.prefix, segment)
    this.control.remaining += tasksOf(segment)
    this.releaseRoots(segment)
  }

  private releaseRoots(segment: Segment): void {
    for (const node of segment.nodes) if (node.node.needs === 0 && node.pending === 0) this.release(node)
  }

  /** The node may run, when its delay is over and unless it has expired by then. */
  private release(node: RunNode): void {
    if (node.node.task === null) {
      this.later(() => this.succeed(node))
      return
    }
    const { countdownMs, etaMs, expiresInMs, expiresAtMs } = node.node.options
    const { now } = this.host
    const due = Math.max(now, now + Math.round(countdownMs ?? 0), Math.round(etaMs ?? 0))
    const dead = Math.min(
      expiresInMs === undefined ? Number.POSITIVE_INFINITY : now + Math.round(expiresInMs),
      expiresAtMs === undefined ? Number.POSITIVE_INFINITY : Math.round(expiresAtMs),
    )
    if (dead <= now) {
      this.later(() => this.expire(node))
      return
    }
    if (dead < Number.POSITIVE_INFINITY) node.timers.push(this.host.schedule(dead, () => this.work(() => this.expire(node))))
    this.enqueue(node, due)
  }

  private enqueue(node: RunNode, due: number): void {
    if (due <= this.host.now) {
      this.host.ready(this, node)
      return
    }
    node.timers.push(
      this.host.schedule(due, () => {
        if (this.isReady(node)) this.host.ready(this, node)
      }),
    )
  }

  /** A virtual node's value is an expression over other nodes. */
  private succeed(node: RunNode): void {
    if (isTerminal(node)) return
    const { input } = node.node
    const record = input === null ? 'S|null' : `V|${node.segment.prefix}|${node.index}|${exprOf(node)}`
    this.settle(node, 'S', record, '')
  }

  private expire(node: RunNode): void {
    if (isTerminal(node)) return
    const place = node.record?.[0] ?? 'Q'
    if (place === 'L') node.expired = true
    else if (place !== 'W') this.settle(node, 'R', expiredRecord(node.attempt - 1), `R${node.id}`)
  }

  private skip(node: RunNode, cause: string): void {
    if (!isTerminal(node)) this.settle(node, 'K', `K|${cause}`, cause)
  }

  private chordError(node: RunNode, cause: string): void {
    if (!isTerminal(node)) this.settle(node, 'F', `C|${cause}`, node.node.task === null ? cause : `C${node.id}`)
  }

  private end(node: RunNode, code: Code, record: string, cause: string): void {
    node.record = record
    for (const timer of node.timers.splice(0)) timer.cancel()
    if (node.node.task !== null) {
      this.control.remaining--
      this.control[COUNT[code]]++
    }
    if (node.isOutput) this.output(code, cause)
  }

  private settle(node: RunNode, code: Code, record: string, cause: string): void {
    this.end(node, code, record, cause)
    if (code === 'F' && record[0] === 'F' && this.cancels && !node.node.callback && this.cancelledBy === null) {
      this.cancelledBy = cause
      this.later(() => this.cancel('*x1', node.id, cause, (this.segments.get('') as Segment).nodes, null))
    }
    if (node.end?.kind === 'place') {
      this.later(() => this.settlePlace(node, code, cause))
      return
    }
    const { segment } = node
    // A virtual node that failed hands its ChordError on as its own to all but joins, which wrap what it heard.
    const own = code === 'F' && node.node.task === null && node.node.input !== null ? `C${node.id}` : cause
    for (const next of node.node.next) {
      const to = at(segment, next)
      this.tell(to, node, code, to.node.mode === 'chord' ? cause : own)
    }
    if (node.end !== null) this.tell(node.end.target, node, code, cause)
  }

  /** Ends what is open of these, in one step (lua/lib/cancel.lua). `why`: the name under which the reason is kept. */
  private cancel(why: string, failed: string, cause: string, nodes: readonly RunNode[], join: RunNode | null): void {
    this.reasons.set(why, cancellation(failed))
    for (const node of openIn(this.segments, nodes)) this.tellOthers(node, this.endOpen(node, why, cause), cause, join)
  }

  /** An open node ends REVOKED, by what the field `why` says, or SKIPPED because of `cause`. Answers which. Nobody is told. */
  private endOpen(node: RunNode, why: string, cause: string): Code {
    const code = couldRun(node) ? 'R' : 'K'
    const runs = node.record?.[0] === 'L'
    // A task that had replaced itself ends with what it replaced itself by.
    const replaced = node.record?.[0] === 'W' && this.segments.has(segmentPrefix(node.id, 0))
    const revoked = replaced ? `A|R${why}` : `R${begun(node)}|${why}`
    this.end(node, code, code === 'R' ? revoked : `K|${cause}`, cause)
    if (runs) this.host.revoked(this, node)
    return code
  }

  /** What the end of a node that was cancelled means for its callbacks, and for the join of its chord. */
  private tellOthers(node: RunNode, code: Code, cause: string, join: RunNode | null): void {
    if (node.end?.kind === 'place') return
    for (const next of node.node.next) {
      const to = at(node.segment, next)
      if (to === join || to.node.callback) this.tell(to, node, code, cause)
    }
    if (node.end !== null && node.end.target === join) this.tell(join, node, code, cause)
  }

  /** The first member of a chord that cancels did not succeed. */
  private cancelHeader(join: RunNode, cause: string): void {
    const why = `*${join.id}x1`
    const { segment, index } = join
    const added = addedTo(join).flatMap((prefix) => this.segments.get(prefix)?.nodes ?? [])
    const header = segment.nodes.slice(join.node.head, index).concat(added)
    this.later(() => this.cancel(why, cause.slice(1), `R${why}`, header, join))
  }

  /** The outcome is known as soon as the output nodes are terminal. */
  private output(code: Code, cause: string): void {
    const letter = code === 'K' ? cause[0] : code
    if (letter === 'F' || letter === 'C') this.control.worst = 'F'
    else if (letter === 'R' && this.control.worst === 'S') this.control.worst = 'R'
    if (--this.control.outs === 0) this.control.outcome = this.host.now
  }

  /** The end of a segment settles the task that it replaced: with its value, or with what failed in it. */
  private settlePlace(last: RunNode, code: Code, cause: string): void {
    const { target, group } = last.end as NonNullable<RunNode['end']>
    if (target.record?.[0] !== 'W') return
    if (code === 'S') {
      this.settle(target, 'S', `V|${last.segment.prefix}|${last.index}|${exprOf(last)}`, '')
      return
    }
    if (group) {
      this.settle(target, 'F', `C|${cause}`, `C${target.id}`)
      return
    }
    const letter = cause[0] === 'R' ? 'R' : 'F'
    this.settle(target, letter, `A|${cause}`, letter + target.id)
  }

  /** What the end of `input` means for a node that waits for it. */
  private tell(node: RunNode, input: RunNode, code: Code, cause: string): void {
    if (node.record !== null || node.pending === 0) return
    node.pending--
    if (code !== 'S') this.noteBad(node, input, code, cause)
    switch (node.node.mode) {
      case 'all':
        if (code !== 'S') this.later(() => this.skip(node, cause))
        else if (node.pending === 0) this.release(node)
        return
      case 'chord':
        if (node.pending === 0) this.join(node)
        return
      case 'every':
        if (node.pending > 0) return
        if (node.bad === null) this.release(node)
        else this.later(() => this.skip(node, node.bad?.cause ?? ''))
        return
      case 'error':
        if (code === 'F') {
          node.cause = cause
          node.pending = 0
          this.release(node)
        } else if (node.pending === 0) this.later(() => this.skip(node, ''))
        return
      default:
        throw new Error(`there is no join mode ${String(node.node.mode satisfies never)}`)
    }
  }

  private noteBad(node: RunNode, input: RunNode, code: Code, cause: string): void {
    const first = node.node.cancels && node.bad === null && node.pending > 0 && this.wasReached(node, cause)
    if (first) this.cancelHeader(node, cause)
    const order = first ? FIRST : input.segment === node.segment ? input.index : LAST + node.added.indexOf(`,${input.id}`)
    if (node.bad === null || order < node.bad.order) node.bad = { order, cause, skipped: code === 'K' }
  }

  private join(node: RunNode): void {
    const { bad } = node
    if (bad === null || (node.node.settles && this.wasReached(node, bad.cause))) {
      this.release(node)
      return
    }
    const { cancelledBy } = this
    if (cancelledBy !== null && !node.node.callback) {
      this.later(() => this.skip(node, cancelledBy))
      return
    }
    const wasBefore = bad.skipped && wasSkipped(node, bad.cause)
    this.later(() => (wasBefore ? this.skip(node, bad.cause) : this.chordError(node, bad.cause)))
  }

  /** Whether the header of a join was reached: what went wrong does not go back, through ChordErrors of headers, to a node before its own. */
  private wasReached(join: RunNode, cause: string): boolean {
    for (let from = cause; ; ) {
      if (wasSkipped(join, from)) return false
      const record = from[0] === 'C' ? this.node(from.slice(1))?.record : null
      if (!record?.startsWith('C|')) return true
      from = record.slice(2)
    }
  }

  private later(step: () => void): void {
    this.todo.push(step)
  }

  /** Does a thing and all that it leads to. */
  private work(first: () => void): void {
    this.todo.push(first)
    if (this.working) return
    this.working = true
    try {
      for (let k = 0; k < this.todo.length; k++) {
        this.todo[k]?.()
        if (k >= 4_096) k -= this.todo.splice(0, k).length
      }
    } finally {
      this.todo.length = 0
      this.working = false
    }
    const { control } = this
    if (control.remaining === 0 && control.ended === 0 && control.outs === 0) {
      control.state = 'e'
      control.ended = this.host.now
    }
    this.host.changed(this)
  }
}

const FRESH: Control = {
  state: 'r',
  run: 1,
  remaining: 0,
  outs: 0,
  worst: 'S',
  created: 0,
  started: 0,
  outcome: 0,
  ended: 0,
  success: 0,
  failure: 0,
  revoked: 0,
  skipped: 0,
  keepMs: 0,
}

/** Whether what skipped an input of a join means that its chord was never reached. */
const wasSkipped = (join: RunNode, cause: string): boolean => cause === '' || join.node.head === undefined || standsBefore(join, cause)

/** Whether a cause stands before the header of a join. */
function standsBefore({ node, segment }: RunNode, cause: string): boolean {
  const [, prefix, index] = /^[A-Z](.*?)(\d+)$/.exec(cause) ?? []
  return prefix === segment.prefix && node.head !== undefined && Number(index) < node.head
}

/** How many attempts of an open node have begun. */
const begun = ({ record, attempt }: RunNode): number => (record?.[0] === 'L' || record?.[0] === 'W' ? attempt : attempt - 1)

const expiredRecord = (attempts: number): string =>
  `R${attempts}|${JSON.stringify({ type: 'TaskRevokedError', message: 'expired', code: 'expired' })}`
