/**
 * BullMQ through its public API: FlowProducer for chords and chains, Queue.addBulk for plain tasks, a Worker with the workload's concurrency. Its
 * documentation's advice is followed: bulk calls where there are any, connections of workers without a limit of retries. Finished jobs stay, as
 * is its default and ours.
 */
import { randomBytes } from 'node:crypto'
import type { Contestant, Place, PlainTask, Running, Session, WorkerChoice } from '../contract.js'
import { ensurePeers, peer, peerVersion } from '../lib/peers.js'
import { forkWorkers } from '../lib/pool.js'
import { body, Counter } from '../lib/tally.js'
import { NESTED, randomText, sumOf, TEXT_BYTES } from '../workloads/shapes.js'

interface Job {
  id: string
  name: string
  data: { args: unknown[] }
  opts: object
  getChildrenValues(): Promise<Record<string, number>>
}
interface Flow {
  name: string
  queueName: string
  data: Job['data']
  opts?: { jobId?: string }
  children?: Flow[]
}
interface Closable {
  close(force?: boolean): Promise<void>
}
interface Queue extends Closable {
  addBulk(jobs: { name: string; data: Job['data']; opts?: { delay: number } }[]): Promise<unknown>
}
interface FlowProducer extends Closable {
  add(flow: Flow): Promise<{ job: { id: string } }>
  addBulk(flows: Flow[]): Promise<{ job: { id: string } }[]>
}
interface BullWorker extends Closable {
  on(event: 'completed', listener: (job: Job, result: number) => void): void
  on(event: 'error', listener: (error: Error) => void): void
  waitUntilReady(): Promise<unknown>
}
interface BullMq {
  Queue: new (name: string, options: object) => Queue
  FlowProducer: new (options: object) => FlowProducer
  Worker: new (name: string, processor: (job: Job) => unknown, options: object) => BullWorker
}

const QUEUE = 'bench'
/** Flows and jobs handed over in one call. */
const FLOW_TASKS = 1_000
const BULK = 1_000

const flow = (name: string, args: unknown[], children?: Flow[]): Flow => ({
  name,
  queueName: QUEUE,
  data: { args },
  ...(children ? { children } : {}),
})
const numbers = async (job: Job): Promise<number[]> => Object.values(await job.getChildrenValues())
const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0)

/** The last step is the root; each step's only child is the one before it. */
function chainOf(length: number, first: Flow | null): Flow {
  let root = first ?? flow('inc', [0])
  for (let k = first ? 0 : 1; k < length; k++) root = flow('inc', [], [root])
  return root
}

class BullMqSession implements Session {
  readonly tally = new Counter()
  private readonly open: Closable[] = []
  private readonly library = peer<BullMq>('bullmq')
  private readonly connection: { connection: object; prefix: string }
  private readonly queue: Queue
  private readonly flows: FlowProducer
  private readonly roots = new Map<string, (value: number) => void>()

  constructor(private readonly place: Place) {
    this.connection = { connection: { url: place.url, maxRetriesPerRequest: null }, prefix: place.prefix }
    this.queue = new this.library.Queue(QUEUE, this.connection)
    this.flows = new this.library.FlowProducer(this.connection)
    this.open.push(this.queue, this.flows)
  }

  async startWorkers(choice: WorkerChoice): Promise<void> {
    if (choice.processes !== undefined) return forkWorkers('bullmq', this.place, choice, this.tally)
    const run = body(this.tally)
    const worker = new this.library.Worker(QUEUE, (job) => process_(job, run), { ...this.connection, concurrency: choice.concurrency })
    worker.on('completed', (job, result) => this.roots.get(job.id)?.(result))
    worker.on('error', (error) => console.error('bullmq', error.message))
    this.open.unshift(worker)
    await worker.waitUntilReady()
  }

  async tasks(count: number, { kind, stamp = 0, dueMs, bytes }: PlainTask): Promise<void> {
    const payload = bytes === undefined ? [] : ['x'.repeat(bytes)]
    for (let from = 0; from < count; from += BULK) {
      const opts = dueMs === undefined ? {} : { opts: { delay: Math.max(0, dueMs - Date.now()) } }
      const jobs = Array.from({ length: Math.min(BULK, count - from) }, () => ({
        name: 'plain',
        data: { args: [kind, stamp, ...payload] },
        ...opts,
      }))
      await this.queue.addBulk(jobs)
    }
  }

  chords(count: number, width: number): Promise<Running> {
    const members = (): Flow[] => Array.from({ length: width }, (_, i) => flow('add', [i, 2]))
    return this.submit(count, width, () => flow('sum', [], members()), sumOf(width))
  }

  chordOfTexts(width: number): Promise<Running> {
    const members = (): Flow[] => Array.from({ length: width }, () => flow('text', [randomText()]))
    return this.submit(1, width, () => flow('sum', [], members()), TEXT_BYTES * width)
  }

  chains(count: number, length: number): Promise<Running> {
    return this.submit(count, length, () => chainOf(length, null), length)
  }

  nested(count: number): Promise<Running> {
    const sum = (member: () => Flow): Flow => flow('sum', [], Array.from({ length: NESTED.width }, member))
    const inner = (): Flow =>
      chainOf(
        NESTED.tail,
        sum(() => chainOf(NESTED.deep, null)),
      )
    return this.submit(count, NESTED.tasks, () => chainOf(NESTED.end, sum(inner)), NESTED.value)
  }

  private async submit(count: number, tasks: number, make: () => Flow, expected: number): Promise<Running> {
    const ends: Promise<void>[] = []
    const bulk = Math.max(1, Math.floor(FLOW_TASKS / tasks))
    for (let from = 0; from < count; from += bulk) {
      const flows = Array.from({ length: Math.min(bulk, count - from) }, make)
      for (const root of flows) ends.push(this.end(root, expected))
      await this.flows.addBulk(flows)
    }
    return { ended: Promise.all(ends).then(() => {}) }
  }

  /** Resolves when the root has completed. It has an id of its own, so that its end cannot come before we know it. */
  private end(root: Flow, expected: number): Promise<void> {
    const jobId = `r-${randomBytes(9).toString('base64url')}`
    root.opts = { jobId }
    return new Promise((done, fail) => {
      this.roots.set(jobId, (value) => {
        this.roots.delete(jobId)
        if (value === expected) done()
        else fail(new Error(`wrong result: ${value} instead of ${expected}`))
      })
    })
  }

  async close(): Promise<void> {
    for (const one of this.open) await one.close(true)
  }
}

async function process_(job: Job, plain: (kind: PlainTask['kind'], stamp: number) => unknown): Promise<unknown> {
  const args = job.data.args
  switch (job.name) {
    case 'plain':
      return plain(args[0] as PlainTask['kind'], args[1] as number)
    case 'add':
      return (args[0] as number) + (args[1] as number)
    case 'text':
      return (args[0] as string).length
    case 'sum':
      return total(await numbers(job))
    case 'inc':
      return (args.length > 0 ? (args[0] as number) : ((await numbers(job))[0] as number)) + 1
    default:
      return null
  }
}

export const bullmq: Contestant = {
  name: 'bullmq',
  share: 0.2,
  missing: ensurePeers,
  version: () => peerVersion('bullmq'),
  open: async (place) => new BullMqSession(place),
}
