/** Bodies and queries of `/v1/schedules`. What a schedule may be the engine decides, with the path of what is wrong. */
import { OVERLAP_POLICIES, type OverlapPolicy } from '../../../engine/index.js'
import { Choice, Flag, Opaque, Text, Whole } from '../fields.js'

const LAST_MS = 253_402_300_799_999
const MOST_TIMES = 10_000

const RULES = {
  description:
    'When it is due: a cron line, `{crontab}`, `{everyMs}`, `{calendar}`, `{at}`, `{solar}`, or a list of these (docs/guides/schedules.md)',
  example: '0 3 * * *',
  required: true,
}
const TIME = { oneOf: [{ type: 'string' }, { type: 'integer' }] }

/** When something is due. */
export class TimingDto {
  @Opaque(RULES)
  rules!: never

  @Opaque({ description: 'Rules of times that are left out', example: [{ cron: '0 3 25 12 *' }] }, { type: 'array', items: {} })
  except?: never

  @Opaque({ description: 'IANA name of the zone. Default `UTC`', example: 'Europe/Berlin' }, { type: 'string' })
  timeZone?: never

  @Opaque({ description: 'No time before this: ISO 8601 or Unix ms', example: '2026-01-01T00:00:00Z' }, TIME)
  start?: never

  @Opaque({ description: 'No time after this: ISO 8601 or Unix ms', example: '2027-01-01T00:00:00Z' }, TIME)
  end?: never
}

export class ScheduleDto extends TimingDto {
  @Opaque({ description: 'What it submits: as of a submission', example: { task: 'report.make' }, required: true })
  canvas!: unknown

  @Opaque(
    { description: 'How: `name`, `tags`, `retentionMs`, `timeoutMs`, `onFailure`, `limits`', example: { tags: ['reports'] } },
    { type: 'object' },
  )
  submit?: never

  @Opaque(
    { description: 'What becomes of a run that is due while an earlier one goes on. Default `skip`', example: 'skip' },
    { type: 'string', enum: [...OVERLAP_POLICIES] },
  )
  overlap?: OverlapPolicy

  @Opaque({
    description: 'What becomes of ticks that no beat fired in time: `none`, `latest` (default), `all`, or `{mode, windowMs, max}`',
    example: 'latest',
  })
  catchUp?: never

  @Opaque({ description: 'Each tick fires up to so much later, ms. Default 0', example: 0 }, { type: 'integer', minimum: 0 })
  jitterMs?: number

  @Opaque({ description: 'How many ticks fire in all. Default: no limit', example: 365 }, { type: 'integer', minimum: 1 })
  maxRuns?: number

  @Opaque({ description: 'A run that fails pauses it. Default false', example: false }, { type: 'boolean' })
  pauseOnFailure?: boolean

  @Opaque({ description: 'For people', example: 'asked for by the accountants' }, { type: 'string', maxLength: 1_000 })
  note?: string

  @Opaque({ description: 'Who declares it', example: 'billing' }, { type: 'string' })
  source?: string
}

export class DryRunDto {
  @Flag({ description: 'Only compare. Default false' })
  dryRun?: boolean
}

export class TriggerDto {
  @Choice(OVERLAP_POLICIES, { description: 'Instead of the schedule’s', example: 'allowAll' })
  overlap?: OverlapPolicy

  @Text({ most: 64, description: 'The same one submits once while the workflow is kept', example: 'by-hand-1' })
  requestId?: string
}

export class BackfillDto {
  @Whole({ least: 0, most: LAST_MS, required: true, description: 'The first time, Unix ms', example: 1_767_139_200_000 })
  from!: number

  @Whole({ least: 0, most: LAST_MS, required: true, description: 'No time from here on, Unix ms', example: 1_767_225_600_000 })
  to!: number

  @Choice(OVERLAP_POLICIES, { description: 'Default `bufferAll`: one after another', example: 'bufferAll' })
  overlap?: OverlapPolicy

  @Whole({ least: 1, most: MOST_TIMES, description: 'At most so many. Default 1,000', example: 100 })
  limit?: number

  @Flag({ description: 'Only look. Default false', example: true })
  dryRun?: boolean
}

export class PreviewDto {
  @Whole({ least: 1, most: MOST_TIMES, description: 'How many. Default 10', example: 10 })
  count?: number

  @Whole({ least: 0, most: LAST_MS, description: 'Times after this, Unix ms. Default: now', example: 1_767_225_600_000 })
  after?: number
}

export class PreviewTimingDto extends TimingDto {
  @Whole({ least: 1, most: MOST_TIMES, description: 'How many. Default 10', example: 10 })
  count?: number

  @Whole({ least: 0, most: LAST_MS, description: 'Times after this, Unix ms. Default: now', example: 1_767_225_600_000 })
  after?: number
}
