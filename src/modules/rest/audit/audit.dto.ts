/** The query of `/v1/audit`. */
import { Text, Whole } from '../fields.js'
import { PAGE } from '../limits/limits.js'

const LAST_MS = 9_999_999_999_999

export class AuditDto {
  @Text({
    most: 256,
    description: 'Asked for with this credential: `key:<id>`, `static:<id>`, `jwt:<subject>`, `local`',
    example: 'key:3f2a9k4m7q1x',
  })
  principal?: string

  @Text({ most: 256, description: '`workflow.revoke`, or all of a kind: `workflow.*`', example: 'key.*' })
  action?: string

  @Whole({ least: 1, most: LAST_MS, description: 'Written before this instant, Unix ms', example: 1_767_225_600_000 })
  before?: number

  @Whole({ least: 0, most: LAST_MS, description: 'Written at this instant or after it, Unix ms', example: 1_767_139_200_000 })
  after?: number

  @Whole({ least: 1, most: PAGE, description: 'At most so many. Default 100', example: 100 })
  limit?: number

  @Text({ most: 1_024, description: '`cursor` of the part before' })
  cursor?: string
}
