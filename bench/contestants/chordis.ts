/** Chordis through its public API, with its default settings. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Beat,
  type Canvas,
  ChordisError,
  Client,
  type ConnectionOptions,
  chain,
  chord,
  group,
  type Json,
  type Task,
  type TaskContext,
  TaskRegistry,
  task,
  Worker,
  type WorkflowHandle,
} from '../../src/engine/index.js'
import type { Contestant, Place, PlainTask, Revoked, Running, Session, WorkerChoice } from '../contract.js'
import { startHttp } from '../lib/http.js'
import { ROOT } from '../lib/paths.js'
import { forkWorkers } from '../lib/pool.js'
import { body, Counter } from '../lib/tally.js'
import { NESTED, randomText, sumOf, TEXT_BYTES } from '../workloads/shapes.js'

/** Submissions under way at the same time, as in the floor. */
const AT_ONCE = 8
/** Plain tasks handed over in one call. */
const BULK = 1_000
/** Schedules that are made at the same time. */
const SCHEDULES_AT_ONCE = 200
/** Tasks that run when they are revoked. */
const AT_ONCE_REVOKED = 100
const PATIENCE_MS = 600_000
/** The default is 100,000; a chord of as many has a body as well. */
const LIMITS = { nodes: 1_100_000 }

/** Additions that this process has run. */
let additions = 0

const add = task('add', (x: number, y: number) => {
  additions++
  return x + y
})
const sum = task('sum', (values: number[]) => values.reduce((total, value) => total + value, 0))
const size = task('size', (values: number[]) => values.length)
const inc = task('inc', (x: number) => x + 1)
/** When tasks that waited for their signal were told, of performance.now(). */
const told: number[] = []
let waiting = 0
const waits = task('waits', { bind: true }, async (ctx: TaskContext) => {
  waiting++
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))
  told.push(performance.now())
})
const text = task('text', (value: string) => value.length)

const connection = ({ url, prefix, partitions, cluster }: Place): ConnectionOptions => ({
  redis: cluster === undefined ? url : { cluster },
  namespace: prefix,
  ...(partitions === undefined ? {} : { partitions }),
})

const incs = (count: number): Canvas[] => Array.from({ length: count }, () => inc.s())
const from0 = (length: number): Canvas => chain(inc.s(0), incs(length - 1))

class ChordisSession implements Session {
  readonly tally = new Counter()
  private readonly plain: Task
  private worker: Worker | null = null
  private running: Beat | null = null

  constructor(
    private readonly place: Place,
    private readonly client: Client,
  ) {
    const run = body(this.tally)
    this.plain = task('plain', (kind: PlainTask['kind'], stamp: number) => run(kind, stamp))
  }

  async startWorkers(choice: WorkerChoice): Promise<void> {
    if (choice.processes !== undefined) return forkWorkers('chordis', this.place, choice, this.tally)
    const tasks = new TaskRegistry()
    for (const { definition } of [add, sum, size, inc, text, waits, this.plain]) tasks.register(definition)
    this.worker = new Worker({ ...connection(this.place), tasks, concurrency: choice.concurrency })
    await this.worker.start()
    // The clock of the chords stands still until now.
    if (additions > 0) throw new Error('the worker ran tasks before it said that it had started')
  }

  async tasks(count: number, { kind, stamp = 0, dueMs, bytes }: PlainTask): Promise<void> {
    const options = dueMs === undefined ? {} : { etaMs: dueMs }
    const payload = bytes === undefined ? [] : ['x'.repeat(bytes)]
    for (let from = 0; from < count; from += BULK) {
      const items = Array.from({ length: Math.min(BULK, count - from) }, () => ({
        canvas: this.plain.signature([kind, stamp, ...payload], {}, options),
      }))
      for (const answer of await this.client.submitMany(items)) if (answer instanceof ChordisError) throw answer
    }
  }

  async chords(count: number, width: number): Promise<Running> {
    return this.submit(
      count,
      () =>
        chord(
          Array.from({ length: width }, (_, i) => add.s(i, 2)),
          sum.s(),
        ),
      sumOf(width),
    )
  }

