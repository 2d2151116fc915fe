/**
 * One change to many workflows: those that a filter means, or those that are named. In calls of bounded length: what is left when the time is over is
 * gone on with by the cursor.
 */
import { Inject, Injectable } from '@nestjs/common'
import { ChordisError, Client, type RevokeOptions, severalAtOnce } from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'
import type { Scope } from '../access/scopes.js'
import { type OwnFilter, tenantOf, WorkflowOperations } from './workflows.operations.js'

/** What may be done with many. */
export const BULK_ACTIONS = ['revoke', 'pause', 'resume', 'retry', 'delete'] as const
/** One of {@link BULK_ACTIONS}. */
export type BulkAction = (typeof BULK_ACTIONS)[number]

/** Which workflows are meant, and what is to be done with them. */
export interface BulkRequest {
  action: BulkAction
  /** All that it means; it may not be empty. Not together with `ids`. */
  filter?: OwnFilter
  /** These, 1 to 1,000. */
  ids?: readonly string[]
  /** Only count. */
  dryRun?: boolean
  /** Of a filter: where the call before stopped. */
  cursor?: string
  /** Of `revoke`. */
  options?: RevokeOptions
  /** Of a filter: how long this call goes on, ms; then it answers where the next one does. Default, and at most, 10,000. */
  timeMs?: number
}

/** What became of it. */
export interface BulkReport {
  /** Those that were meant. */
  matched: number
  /** Those that were changed; the others had ended, or there was nothing to do. */
  changed: number
  /** What could not be changed, and why: the first 100. */
  failures: { id: string; code: string; message: string }[]
  failed: number
  /** Where the next call goes on; null: all are done. */
  cursor: string | null
}

const MOST_IDS = 1_000
const PAGE = 200
/** How long one call goes on, ms. */
const TIME_MS = 10_000
/** Changes under way at the same time. */
const AT_ONCE = 16
const MOST_FAILURES = 100
const SCOPE_OF: Readonly<Record<BulkAction, Scope>> = {
  ...{ revoke: 'workflows:cancel', pause: 'workflows:cancel', resume: 'workflows:cancel', delete: 'workflows:cancel' },
  retry: 'workflows:retry',
}

/** What can be done with many workflows at once. */
@Injectable()
export class BulkOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(WorkflowOperations) private readonly workflows: WorkflowOperations,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  /**
   * Changes them, each as if it were the only one: what fails for one is told and keeps none of the others.
   * @throws ChordisError `request-invalid`, `forbidden`, `redis-unavailable` when no page could be read
   */
  async run(principal: Principal, request: BulkRequest): Promise<BulkReport> {
    const { action, filter = {}, ids, dryRun = false } = request
    checkWhich(request)
    principal.demand(SCOPE_OF[action])
    principal.demand('workflows:read')
    const report: BulkReport = { matched: 0, changed: 0, failures: [], failed: 0, cursor: null }
    const work = () => (ids === undefined ? this.meant(principal, request, report) : this.named(principal, ids, request, report))
    if (dryRun) return work()
    return this.audit.follow(principal, `workflows.${action}`, '', work, ids === undefined ? { filter } : { ids })
  }

  private async meant(principal: Principal, request: BulkRequest, report: BulkReport): Promise<BulkReport> {
    const until = performance.now() + Math.min(request.timeMs ?? TIME_MS, TIME_MS)
    for (let { cursor } = request; ; ) {
      const window = { ...request.filter, ...tenantOf(principal), limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
      const page = await this.client.workflows.list(window)
      const ids = page.workflows.filter((row) => applies(request.action, row)).map(({ id }) => id)
      await this.named(principal, ids, request, report)
      report.cursor = page.cursor
      if (page.cursor === null || performance.now() > until) return report
      cursor = page.cursor
    }
  }

  private async named(principal: Principal, ids: readonly string[], request: BulkRequest, report: BulkReport): Promise<BulkReport> {
    await severalAtOnce(ids, AT_ONCE, (id) => this.one(principal, id, request, report))
    return report
  }

  private async one(principal: Principal, id: string, { action, dryRun, options = {} }: BulkRequest, report: BulkReport): Promise<void> {
    try {
      if (dryRun) await this.workflows.get(principal, id)
      else if (await this.change(principal, id, action, options)) report.changed++
      report.matched++
    } catch (error) {
      if (!(error instanceof ChordisError)) throw error
      report.failed++
      if (report.failures.length < MOST_FAILURES) report.failures.push({ id, code: error.code, message: error.message })
    }
  }

  private async change(principal: Principal, id: string, action: BulkAction, options: RevokeOptions): Promise<boolean> {
    switch (action) {
      case 'revoke':
        return (await this.workflows.revoke(principal, id, options)).changed
      case 'pause':
        return (await this.workflows.pause(principal, id, options.reason === undefined ? {} : { reason: options.reason })).changed
      case 'resume':
        return (await this.workflows.resume(principal, id)).changed
      case 'retry':
        return (await this.workflows.retry(principal, id)).run !== null
      case 'delete':
        return (await this.workflows.delete(principal, id)).changed
    }
  }
}

function checkWhich({ action, filter, ids }: BulkRequest): void {
  if (!(BULK_ACTIONS as readonly string[]).includes(action))
    throw new ChordisError('request-invalid', `must be one of ${BULK_ACTIONS.join(', ')}`, { path: 'action' })
  if ((ids === undefined) === (filter === undefined))
    throw new ChordisError('request-invalid', 'either ids or a filter says which', { path: 'filter' })
  if (ids !== undefined && (ids.length === 0 || ids.length > MOST_IDS))
    throw new ChordisError('request-invalid', `must hold 1 to ${MOST_IDS} ids`, { path: 'ids' })
  if (filter !== undefined && Object.values(filter).every((value) => value === undefined))
    throw new ChordisError('request-invalid', 'must say which', { path: 'filter' })
}

/** Whether there is anything to be done with one that a filter met. */
function applies(action: BulkAction, { ended, paused, state }: { ended: boolean; paused: boolean; state: string }): boolean {
  switch (action) {
    case 'revoke':
      return !ended
    case 'pause':
      return !ended && !paused
    case 'resume':
      return paused
    case 'retry':
      return ended && state !== 'SUCCESS'
    case 'delete':
      return ended
  }
}
