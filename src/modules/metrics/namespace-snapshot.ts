/**
 * What a namespace holds, asked at a scrape: at most once a second however many scrape, by one look at a time, and for at most two seconds. A look that takes
 * longer goes on unheard, and until it is over no other begins: a Redis in distress is not asked more because it is slow.
 */
import type { Client, QueueDepths, WorkerView, WorkflowCounts } from '../../engine/index.js'

/** How long a look is good for, ms. */
const FRESH_MS = 1_000
/** How long a scrape waits for a look, ms: Prometheus gives up after 10 s by default. */
const LIMIT_MS = 2_000

/** What was seen of a namespace. */
export interface Seen {
  pingMs: number
  depths: QueueDepths
  workers: WorkerView[]
  deadLetters: number
  workflows: WorkflowCounts
}

export class NamespaceSnapshot {
  private looking: Promise<Seen | null> | undefined
  private seen: Seen | null = null
  private seenAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly client: Client,
    private readonly limitMs = LIMIT_MS,
  ) {}

  /** What is seen now; null: Redis did not answer, or not in time. Never rejects. */
  async read(): Promise<Seen | null> {
    if (performance.now() - this.seenAt < FRESH_MS) return this.seen
    this.looking ??= this.look().finally(() => {
      this.looking = undefined
    })
    return within(this.limitMs, this.looking)
  }

  private async look(): Promise<Seen | null> {
    this.seen = await lookAt(this.client).catch(() => null)
    this.seenAt = performance.now()
    return this.seen
  }
}

async function lookAt(client: Client): Promise<Seen> {
  // By itself: behind other commands it would measure them.
  const pingMs = await client.ping()
  const [depths, workers, deadLetters, workflows] = await Promise.all([
    client.queues.depths(),
    client.workers(),
    client.deadLetters.count(),
    client.workflows.count(),
  ])
  return { pingMs, depths, workers, deadLetters, workflows }
}

async function within(ms: number, work: Promise<Seen | null>): Promise<Seen | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
