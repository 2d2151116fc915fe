/**
 * What the chaos tests share: worker processes with the tasks of load-worker.ts, a client, and a load that goes on while something breaks.
 * A load knows the right value of each of its workflows; what a submit was answered with is what must be true in the end.
 */
import { onTestFinished } from 'vitest'
import {
  ChordisError,
  Client,
  chain,
  chord,
  group,
  type Json,
  type RedisOptions,
  signature,
  type WorkflowHandle,
} from '../../src/engine/index.js'
import { uniqueName } from '../support/redis-server.js'
import { startModule } from '../support/typescript-child.js'
import { until } from '../support/wait.js'
import type { WorkerProcess } from '../support/worker-process.js'
import type { LoadWorkerSetup } from './load-worker.js'

export class Chaos {
  readonly processes: WorkerProcess[] = []

  private constructor(
    readonly redis: string | RedisOptions,
    readonly namespace: string,
    readonly client: Client,
    private readonly settings: Partial<LoadWorkerSetup>,
  ) {}

  /** A namespace, a client, and that many worker processes, all gone with the test. */
  static async open(
    redis: string | RedisOptions,
    workers: number,
    settings: Partial<LoadWorkerSetup> & { partitions?: number } = {},
  ): Promise<Chaos> {
    const { partitions = 1, ...rest } = settings
    const namespace = uniqueName()
    const client = await Client.connect({ redis, namespace, partitions })
    const chaos = new Chaos(redis, namespace, client, rest)
    onTestFinished(async () => {
      await client.close()
      await Promise.all(chaos.processes.map((process) => process.kill9()))
    })
    await Promise.all(Array.from({ length: workers }, () => chaos.worker()))
    return chaos
  }

  async worker(settings: Partial<LoadWorkerSetup> = {}): Promise<WorkerProcess> {
    const setup: LoadWorkerSetup = { redis: this.redis, namespace: this.namespace, ...this.settings, ...settings }
    const process = await startModule(new URL('./load-worker.js', import.meta.url), { args: [JSON.stringify(setup)] })
    this.processes.push(process)
    return process
  }

  /** Lines of the workers' logs that tell of a lease or a process that was lost. */
  get losses(): string[] {
    return this.processes.flatMap((process) => process.output.split('\n').filter((line) => /lost/.test(line)))
  }

  /** Attempts of every task of the load's first workflows. */
  async attempts(workflows: number): Promise<{ task: string; attempts: number }[]> {
    const nodes: { task: string; attempts: number }[] = []
    for (let n = 0; n < workflows; n++) {
      for (const { task, attempts } of await this.client.workflow(`load-${n}`).results()) nodes.push({ task, attempts })
    }
    return nodes
  }

  load(options: LoadOptions = {}): Load {
    return new Load(this.client, options)
  }
}

export const work = (value: Json, ms = 0) => signature('work', [value], { ms })

interface Case {
  id: string
  canvas: unknown
  expected: Json
}

export interface LoadOptions {
  /** Workflows under way at a time; default 8. */
  inFlight?: number
  /** Each task's duration, ms; default 5. */
  ms?: number
  /** What was acknowledged may be forgotten (a failover): it is sent again under its id, and noted. Default: that is a fault. */
  mayForget?: boolean
}

/** Workflows of several shapes, one after another in a few lanes, until `end()`. */
export class Load {
  /** Submitted and acknowledged. */
  acknowledged = 0
  /** Ended with the value that is right. */
  right = 0
  readonly wrong: object[] = []
  /** What Redis forgot, by when it had been acknowledged, of performance.now(). */
  readonly forgotten: number[] = []
  private next = 0
  private ending = false
  private readonly lanes: Promise<void>[]

  constructor(
    private readonly client: Client,
    private readonly options: LoadOptions,
  ) {
    this.lanes = Array.from({ length: options.inFlight ?? 8 }, () => this.lane())
  }

  /** Waits until that many more workflows have ended right. */
  async progress(more: number, timeoutMs = 60_000): Promise<void> {
    const goal = this.right + more
    await until(() => this.right >= goal || this.wrong.length > 0, { timeoutMs, what: `${more} more workflows end right` })
  }

  /** No new workflows; waits for those under way. */
  async end(): Promise<void> {
    this.ending = true
    await Promise.all(this.lanes)
  }

  private async lane(): Promise<void> {
    while (!this.ending) await this.one(this.make(this.next++))
  }

  private make(n: number): Case {
    const { ms = 5 } = this.options
    const six = [1, 2, 3, 4, 5, 6].map((i) => work(i + n, ms))
    const shapes: { canvas: unknown; expected: Json }[] = [
      { canvas: chord(six, signature('total')), expected: { count: 6, sum: 21 + 6 * n } },
      { canvas: chain(work(n, ms), signature('add', [1]), signature('stumble'), signature('add', [1])), expected: n + 2 },
      {
        canvas: chain(group(six), signature('add'), group(signature('add', [1]), signature('become')), signature('total')),
        expected: { count: 2, sum: 43 + 12 * n },
      },
    ]
    return { id: `load-${n}`, ...(shapes[n % shapes.length] as { canvas: unknown; expected: Json }) }
  }

  private async one({ id, canvas, expected }: Case): Promise<void> {
    const handle = await this.submit(id, canvas)
    this.acknowledged++
    let at = performance.now()
    const seen = await answer(async () => {
      try {
        return await handle.outcome({ waitMs: 60_000 })
      } catch (error) {
        if (!this.options.mayForget || !(error instanceof ChordisError) || error.code !== 'not-found') throw error
        this.forgotten.push(at)
        await this.submit(id, canvas)
        at = performance.now()
        return handle.outcome({ waitMs: 60_000 })
      }
    })
    if (seen?.state === 'SUCCESS' && JSON.stringify(seen.result) === JSON.stringify(expected)) this.right++
    else this.wrong.push({ id, expected, seen, nodes: await answer(() => handle.results()) })
  }

  private submit(id: string, canvas: unknown): Promise<WorkflowHandle> {
    return answer(() => this.client.submit(canvas, { id }))
  }
}

/** What a caller does whose Redis went away: the same call again, until it is answered. */
export async function answer<T>(ask: () => Promise<T>, timeoutMs = 60_000): Promise<T> {
  let result: { value: T } | undefined
  await until(
    async () => {
      try {
        result = { value: await ask() }
        return true
      } catch (error) {
        if (error instanceof ChordisError && !error.retryable) throw error
        return false
      }
    },
    { timeoutMs, intervalMs: 50, what: 'Redis answers the client again' },
  )
  return (result as { value: T }).value
}
