/** Bodies of `/v1/keys`. What a key may be the engine decides, with the path of what is wrong. */
import { Text, Texts, Whole } from '../fields.js'

const MOST_PATTERNS = 100
const TEN_YEARS_MS = 315_576_000_000
const DAY_MS = 86_400_000

export class CreateKeyDto {
  @Texts({
    least: 1,
    most: MOST_PATTERNS,
    required: true,
    description: 'What it may do: scopes, `<resource>:*` or `*`; none that the maker does not have',
    example: ['workflows:read', 'workflows:submit'],
  })
  scopes!: string[]

  @Text({ most: 200, description: 'For people: what it is for', example: 'ci' })
  label?: string

  @Text({
    most: 128,
    description: 'The tenant that it is bound to; `*`: all. Default: as the maker, and that is all that one of a tenant may give',
  })
  tenant?: string

  @Texts({
    least: 1,
    most: MOST_PATTERNS,
    description: 'Queues that its calls may go to: names, or prefixes that end in `*`. Default: as the maker',
    example: ['default', 'mail-*'],
  })
  queues?: string[]

  @Texts({
    least: 1,
    most: MOST_PATTERNS,
    description: 'Tasks that it may call: names, or prefixes that end in `*`. Default: as the maker',
    example: ['pages.*'],
  })
  tasks?: string[]

  @Whole({
    least: 1,
    most: TEN_YEARS_MS,
    description: 'It is good for so long, ms; not beyond the end of the maker. Default: as long as the maker',
    example: 90 * DAY_MS,
  })
  expiresInMs?: number

  @Whole({
    least: 1,
    most: 1_000_000_000,
    description: 'Requests per 10 s that the service answers it. Needs a credential of all tenants, or one with a rate of its own',
    example: 1_000,
  })
  rate?: number
}

export class RotateKeyDto {
  @Whole({ least: 0, most: 30 * DAY_MS, description: 'The old secret works so long, ms. Default 24 h', example: 3_600_000 })
  graceMs?: number
}
