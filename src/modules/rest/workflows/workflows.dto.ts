/** Bodies and queries of `/v1/workflows`. */
import { WORKFLOW_STATES, type WorkflowState } from '../../../engine/index.js'
import { BULK_ACTIONS, type BulkAction } from '../../operations/bulk.operations.js'
import { Choice, Choices, Flag, Name, Nested, Opaque, Text, Texts, Whole } from '../fields.js'
import { BULK_IDS, PAGE, WAIT_MS } from '../limits/limits.js'

/** Behind every instant, Unix ms. */
const LAST_MS = 9_999_999_999_999
const REASON = { most: 1_000, description: 'Why, for people', example: 'the target is down' }

/** Which workflows are meant: all conditions hold together. */
export class FilterDto {
  @Choices(WORKFLOW_STATES, { description: 'In one of these states', example: ['PENDING', 'STARTED'] })
  state?: WorkflowState[]

  @Text({ most: 256, description: 'Whose canvas calls this task', example: 'pages.fetch' })
  task?: string

  @Name({ description: 'With this tag', example: 'reports' })
  tag?: string

  @Text({ description: 'Of exactly this name', example: 'the seventh report' })
  name?: string

  @Name({ description: 'Children of this workflow', example: 'report-7' })
  parent?: string

  @Name({ description: 'Submitted by this schedule', example: 'nightly' })
  schedule?: string

  @Whole({ least: 0, most: LAST_MS, description: 'Created before this instant, Unix ms', example: 1_767_225_600_000 })
  before?: number

  @Whole({ least: 0, most: LAST_MS, description: 'Created at this instant or after it, Unix ms', example: 1_767_139_200_000 })
  after?: number
}

/** A part of a list. */
export class PageDto {
  @Whole({ least: 1, most: PAGE, description: 'At most so many. Default 100', example: 100 })
  limit?: number

  @Text({ most: 1_024, description: '`cursor` of the part before' })
  cursor?: string
}

export class ListWorkflowsDto extends FilterDto {
  @Whole({ least: 1, most: PAGE, description: 'At most so many. Default 100', example: 100 })
  limit?: number

  @Text({ most: 1_024, description: '`cursor` of the part before' })
  cursor?: string
}

export class GraphDto {
  @Whole({ least: 0, most: 1_000_000, description: 'More calls than this that are alike stand as one. Default 20', example: 20 })
  collapse?: number

  @Whole({ least: 1, most: 5_000, description: 'Parts of one page. Default 500', example: 500 })
  limit?: number

  @Text({ most: 64, description: '`cursor` of the page before' })
  cursor?: string

  @Text({ most: 64, description: 'Id of many alike: they one by one' })
  of?: string
}

export class ResultDto {
  @Whole({ least: 0, most: WAIT_MS, description: 'How long the answer may wait for the outcome, ms. Default 0', example: 30_000 })
  waitMs?: number
}

export class DeleteDto {
  @Flag({ description: 'Also one that has not ended: it is revoked first. Default false' })
  revoke?: boolean
}

const TASKS = { least: 1, most: 500, description: 'Only these task calls, by their ids', example: ['0'] }

export class RevokeDto {
  @Text(REASON)
  reason?: string

  @Flag({ description: 'What runs is terminated, not only told. Default false', example: false })
  terminate?: boolean

  @Texts(TASKS)
  tasks?: string[]
}

export class PauseDto {
  @Text(REASON)
  reason?: string
}

export class PriorityDto {
  @Whole({ least: 0, most: 9, required: true, description: '0 (the most urgent) to 9', example: 1 })
  priority!: number

  @Texts(TASKS)
  tasks?: string[]
}

export class RerunDto {
  @Texts({ ...TASKS, required: true, description: 'The task calls that run again, with what depends on them' })
  tasks!: string[]

  @Opaque({ description: 'Positional arguments instead of those before; for a single task' }, { type: 'array', items: {} })
  args?: never[]

  @Opaque({ description: 'The same by name' }, { type: 'object', additionalProperties: {} })
  kwargs?: { [name: string]: never }
}

export class BulkOptionsDto {
  @Text(REASON)
  reason?: string

  @Flag({ description: 'As of a revocation', example: false })
  terminate?: boolean
}

export class BulkDto {
  @Choice(BULK_ACTIONS, {
    required: true,
    description: 'What is to be done; it needs the scope of the same change of one workflow',
    example: 'revoke',
  })
  action!: BulkAction

  @Nested(() => FilterDto, { description: 'All that it means; it may not be empty. Not together with `ids`' })
  filter?: FilterDto

  @Texts({ least: 1, most: BULK_IDS, description: 'These', example: ['report-7'] })
  ids?: string[]

  @Flag({ description: 'Only count. Default false', example: true })
  dryRun?: boolean

  @Text({ most: 1_024, description: 'Of a filter: `cursor` of the answer before' })
  cursor?: string

  @Nested(() => BulkOptionsDto, { description: 'Of `revoke` and `pause`' })
  options?: BulkOptionsDto
}