  chordOfTexts(width: number): Promise<Running> {
    const members = (): Canvas[] => Array.from({ length: width }, () => text.s(randomText()))
    return this.submit(1, () => chord(members(), sum.s()), TEXT_BYTES * width)
  }

  async chains(count: number, length: number): Promise<Running> {
    return this.submit(count, () => from0(length), length)
  }

  async nested(count: number): Promise<Running> {
    const inner = (): Canvas =>
      chain(
        chord(
          Array.from({ length: NESTED.width }, () => from0(NESTED.deep)),
          sum.s(),
        ),
        incs(NESTED.tail),
      )
    const canvas = (): Canvas => chain(chord(Array.from({ length: NESTED.width }, inner), sum.s()), incs(NESTED.end))
    return this.submit(count, canvas, NESTED.value)
  }

  async group(width: number): Promise<Running> {
    const canvas = chain(group(Array.from({ length: width }, (_, i) => inc.s(i))), size.s())
    const handle = await this.client.submit(canvas, { limits: LIMITS })
    return { ended: check(handle, width) }
  }

  async revoked(width: number): Promise<Revoked> {
    const handle = await this.client.submit(group(Array.from({ length: width }, () => waits.s())), { limits: LIMITS })
    await this.startWorkers({ concurrency: AT_ONCE_REVOKED })
    while (waiting < AT_ONCE_REVOKED) await sleep(5)
    const from = performance.now()
    await handle.revoke()
    const answeredMs = performance.now() - from
    const outcome = await handle.outcome({ waitMs: PATIENCE_MS })
    if (outcome?.state !== 'GROUP' || waiting !== AT_ONCE_REVOKED) throw new Error(`${waiting} tasks ran: ${outcome?.state}`)
    const endedMs = performance.now() - from
    return { answeredMs, toldMs: told.map((at) => at - from), endedMs }
  }

  async schedules(count: number, inMs?: number): Promise<number> {
    const at = inMs === undefined ? 0 : Date.now() + inMs
    for (let from = 0; from < count; from += SCHEDULES_AT_ONCE) {
      const wave = Array.from({ length: Math.min(SCHEDULES_AT_ONCE, count - from) }, (_, k) => {
        const minute = (from + k) % 60
        const rules = at === 0 ? `${minute} 3 * * *` : { at }
        return this.client.schedules.upsert({ id: `${at}-${from + k}`, rules, canvas: add.s(1, 2) })
      })
      await Promise.all(wave)
    }
    if (at > 0 && Date.now() > at) throw new Error('they were due before they were made')
    return at
  }

  async beat(): Promise<(count: number) => Promise<number>> {
    const beat = new Beat(connection(this.place))
    this.running = beat
    await beat.start()
    return async (count) => {
      while (beat.statistics().fired < count) await sleep(5)
      return Date.now()
    }
  }

  /** Waiters are in place before the work begins, so that the end is heard, not looked for. */
  private async submit(count: number, canvas: () => Canvas, expected: number): Promise<Running> {
    const handles: WorkflowHandle[] = []
    for (let from = 0; from < count; from += AT_ONCE) {
      const wave = Array.from({ length: Math.min(AT_ONCE, count - from) }, () => this.client.submit(canvas(), { limits: LIMITS }))
      handles.push(...(await Promise.all(wave)))
    }
    return { ended: Promise.all(handles.map((handle) => check(handle, expected))).then(() => {}) }
  }

  http(kind: 'empty' | 'service'): Promise<string> {
    return startHttp(kind, this.place)
  }

  async close(): Promise<void> {
    await this.worker?.stop()
    await this.running?.stop()
    await this.client.close()
  }
}

async function check(handle: WorkflowHandle, expected: Json): Promise<void> {
  const value = await handle.result({ timeoutMs: PATIENCE_MS })
  if (value !== expected) throw new Error(`wrong result of ${handle.id}: ${JSON.stringify(value)} instead of ${JSON.stringify(expected)}`)
}

export const chordis: Contestant = {
  name: 'chordis',
  share: 1,
  version: async () => (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
  open: async (place) => new ChordisSession(place, await Client.connect(connection(place))),
}
