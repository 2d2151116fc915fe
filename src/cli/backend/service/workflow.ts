/** One workflow of a service. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChordisApi, Schemas, SubmitRequest } from '../../../api-client/index.js'
import {
  type ChangedCall,
  type NodeResult,
  type NodeState,
  type RevokeOptions,
  type RunView,
  type SubmitOptions,
  severalAtOnce,
  type WorkflowStatus,
} from '../../../engine/index.js'
import { isMissing } from '../../failure.js'
import type { SeenOutcome, SeenWorkflow } from '../backend.js'

/** Longest wait of one request, ms. */
const WAIT_MS = 30_000
/** A service that is being stopped answers those who wait; the next one is asked after this long, ms. */
const AGAIN_MS = 250
/** Task calls that are listed by one request, and of which results are asked for before the next ones are looked at. */
const LISTED = 1_000
const AT_ONCE = 64
/** Requests under way at the same time. */
const SIDE_BY_SIDE = 16
/** What came of a task is asked for where it may have come to something. */
const OVER: readonly string[] = ['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED'] satisfies NodeState[]

/** Submits a canvas: without an id or a key under a new id, so that it may be sent again. */
export async function submitTo(
  api: ChordisApi,
  canvas: unknown,
  { id, name, tags, idempotencyKey: key, ...options }: SubmitOptions,
): Promise<SeenWorkflow> {
  const request = { canvas, id, name, tags, options } as SubmitRequest
  const submitted = await api.submitWorkflow(request, key === undefined ? {} : { key })
  return new ServiceWorkflow(api, submitted.id, submitted.duplicate)
}

export class ServiceWorkflow implements SeenWorkflow {
  constructor(
    private readonly api: ChordisApi,
    readonly id: string,
    readonly duplicate = false,
  ) {}

  status(): Promise<WorkflowStatus> {
    return this.api.getWorkflow(this.id) as Promise<WorkflowStatus>
  }

  async outcome({ waitMs = 0 }: { waitMs?: number } = {}): Promise<SeenOutcome | null> {
    const until = performance.now() + waitMs
    for (;;) {
      const left = Math.max(0, until - performance.now())
      const outcome = await this.api.getResult(this.id, { waitMs: Math.ceil(Math.min(left, WAIT_MS)) })
      if (outcome !== null) return outcome as SeenOutcome
      if (performance.now() >= until) return null
      await sleep(Math.min(AGAIN_MS, until - performance.now()))
    }
  }

  async *nodes(states?: readonly NodeState[]): AsyncGenerator<NodeResult> {
    let some: Schemas['TaskCall'][] = []
    for await (const task of this.api.eachTaskCall(this.id, { limit: LISTED })) {
      if (states !== undefined && !(states as readonly string[]).includes(task.state)) continue
      if (some.push(task) < AT_ONCE) continue
      yield* await this.results(some)
      some = []
    }
    yield* await this.results(some)
  }

  private results(tasks: readonly Schemas['TaskCall'][]): Promise<NodeResult[]> {
    const one = async (task: Schemas['TaskCall']) => (OVER.includes(task.state) ? this.api.getTaskCall(this.id, task.id) : task)
    return severalAtOnce(tasks, SIDE_BY_SIDE, one) as Promise<NodeResult[]>
  }

  async runs(): Promise<RunView[]> {
    return (await this.api.listRuns(this.id)).runs as RunView[]
  }

  async revoke(options: RevokeOptions = {}): Promise<boolean> {
    return (await this.api.revokeWorkflow(this.id, options)).changed
  }

  async pause(options: { reason?: string } = {}): Promise<boolean> {
    return (await this.api.pauseWorkflow(this.id, options)).changed
  }

  async resume(): Promise<boolean> {
    return (await this.api.resumeWorkflow(this.id)).changed
  }

  async setPriority(priority: number, { tasks }: { tasks?: readonly string[] } = {}): Promise<boolean> {
    return (await this.api.setPriority(this.id, { priority, ...(tasks === undefined ? {} : { tasks: [...tasks] }) })).changed
  }

  async retry(): Promise<number | null> {
    return (await this.api.retryWorkflow(this.id)).run
  }

  async rerun(tasks: readonly string[], changes: ChangedCall = {}): Promise<number> {
    return (await this.api.rerunWorkflow(this.id, { tasks: [...tasks], ...changes } as Schemas['RerunRequest'])).run as number
  }

  forget(): Promise<boolean> {
    return wasThere(this.api.deleteWorkflow(this.id))
  }

  task(id: string): { revoke(options?: RevokeOptions): Promise<boolean> } {
    return { revoke: async (options = {}) => (await this.api.revokeWorkflow(this.id, { ...options, tasks: [id] })).changed }
  }
}

/** Whether there was something to remove. */
export async function wasThere(removed: Promise<void>): Promise<boolean> {
  try {
    await removed
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
