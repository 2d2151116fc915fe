/**
 * One workflow on a real Redis and two worker processes made by hand. Every call is one script; after it the workflow is looked at and held against the
 * table of moves.
 */
import type { Redis } from 'ioredis'
import { compile } from '../../../src/engine/canvas/compile.js'
import { readCanvas } from '../../../src/engine/canvas/read.js'
import { type Canvas, type Client, group, signature } from '../../../src/engine/index.js'
import { SEPARATOR } from '../../../src/engine/protocol/stored.js'
import type { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls, type ScriptCall } from '../../../src/engine/redis/scripts.generated.js'
import { Additions } from '../../../src/engine/worker/additions.js'
import { Attempt } from '../../../src/engine/worker/attempt.js'
import { Batch, Grant, type GrantReply, SpecCache } from '../../../src/engine/worker/grants.js'
import { Hand, type Look } from '../../engine/hand.js'
import type { TestEngine } from '../../engine/harness.js'
import { brokenInvariants } from '../graph-invariants.js'
import { type Call, illegalMoves } from './moves.js'
import { broken, look, type WorkflowPicture } from './picture.js'

/** How an attempt ends. */
export type Ending = 'success' | 'ignored' | 'failure' | 'retry' | 'later' | 'back' | 'lost' | 'report' | 'replace' | 'members'

/** What an attempt says of itself. */
export interface Said {
  held: Held
  ending: Ending
}

/** An attempt with the process that was granted it. */
export interface Held {
  hand: Hand
  attempt: Attempt
}

const WHY = '{"type":"TaskRevokedError","message":"revoked","code":"revoked"}'
const ERROR = '{"type":"Error","message":"no"}'
const NOTHING: WorkflowPicture = { state: '-', run: 0, records: new Map(), spreads: '', fields: new Map(), later: [], has: () => false }
/** Loses of a task before it fails for good. */
const BUDGET = 3
const ROUNDS = 300

export class Walk {
  readonly hands: Hand[] = []
  /** What processes hold, as they know it. */
  held: Held[] = []
  /** What they held once: what they say of it must change nothing. */
  past: Held[] = []
  picture = NOTHING
  /** Sorts of commands that this walk goes without. */
  without: readonly string[] = []
  private readonly specs = new SpecCache()
  private names = 0

  private constructor(
    private readonly redis: Redis,
    private readonly client: Client,
    private readonly namespace: Namespace,
    readonly keys: PartitionKeys,
    readonly id: string,
    private readonly tasks: readonly string[],
  ) {}

  /** Submits the canvas, and opens two processes: one knows all its tasks, the other one half of them. */
  static async begin(redis: Redis, name: string, client: Client, canvas: Canvas, timeoutMs: number | undefined): Promise<Walk> {
    const graph = compile(readCanvas(canvas))
    const faults = brokenInvariants(graph)
    if (faults.length > 0) throw new Error(faults.join('\n'))
    const namespace = new Namespace({ namespace: name })
    await namespace.load(redis)
    const { id } = await client.submit(canvas, timeoutMs === undefined ? {} : { timeoutMs })
    const tasks = [...new Set(graph.nodes.flatMap(({ task }) => task ?? [])), 'added']
    const walk = new Walk(redis, client, namespace, namespace.keys(0), id, tasks)
    await walk.seen({ script: 'submit' })
    await walk.hire(tasks)
    await walk.hire(tasks.filter((_, k) => k % 2 === 0))
    return walk
  }

  private async hire(tasks: readonly string[], at = this.hands.length): Promise<void> {
    const engine = { namespace: this.namespace.name } as TestEngine
    this.hands[at] = await Hand.open(this.redis, engine, [...tasks], `w${++this.names}`)
  }

  /** One call; then what it changed must be legal, and what there is must hold. */
  async call(make: (epoch: string) => ScriptCall, more: Omit<Call, 'script'> = {}): Promise<[string, ...unknown[]]> {
    const answer = await this.namespace.runAtEpoch(this.redis, 0, make)
    await this.seen({ script: make('').script, ...more })
    return answer
  }

  private async seen(call: Call): Promise<void> {
    const before = this.picture
    this.picture = await look(this.redis, this.keys, this.id)
    const faults = [...illegalMoves(before, this.picture, call), ...broken(this.picture)]
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }

