/**
 * bee-queue: plain tasks only, it knows no dependencies. Its documentation's advice for speed is followed: saveAll, no job events, nothing kept of
 * finished jobs.
 */
import type { Contestant, Place, PlainTask, Session, WorkerChoice } from '../contract.js'
import { ensurePeers, peer, peerVersion } from '../lib/peers.js'
import { forkWorkers } from '../lib/pool.js'
import { body, Counter } from '../lib/tally.js'

interface Job {
  data: { args: unknown[] }
  delayUntil(instant: number): Job
}
interface Queue {
  createJob(data: Job['data']): Job
  saveAll(jobs: Job[]): Promise<Map<Job, Error>>
  process(concurrency: number, handler: (job: Job) => Promise<unknown>): void
  ready(): Promise<unknown>
  close(timeoutMs: number): Promise<void>
  on(event: 'error', listener: (error: Error) => void): void
}
type BeeQueue = new (name: string, options: object) => Queue

const BULK = 1_000

class BeeQueueSession implements Session {
  readonly tally = new Counter()
  private readonly open: Queue[] = []

  constructor(private readonly place: Place) {}

  private queue(options: object): Queue {
    const library = peer<BeeQueue>('bee-queue')
    const { url, prefix } = this.place
    const queue = new library('bench', { redis: url, prefix, getEvents: false, sendEvents: false, storeJobs: false, ...options })
    queue.on('error', (error) => console.error('bee-queue', error.message))
    this.open.push(queue)
    return queue
  }

  async startWorkers(choice: WorkerChoice): Promise<void> {
    if (choice.processes !== undefined) return forkWorkers('bee-queue', this.place, choice, this.tally)
    const run = body(this.tally)
    const queue = this.queue({ removeOnSuccess: true, activateDelayedJobs: true })
    await queue.ready()
    queue.process(choice.concurrency, async ({ data: { args } }) => run(args[0] as PlainTask['kind'], args[1] as number))
  }

  async tasks(count: number, { kind, stamp = 0, dueMs, bytes }: PlainTask): Promise<void> {
    const queue = this.queue({ isWorker: false })
    const payload = bytes === undefined ? [] : ['x'.repeat(bytes)]
    for (let from = 0; from < count; from += BULK) {
      const jobs = Array.from({ length: Math.min(BULK, count - from) }, () => {
        const job = queue.createJob({ args: [kind, stamp, ...payload] })
        return dueMs === undefined ? job : job.delayUntil(dueMs)
      })
      const failed = await queue.saveAll(jobs)
      for (const error of failed.values()) throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.open.map((queue) => queue.close(1_000).catch(() => {})))
  }
}

export const beeQueue: Contestant = {
  name: 'bee-queue',
  share: 0.5,
  quick: ['enqueue-bulk', 'plain-c100'],
  missing: ensurePeers,
  version: () => peerVersion('bee-queue'),
  open: async (place) => new BeeQueueSession(place),
}
