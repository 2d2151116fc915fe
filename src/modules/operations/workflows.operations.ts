/**
 * What can be done with workflows, whoever asks and however: REST and GraphQL both end here. Each method demands its scope, and that the workflow is of
 * the credential's tenant; of another's it says what it says of one that does not exist.
 */
import { Inject, Injectable } from '@nestjs/common'
import {
  type CanvasReport,
  type ChangedCall,
  ChordisError,
  Client,
  type GraphView,
  type GraphViewOptions,
  type NodeResult,
  type Outcome,
  type RevokeOptions,
  type RunView,
  type SubmitOptions,
  type TaskPage,
  validateCanvas,
  type WorkflowCounts,
  type WorkflowFilter,
  type WorkflowHandle,
  type WorkflowPage,
  type WorkflowStatus,
} from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'
import type { Scope } from '../access/scopes.js'
import { Drain } from '../worker/drain.js'
import { demandCalls, demandStoredCalls } from './calls.js'
import { GRAPH_LIMITS, type GraphLimits, graphLimits, within } from './graph-limits.js'
import { hideOutcome, hideResult, hideTask, type Shown } from './redact.js'

/** A canvas that is to be submitted, and how. The tenant is the credential's. */
export interface Submission {
  /** Our JSON form or Celery's; checked by the compiler. */
  canvas: unknown
  options: Omit<SubmitOptions, 'tenant'>
}

/** Answer to a submit: `duplicate` when the workflow was already there under this id or key. */
export interface Submitted {
  id: string
  state: WorkflowStatus['state']
  duplicate: boolean
}

/** Answer to a check: the compiled graph, and the tasks of it that no worker knows now. */
export interface Validated extends CanvasReport {
  valid: true
  /** Their calls would be parked until a worker that knows them starts. */
  unknownTasks: string[]
}

/** Answer while there is no outcome yet. */
export interface Pending {
  id: string
  state: WorkflowStatus['state']
}

/** Whether a change did anything: false when the workflow had ended, or there was nothing to do. */
export interface Changed {
  id: string
  changed: boolean
}

/** The run that a retry or rerun opened; null: nothing had failed. */
export interface Reopened {
  id: string
  run: number | null
}

/** A workflow filter without the tenant, which the credential decides. */
export type OwnFilter = Omit<WorkflowFilter, 'tenant'>

