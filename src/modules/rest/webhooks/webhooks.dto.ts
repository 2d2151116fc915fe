/** Bodies and queries of `/v1/webhooks`. */
import { END_STATES, type EndState } from '../../../engine/index.js'
import { Choices, Flag, Name, Opaque, Text, Whole } from '../fields.js'

const MAX_URL = 2_000
const MAX_LABEL = 200
const MAX_GRACE_MS = 2_592_000_000
const MOST_LISTED = 500
const NAME_OR_NULL = { type: ['string', 'null'] }

const URL_RULE = 'Where it is told: `https://`, of a public address'
const ENABLED = 'Whether it is told anything. `true` also enables what was disabled because its deliveries failed'

export class WebhookDto {
  @Text({ most: MAX_URL, required: true, description: URL_RULE, example: 'https://hooks.example.com/chordis' })
  url!: string

  @Choices(END_STATES, { description: 'Only of workflows that ended so. Default: all', example: ['FAILURE'] })
  states?: EndState[]

  @Name({ description: 'Only of workflows with this name', example: 'nightly-report' })
  name?: string

  @Name({ description: 'Only of workflows with this tag', example: 'billing' })
  tag?: string

  @Text({ most: MAX_LABEL, description: 'For people', example: 'billing, on call' })
  label?: string

  @Flag({ description: `${ENABLED}. Default true`, example: true })
  enabled?: boolean
}

export class WebhookChangeDto {
  @Text({ most: MAX_URL, description: URL_RULE, example: 'https://hooks.example.com/chordis' })
  url?: string

  @Opaque(
    { description: 'Only of workflows that ended so; null: all', example: ['FAILURE', 'REVOKED'] },
    { type: ['array', 'null'], items: { type: 'string', enum: [...END_STATES] } },
  )
  states?: EndState[] | null

  @Opaque({ description: 'Only of workflows with this name; null: whatever their names', example: null }, NAME_OR_NULL)
  name?: string | null

  @Opaque({ description: 'Only of workflows with this tag; null: whatever their tags', example: null }, NAME_OR_NULL)
  tag?: string | null

  @Text({ most: MAX_LABEL, description: 'For people', example: 'billing' })
  label?: string

  @Flag({ description: ENABLED, example: true })
  enabled?: boolean
}

export class RotateSecretDto {
  @Whole({ least: 0, most: MAX_GRACE_MS, description: 'So long the secret before signs, too, ms. Default 24 h', example: 3_600_000 })
  graceMs?: number
}

export class ListDeliveriesDto {
  @Flag({ description: 'Those that were given up. Default false: those that wait', example: false })
  dead?: boolean

  @Whole({ least: 1, most: MOST_LISTED, description: 'At most so many. Default 100', example: 100 })
  limit?: number

  @Text({ most: 64, description: '`cursor` of the part before' })
  cursor?: string
}