  /** A turn of a process that ends some attempts and leases what it wants. */
  async turn(hand: Hand, seeks: Look, want: number, ends: readonly Said[]): Promise<void> {
    const completed = new Map(ends.map(({ held }) => [held.attempt.node, ownerOf(held)]))
    for (const said of ends) await this.say(said)
    const grants = new Set(ends.map(({ held }) => held.attempt.grant))
    const completions = [...grants].flatMap((grant) => grant.take(1e9, 1e9).args)
    const [, , , , granted] = await hand.turn(seeks, want, completions)
    const over = new Set(ends.filter(({ ending }) => ending !== 'report').map(({ held }) => held))
    this.past.push(...over)
    this.held = [...this.held.filter((held) => !over.has(held)), ...this.granted(hand, granted as unknown as GrantReply[])]
    await this.seen({ script: 'turn', process: hand.name, completed })
  }

  /** The reply of its last turn was lost: it is made again, and must answer what of its leases still stands. */
  async repeat(hand: Hand): Promise<void> {
    const [, , , , granted] = await hand.repeat()
    const now = this.granted(hand, granted as unknown as GrantReply[])
    await this.seen({ script: 'turn', process: hand.name })
    const known = new Set(this.held.map(ownerAndNode))
    const strange = now.filter((held) => !known.has(ownerAndNode(held)))
    if (strange.length > 0) throw new Error(`a repeated turn granted ${strange.map(ownerAndNode)}`)
  }

  private granted(hand: Hand, replies: readonly GrantReply[]): Held[] {
    const batch = new Batch(`0:${hand.sequence}`)
    return replies.flatMap(([head, input, specText, texts, workflows]) => {
      const [workflow = '', run = '', prefix = '', template = '', first, count, stride, number, cause = '-'] = head.split('|')
      const sink = { number: 0, complete: () => undefined }
      const spec = this.specs.get(specText)
      const grant = new Grant(sink, batch, workflow, run, prefix, template, Number(number), cause, input, spec)
      const host = { logger: console, report: () => undefined }
      const definitions = texts.split(SEPARATOR)
      return Array.from({ length: Number(count) }, (_, k) => {
        const index = Number(first) + k * Number(stride)
        return { hand, attempt: new Attempt(host as never, grant, workflows?.split(',')[k] ?? workflow, index, definitions[k] as string) }
      })
    })
  }

  private async say({ held, ending }: Said): Promise<void> {
    const { attempt } = held
    attempt.grant.complete(attempt.key, await this.completion(held, ending))
  }

  /** The completion as a worker writes it; where a task cannot end like that, it succeeds. */
  private async completion({ hand, attempt }: Held, ending: Ending): Promise<string> {
    const number = attempt.attempt === 1 ? '' : String(attempt.attempt)
    const next = attempt.attempt + 1
    const success = `S${number}|1`
    const additions = new Additions(this.redis, this.namespace, hand.name)
    const mine = this.picture.records.get(attempt.node)?.startsWith(`L ${ownerOf({ hand, attempt })} `) === true
    switch (ending) {
      case 'success':
        return success
      case 'ignored':
        return `I${number}|`
      case 'failure':
        return `F${number}|${ERROR}`
      case 'retry':
        return `r0|${next}||0|${ERROR}`
      case 'later':
        return `r3600000|${next}||0|${ERROR}`
      case 'back':
        return 'b|'
      case 'lost':
        return `l${BUDGET}|`
      case 'report':
        return '%HALFWAY {}'
      case 'replace':
        return mine ? additions.replacement(attempt, added(attempt)) : success
      case 'members':
        if (!mine || attempt.spec.chord === undefined) return success
        attempt.added.push(added(attempt))
        return additions.members(attempt, success)
    }
  }

  /** The process dies; what it held goes back, charged. Another one takes its place, which knows all tasks when it did. */
  async reap(hand: Hand): Promise<void> {
    await this.call((epoch) => calls.reap(epoch, hand.name, '', 1, BUDGET, 0), { process: hand.name })
    this.drop(hand)
    const at = this.hands.indexOf(hand)
    await this.hire(at === 0 ? this.tasks : this.tasks.filter((_, k) => k % 2 === 0), at)
  }

  /** The process opens its lane again and knows none of its grants. */
  async reopen(hand: Hand): Promise<void> {
    await this.call((epoch) => calls.open(epoch, hand.name, 0, hand.sequence, '{}', '', []), { process: hand.name })
    this.drop(hand)
  }

  private drop(hand: Hand): void {
    this.past.push(...this.held.filter((held) => held.hand === hand))
    this.held = this.held.filter((held) => held.hand !== hand)
  }