/** What can be done with workflows. */
@Injectable()
export class WorkflowOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Drain) private readonly drain: Drain,
    @Inject(GRAPH_LIMITS) private readonly limits: GraphLimits = graphLimits(),
  ) {}

  /** Stores a canvas as a workflow and starts it. Throws as `Client.submit`, and `forbidden`. */
  async submit(principal: Principal, given: Submission): Promise<Submitted> {
    const submission = this.bounded(given)
    const handle = await this.audit.follow(principal, 'workflow.submit', submission.options.id ?? '', async () => {
      principal.demand('workflows:submit')
      demandCalls(principal, submission.canvas, submission.options.limits)
      return this.client.submit(submission.canvas, optionsFor(principal, submission))
    })
    return submittedAs(handle)
  }

  /** Submits many at once. Each is answered by itself: what was submitted, or the error that it alone met. */
  async submitMany(principal: Principal, given: readonly Submission[]): Promise<(Submitted | ChordisError)[]> {
    const submissions = given.map((submission) => this.bounded(submission))
    const operation = async () => {
      principal.demand('workflows:submit')
      const refusals = submissions.map((submission) => refusal(principal, submission))
      const allowed = submissions.filter((_, k) => refusals[k] === undefined)
      const items = allowed.map((submission) => ({ canvas: submission.canvas, options: optionsFor(principal, submission) }))
      const answers = (await this.client.submitMany(items)).values()
      return Promise.all(refusals.map((refused) => refused ?? answered(answers.next().value as WorkflowHandle | ChordisError)))
    }
    return this.audit.follow(principal, 'workflow.submit-many', '', operation, { count: submissions.length })
  }

  /** What a canvas would be, without storing it. @throws ChordisError `canvas-invalid`, `limit-exceeded`, `forbidden` */
  async validate(principal: Principal, given: Submission): Promise<Validated> {
    principal.demand('workflows:submit')
    const { canvas, options } = this.bounded(given)
    const { limits = {} } = options
    const report = validateCanvas(canvas, { limits })
    demandCalls(principal, canvas, limits)
    const known = new Set((await this.client.tasks()).filter(({ workers }) => workers > 0).map(({ name }) => name))
    return { valid: true, ...report, unknownTasks: Object.keys(report.tasks).filter((name) => !known.has(name)) }
  }

  /** Workflows, the newest first. */
  async list(principal: Principal, options: OwnFilter & { limit?: number; cursor?: string } = {}): Promise<WorkflowPage> {
    principal.demand('workflows:read')
    return this.client.workflows.list({ ...options, ...tenantOf(principal) })
  }

  /** How many there are, by state. */
  async count(principal: Principal): Promise<WorkflowCounts> {
    principal.demand('workflows:read')
    return this.client.workflows.count(tenantOf(principal))
  }

  async get(principal: Principal, id: string): Promise<WorkflowStatus> {
    principal.demand('workflows:read')
    const status = await this.client.workflow(id).status()
    if (principal.tenant !== undefined && status.tenant !== principal.tenant) throw notFound(id)
    return status
  }

  /** The outcome; null when it is not known within `waitMs`, or before this process goes away. */
  async outcome(principal: Principal, id: string, waitMs = 0): Promise<Shown<Outcome> | null> {
    const handle = await this.own(principal, 'workflows:read', id)
    const outcome = (await this.drain.race(handle.outcome({ waitMs }))) ?? null
    return outcome !== null && !principal.may('payloads:read') ? hideOutcome(outcome) : outcome
  }

  /** The same; while there is none, the state. */
  async result(principal: Principal, id: string, waitMs: number): Promise<{ outcome: Shown<Outcome> } | { pending: Pending }> {
    const outcome = await this.outcome(principal, id, waitMs)
    if (outcome !== null) return { outcome }
    const { state, outcomeAt } = await this.get(principal, id)
    // It may have ended between the two calls; then the outcome is there now.
    const late = outcomeAt === null ? null : await this.outcome(principal, id)
    return late === null ? { pending: { id, state } } : { outcome: late }
  }

  async graph(principal: Principal, id: string, options: GraphViewOptions = {}): Promise<GraphView> {
    return (await this.own(principal, 'workflows:read', id)).graph(options)
  }

  async runs(principal: Principal, id: string): Promise<RunView[]> {
    return (await this.own(principal, 'workflows:read', id)).runs()
  }

  /** Task calls in definition order, part by part. */
  async tasks(principal: Principal, id: string, options: { cursor?: string; limit?: number } = {}): Promise<TaskPage> {
    const page = await (await this.own(principal, 'workflows:read', id)).tasks(options)
    return principal.may('payloads:read') ? page : { ...page, tasks: page.tasks.map(hideTask) }
  }

  /** One task call with what it came to. */
  async task(principal: Principal, id: string, task: string): Promise<Shown<NodeResult>> {
    const result = await (await this.own(principal, 'workflows:read', id)).task(task).status()
    return principal.may('payloads:read') ? result : hideResult(result)
  }

  /** Ends it, or tasks of it. */
  async revoke(
    principal: Principal,
    id: string,
    { tasks, ...options }: RevokeOptions & { tasks?: readonly string[] } = {},
  ): Promise<Changed> {
    const detail = { ...options, ...(tasks === undefined ? {} : { tasks }) }
    return this.change(principal, 'workflows:cancel', 'workflow.revoke', id, detail, async (workflow) => {
      if (tasks === undefined) return workflow.revoke(options)
      const did = await Promise.all(tasks.map((task) => workflow.task(task).revoke(options)))
      return did.some(Boolean)
    })
  }

  /** Nothing new of it starts. */
  async pause(principal: Principal, id: string, options: { reason?: string } = {}): Promise<Changed> {
    return this.change(principal, 'workflows:cancel', 'workflow.pause', id, options, (workflow) => workflow.pause(options))
  }

  /** It goes on. */
  async resume(principal: Principal, id: string): Promise<Changed> {
    return this.change(principal, 'workflows:cancel', 'workflow.resume', id, {}, (workflow) => workflow.resume())
  }

  /** What waits of it, or of some tasks of it, has this priority from now on. */
  async setPriority(principal: Principal, id: string, priority: number, options: { tasks?: readonly string[] } = {}): Promise<Changed> {
    const detail = { priority, ...options }
    return this.change(principal, 'workflows:cancel', 'workflow.set-priority', id, detail, (workflow) =>
      workflow.setPriority(priority, options),
    )
  }

  /** Removes it with all that is stored of it; `revoke`: also one that has not ended. */
  async delete(principal: Principal, id: string, { revoke = false }: { revoke?: boolean } = {}): Promise<Changed> {
    return this.change(principal, 'workflows:cancel', 'workflow.delete', id, { revoke }, async (workflow) => {
      const gone = await (revoke ? workflow.delete() : workflow.forget())
      if (!gone) throw notFound(id)
      return true
    })
  }

  /** Runs it again from its failures. */
  async retry(principal: Principal, id: string): Promise<Reopened> {
    const run = await this.operate(principal, 'workflows:retry', 'workflow.retry', id, {}, async (workflow) => {
      await demandStoredCalls(principal, workflow)
      return workflow.retry()
    })
    return { id, run }
  }

  /** Runs tasks of it again, and what depends on them. */
  async rerun(principal: Principal, id: string, tasks: readonly string[], changes: ChangedCall = {}): Promise<Reopened> {
    const detail = { tasks, changed: Object.keys(changes) }
    const run = await this.operate(principal, 'workflows:retry', 'workflow.rerun', id, detail, async (workflow) => {
      await demandStoredCalls(principal, workflow)
      return workflow.rerun(tasks, changes)
    })
    return { id, run }
  }

  /** A workflow that is the credential's to operate on. @throws ChordisError `forbidden`, `not-found` */
  async own(principal: Principal, scope: Scope, id: string): Promise<WorkflowHandle> {
    principal.demand(scope)
    const handle = this.client.workflow(id)
    if (principal.tenant !== undefined && (await handle.tenant()) !== principal.tenant) throw notFound(id)
    return handle
  }

  private bounded({ canvas, options }: Submission): Submission {
    return { canvas, options: within(this.limits, options) }
  }

  private async change(
    principal: Principal,
    scope: Scope,
    action: string,
    id: string,
    detail: object,
    work: (workflow: WorkflowHandle) => Promise<boolean>,
  ): Promise<Changed> {
    return { id, changed: await this.operate(principal, scope, action, id, detail, work) }
  }

  private operate<T>(
    principal: Principal,
    scope: Scope,
    action: string,
    id: string,
    detail: object,
    work: (workflow: WorkflowHandle) => Promise<T>,
  ): Promise<T> {
    const operation = async () => work(await this.own(principal, scope, id))
    return this.audit.follow(principal, action, id, operation, { ...detail })
  }
}

/** The tenant that a filter is bound to, if any. */
export const tenantOf = ({ tenant }: Principal): { tenant?: string } => (tenant === undefined ? {} : { tenant })

const notFound = (id: string): ChordisError => new ChordisError('not-found', `there is no workflow ${id}`, { workflow: id })

/** Those of no tenant are stored without one. */
function optionsFor({ home }: Principal, { options }: Submission): SubmitOptions {
  return home === '-' ? options : { ...options, tenant: home }
}

function refusal(principal: Principal, { canvas, options }: Submission): ChordisError | undefined {
  try {
    demandCalls(principal, canvas, options.limits)
    return undefined
  } catch (error) {
    if (error instanceof ChordisError) return error
    throw error
  }
}

const answered = (answer: WorkflowHandle | ChordisError): Promise<Submitted> | ChordisError =>
  answer instanceof ChordisError ? answer : submittedAs(answer)

async function submittedAs(handle: WorkflowHandle): Promise<Submitted> {
  const state = handle.duplicate ? await handle.state() : 'PENDING'
  return { id: handle.id, state, duplicate: handle.duplicate }
}
