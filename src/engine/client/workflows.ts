/**
 * The workflows that Redis holds: listed by an index of each partition, the newest first, and counted by state. Whatever a list asks for, each call to
 * Redis looks at 1,000 workflows at most.
 */

import type { ControlsWorkflows, RevokeOptions } from '../control/workflow-control.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName, checkWhole } from '../protocol/ids.js'
import type { WorkflowState } from '../protocol/states.js'
import type { RedisConnection } from '../redis/connection.js'
import { type ListedWorkflow, type ListPlace, readCensus, readListing } from '../redis/listing.js'
import type { Namespace } from '../redis/namespace.js'
import { explained, falseIfGone } from './failures.js'
import { statusOf, type WorkflowSummary } from './status.js'
import { checkFilter, cursorOf, isMeant, labelOf, placeOf, statesOf, type WorkflowFilter, wordsOf } from './workflow-filter.js'

/** One workflow of a list. */
export interface WorkflowRow extends WorkflowSummary {
  /** Of one that is a single task without options of its own, the task; else null. */
  task: string | null
  /** Nothing of it is started until it is resumed. */
  paused: boolean
}

/** A part of the list. */
export interface WorkflowPage {
  workflows: WorkflowRow[]
  /** Where the next part begins; null at the end. A part may hold few workflows, or none, and not be the last. */
  cursor: string | null
}

/** How many workflows are in which state. */
export type WorkflowCounts = { [state in Exclude<WorkflowState, 'RETRY'>]: number } & { total: number }

/** How many a bulk revocation met that had not ended, and how many of them it ended. */
export interface RevokedMany {
  matched: number
  revoked: number
}

/** How many workflows are revoked. */
export interface RevokeManyOptions extends RevokeOptions {
  /** Only count. */
  dryRun?: boolean
  /** Told after each page what has been revoked so far. */
  onProgress?(sofar: RevokedMany): void
}

/** Workflows that a bulk revocation lists at a time. */
const BULK_PAGE = 200
const MAX_LISTED = 1_000
/** Calls to each partition that one part of the list makes. */
const MAX_CALLS = 10

/** The workflows that Redis holds: `client.workflows`. */
export class Workflows {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly control: ControlsWorkflows,
  ) {}

  /**
   * Workflows, the newest first, part by part; what is still being stored is not among them. While they come and go, none is listed twice, and none
   * that is there all the time is left out.
   * @param options a filter; `limit`: at most so many, 1 to 1,000, default 100; `cursor`: what the part before answered
   * @throws ChordisError `request-invalid`, `name-invalid`, `redis-unavailable`
   */
  async list({ limit = 100, cursor, ...filter }: WorkflowFilter & { limit?: number; cursor?: string } = {}): Promise<WorkflowPage> {
    checkFilter(filter)
    checkWhole(limit, 1, MAX_LISTED, 'limit')
    const workflows: WorkflowRow[] = []
    let place: ListPlace = placeOf(cursor, filter.before)
    for (let calls = 0; calls < MAX_CALLS; calls++) {
      const { rows, end } = await this.read(filter, place, limit - workflows.length)
      for (const row of rows) {
        const workflow = rowOf(row)
        if (!isMeant(workflow, filter)) continue
        if (workflows.push(workflow) === limit) return { workflows, cursor: cursorOf(row) }
      }
      if (end === null) return { workflows, cursor: null }
      place = end
    }
    return { workflows, cursor: cursorOf(place) }
  }

  /**
   * How many there are, by state, at the same cost however many there are; what is still being stored is not counted.
   * @param options `tenant`: of this tenant only; `-`: of none
   * @throws ChordisError `name-invalid`, `redis-unavailable`
   */
  async count({ tenant }: { tenant?: string } = {}): Promise<WorkflowCounts> {
    if (tenant !== undefined) checkName(tenant, 'tenant')
    const [PENDING = 0, STARTED = 0, SUCCESS = 0, FAILURE = 0, REVOKED = 0] = await explained(() =>
      readCensus(this.connection, this.namespace, tenant ?? ''),
    )
    return { PENDING, STARTED, SUCCESS, FAILURE, REVOKED, total: PENDING + STARTED + SUCCESS + FAILURE + REVOKED }
  }

  /**
   * Revokes the workflows that a filter means and that have not ended: as many as there were when it came to them. In steps of a page; who stops it
   * has revoked those before.
   * @param options as of a workflow's `revoke`; `dryRun`: only count; `onProgress`: told after each page
   * @throws ChordisError `request-invalid` also for a filter that means all of them: say `state: ['PENDING', 'STARTED']`; `name-invalid`, `redis-unavailable`, `outcome-unknown`
   */
  async revoke(filter: WorkflowFilter, { dryRun = false, onProgress, ...options }: RevokeManyOptions = {}): Promise<RevokedMany> {
    if (Object.values(filter).every((value) => value === undefined))
      throw new ChordisError('request-invalid', 'must say which', { path: 'filter' })
    const total: RevokedMany = { matched: 0, revoked: 0 }
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: WorkflowPage = await this.list({ ...filter, limit: BULK_PAGE, ...(cursor === undefined ? {} : { cursor }) })
      const live = page.workflows.filter(({ ended }) => !ended)
      total.matched += live.length
      if (!dryRun) for (const { id } of live) if (await this.control.revoke(id, options).catch(falseIfGone)) total.revoked++
      onProgress?.({ ...total })
      cursor = page.cursor
    }
    return total
  }

  private read(filter: WorkflowFilter, place: ListPlace, count: number): ReturnType<typeof readListing> {
    const { tenant, task, after: oldest = 0 } = filter
    const window = { place, oldest, states: statesOf(filter.state), tenant, label: labelOf(filter), task, words: wordsOf(filter), count }
    return explained(() => readListing(this.connection, this.namespace, window))
  }
}

function rowOf({ id, partition, head, task, time }: ListedWorkflow & ListPlace): WorkflowRow {
  const status = statusOf(id, partition, head)
  return { ...status, createdAt: status.createdAt || time, task, paused: head.text.startsWith('h ') }
}
