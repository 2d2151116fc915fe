/**
 * Where a command gets its data from: Redis itself, or a service over HTTP. Commands know this interface and nothing behind it.
 *
 * It is a part of the engine's client, so that the client is a backend as it stands; what a service answers is given the same shapes.
 */
import type {
  ApiKeys,
  AuditLog,
  ChangedCall,
  DeadLetters,
  NodeResult,
  NodeState,
  Outcome,
  PreviewTick,
  Queues,
  RevokeOptions,
  RunView,
  ScheduleOf,
  Schedules,
  SubmitOptions,
  WorkerControl,
  WorkerView,
  WorkflowStatus,
  Workflows,
} from '../../engine/index.js'

/** An outcome, as it may be seen. `hidden`: the key may not see payloads, and results and messages were left out. */
export type SeenOutcome = Outcome & { hidden?: true }

/** What stands for what the key may not see: arguments, results, texts of errors. */
export const HIDDEN = 'hidden: the key lacks payloads:read'

/** Whether something was left out of what a service showed. */
export const isHidden = (shown: object): boolean => 'hidden' in shown

/** A workflow, as commands ask it and tell it what to do: what a `WorkflowHandle` can. */
export interface SeenWorkflow {
  readonly id: string
  /** Submitting found it already there. */
  readonly duplicate: boolean
  status(): Promise<WorkflowStatus>
  outcome(options?: { waitMs?: number }): Promise<SeenOutcome | null>
  /** Its tasks with their results, in the order of their definition. Those that are in none of `states` may be left out. */
  nodes(states?: readonly NodeState[]): AsyncIterable<NodeResult>
  runs(): Promise<RunView[]>
  revoke(options?: RevokeOptions): Promise<boolean>
  pause(options?: { reason?: string }): Promise<boolean>
  resume(): Promise<boolean>
  setPriority(priority: number, options?: { tasks?: readonly string[] }): Promise<boolean>
  retry(): Promise<number | null>
  rerun(tasks: readonly string[], changes?: ChangedCall): Promise<number>
  forget(): Promise<boolean>
  task(id: string): { revoke(options?: RevokeOptions): Promise<boolean> }
}

/** Says when it is worth looking at a workflow again. */
export interface Watch {
  /** Ends when something may have changed, and after `withinMs` at the latest. */
  next(withinMs: number): Promise<void>
  /** Lets go of what it holds. */
  close(): void
}

/** Where a command gets its data from. */
export interface Backend {
  readonly workflows: Pick<Workflows, 'list' | 'count' | 'revoke'>
  readonly queues: Pick<Queues, 'list' | 'peek' | 'pause' | 'resume' | 'purge' | 'move'>
  readonly schedules: Pick<Schedules, 'get' | 'list' | 'upsert' | 'compare' | 'pause' | 'resume' | 'trigger' | 'delete' | 'backfill'> & {
    preview(id: string, options?: ScheduleOf & { count?: number }): Promise<PreviewTick[]>
  }
  readonly deadLetters: Pick<DeadLetters, 'count' | 'list' | 'get' | 'requeue' | 'drop'>
  readonly apiKeys: Pick<ApiKeys, 'create' | 'list' | 'rotate' | 'revoke'>
  readonly audit: Pick<AuditLog, 'list'>
  readonly control: WorkerControl
  submit(canvas: unknown, options: SubmitOptions): Promise<SeenWorkflow>
  workflow(id: string): SeenWorkflow
  workers(): Promise<WorkerView[]>
  watch(id: string): Watch
}