  async handlerBegins({ hand, attempt }: Held, mark: 'a' | 'b' | 'n'): Promise<void> {
    const owner = ownerOf({ hand, attempt })
    await this.call((epoch) => calls.begin(epoch, this.id, attempt.grant.run, attempt.node, owner, mark), { process: hand.name })
  }

  /** Time passes until a timer of the workflow is due: as its scripts see it, it was due long ago. */
  async due(timer: string): Promise<void> {
    await this.redis.zadd(this.keys.of('timers'), 0, timer)
    this.picture = await look(this.redis, this.keys, this.id)
  }

  tend = () => this.call((epoch) => calls.tend(epoch, 100, 600_000, 0, this.hands[0]?.name ?? ''))
  revoke = (nodes: readonly string[]) => this.call((epoch) => calls.revoke(epoch, this.id, WHY, nodes))
  pause = () => this.call((epoch) => calls.pause(epoch, this.id, 'null'))
  prioritize = (priority: number, nodes: readonly string[]) => this.call((epoch) => calls.prioritize(epoch, this.id, priority, nodes))
  resume = () => this.call((epoch) => calls.resume(epoch, this.id))
  forgetting = () => this.call((epoch) => calls.forget(epoch, this.id, '0'))
  rerun = (nodes: readonly string[]) => this.call((epoch) => calls.rerun(epoch, this.id, String(this.picture.run), 0, [...nodes]))

  /** A dead letter runs again; `attempts` are those that its record says. */
  async requeue(node: string): Promise<void> {
    const attempts = Number(/^F(\d*)\|/.exec(this.picture.records.get(node) ?? '')?.[1] || 1)
    await this.call((epoch) => calls.requeue(epoch, this.id, node, attempts))
  }

  /** The doctor, who knows from the records before a node where it should be, and looks there, finds nothing wrong. */
  async examine(): Promise<void> {
    const { findings } = await this.client.doctor({ workflow: this.id })
    if (findings.length > 0) throw new Error(`the doctor found ${JSON.stringify(findings)}`)
  }

  /** Names of its dead letters, as the index has them. */
  async dead(): Promise<string[]> {
    const names = (await this.redis.zrange(this.keys.of('dead'), '0', '-1')).map((name) => name.slice(this.id.length + 1))
    return names.sort()
  }

  /** Everything succeeds from now on, or every so many-th attempt fails, and time passes, until the workflow has ended and nothing is left to be done. */
  async finish(failing = 0): Promise<void> {
    let ended = 0
    const ending = (): Ending => (failing > 0 && ++ended % failing === 0 ? 'failure' : 'success')
    await this.resume()
    for (let round = 0; round < ROUNDS; round++) {
      const [timer] = this.picture.later
      if (timer !== undefined) await this.due(timer)
      for (const hand of this.hands) {
        const ends = this.held.filter((held) => held.hand === hand).map((held) => ({ held, ending: ending() }))
        await this.turn(hand, 1, 100, ends)
      }
      await this.tend()
      if (this.picture.state === 'e' && this.picture.spreads === '' && this.picture.later.length === 0 && this.held.length === 0) return
    }
    throw new Error(`the workflow is ${this.picture.state} after ${ROUNDS} rounds: ${JSON.stringify([...this.picture.records])}`)
  }

  /** The dead letters are what failed by itself; when the workflow is forgotten and its processes have left, no key is left. */
  async forget(): Promise<void> {
    const failed = [...this.picture.records].filter(([, record]) => record.startsWith('F')).map(([node]) => node)
    const dead = await this.dead()
    if (String(dead) !== String(failed.sort())) throw new Error(`dead letters ${dead}, failed ${failed}`)
    await this.namespace.runAtEpoch(this.redis, 0, (epoch) => calls.forget(epoch, this.id, '0'))
    for (const hand of this.hands) await this.namespace.runAtEpoch(this.redis, 0, (epoch) => calls.reap(epoch, hand.name, '', 0, BUDGET, 0))
    const left = (await this.redis.keys(`${this.namespace.name}:*`)).filter((key) => !/:(namespace|meta|counts|events|wake:.*)$/.test(key))
    if (left.length > 0) throw new Error(`left behind: ${left}`)
  }
}

const ownerOf = ({ hand, attempt }: Held): string => `${hand.name}:${attempt.grant.batch.name}`
const ownerAndNode = (held: Held): string => `${ownerOf(held)} ${held.attempt.node}`

/** What a task puts in its place, or adds: a task, or two of them side by side. */
function added({ index }: Attempt): Canvas {
  const one = signature('added', [index])
  return index % 2 === 0 ? one : group([one, one])
}
