/** Bodies and queries of `/v1/dead-letters`. */
import { Flag, Name, Nested, Text, Whole } from '../fields.js'
import { PAGE } from '../limits/limits.js'

const LAST_MS = 9_999_999_999_999

/** Which dead letters are meant: all conditions hold together. */
export class LetterFilterDto {
  @Text({ description: 'Calls of this task', example: 'pages.fetch' })
  task?: string

  @Text({ most: 1_000, description: 'Type or code of the error, or a text in its message: needs `payloads:read`', example: 'ECONNREFUSED' })
  error?: string

  @Name({ description: 'Of this workflow', example: 'report-7' })
  workflow?: string

  @Whole({ least: 0, most: LAST_MS, description: 'Failed before this instant, Unix ms', example: 1_767_225_600_000 })
  before?: number

  @Whole({ least: 0, most: LAST_MS, description: 'Failed at this instant or after it, Unix ms', example: 1_767_139_200_000 })
  after?: number
}

export class ListLettersDto extends LetterFilterDto {
  @Whole({ least: 1, most: PAGE, description: 'At most so many. Default 100', example: 100 })
  limit?: number

  @Text({ most: 1_024, description: '`cursor` of the part before' })
  cursor?: string
}

export class ChangeLettersDto {
  @Text({ most: 512, description: 'This one', example: 'report-7:0' })
  id?: string

  @Nested(() => LetterFilterDto, { description: 'All that it means; `{}`: all there are. Not together with `id`' })
  filter?: LetterFilterDto

  @Flag({ description: 'Only count. Default false', example: true })
  dryRun?: boolean
}
