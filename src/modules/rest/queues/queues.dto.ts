/** Bodies and queries of `/v1/queues`. */
import { Flag, Name, Text, Whole } from '../fields.js'
import { PAGE } from '../limits/limits.js'

const TASK = { most: 256, description: 'Only calls of this task', example: 'pages.fetch' }
const DRY_RUN = { description: 'Only count. Default false', example: true }

export class PeekDto {
  @Whole({ least: 1, most: PAGE, description: 'At most so many. Default 20', example: 20 })
  limit?: number

  @Flag({ description: 'Also what they are called with: needs `payloads:read`. Default false' })
  args?: boolean
}

export class PauseQueueDto {
  @Text({ most: 500, description: 'Why, for people', example: 'the target is down' })
  reason?: string
}

export class PurgeDto {
  @Text(TASK)
  task?: string

  @Flag(DRY_RUN)
  dryRun?: boolean
}

export class MoveDto {
  @Name({ required: true, description: 'Where they are to wait', example: 'slow' })
  to!: string

  @Whole({ least: 1, most: 1_000_000_000, description: 'At most so many. Default: all', example: 1_000 })
  limit?: number

  @Text(TASK)
  task?: string

  @Flag(DRY_RUN)
  dryRun?: boolean
}
