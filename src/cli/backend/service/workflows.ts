/** The workflows of a service: listed, counted, revoked by a filter. */
import type { Schemas } from '../../../api-client/index.js'
import {
  ChordisError,
  type ErrorCode,
  type RevokedMany,
  type RevokeManyOptions,
  WORKFLOW_STATES,
  type WorkflowCounts,
  type WorkflowFilter,
  type WorkflowPage,
} from '../../../engine/index.js'
import type { Backend } from '../backend.js'
import type { ApiOf } from './api.js'

/** As the service names it: the tenant is said otherwise. */
type Filter = Schemas['FilterRequest']

export class ServiceWorkflows implements Pick<Backend['workflows'], 'list' | 'count' | 'revoke'> {
  constructor(private readonly apiOf: ApiOf) {}

  list({ tenant, ...query }: WorkflowFilter & { limit?: number; cursor?: string } = {}): Promise<WorkflowPage> {
    return this.apiOf(tenant).listWorkflows(query as object) as Promise<WorkflowPage>
  }

  count({ tenant }: { tenant?: string } = {}): Promise<WorkflowCounts> {
    return this.apiOf(tenant).countWorkflows()
  }

  /** In calls of some 10 s each. What could not be revoked is told when all others have been. */
  async revoke(
    { tenant, ...which }: WorkflowFilter,
    { dryRun = false, onProgress, ...options }: RevokeManyOptions = {},
  ): Promise<RevokedMany> {
    const filter = (tenant === undefined || Object.keys(which).length > 0 ? which : EVERY) as Filter
    const total: RevokedMany = { matched: 0, revoked: 0 }
    const failures: Schemas['BulkReport']['failures'] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const at = cursor === '' ? {} : { cursor }
      const report: Schemas['BulkReport'] = await this.apiOf(tenant).changeWorkflows({ action: 'revoke', filter, dryRun, options, ...at })
      total.matched += report.matched + report.failed
      total.revoked += report.changed
      failures.push(...report.failures.filter(({ code }) => code !== 'not-found'))
      onProgress?.({ ...total })
      cursor = report.cursor
    }
    throwFirst(failures)
    return total
  }
}

/** All of a tenant: a filter may not be empty. */
const EVERY: Filter = { state: [...WORKFLOW_STATES] as NonNullable<Filter['state']> }

function throwFirst([first, ...others]: Schemas['BulkReport']['failures']): void {
  if (first === undefined) return
  const more = others.length === 0 ? '' : `, and ${others.length} or more others`
  throw new ChordisError(first.code as ErrorCode, `${first.message}${more}`, { workflow: first.id })
}
