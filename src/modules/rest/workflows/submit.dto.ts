/**
 * The envelope of a submission: everything but the canvas, which no validator touches.
 */

import { Choice, Name, Names, Nested, Opaque, Text, Whole } from '../fields.js'
import { LONGEST_RETENTION_MS } from '../limits/limits.js'

const MAX_NODES = 100_000
const MAX_RETRIES = 1_000_000_000

const CANVAS = {
  description:
    'What is to be run, as Chordis writes it (`task`, `chain`, `group`, `chord`, `graph`, `map`, `starmap`, `chunks`) or as Celery’s `json.dumps(canvas)` does. Checked by the compiler: `canvas-invalid` names every fault by its path',
  example: { task: 'pages.fetch', args: ['https://example.org/'] },
}

/** `options.limits` of a submission. */
export class SubmitLimitsDto {
  @Whole({
    least: 1,
    most: MAX_NODES,
    description: 'Refuse a canvas of more task calls; less than the service allows, not more',
    example: 1_000,
  })
  nodes?: number

  @Whole({ least: 0, most: MAX_RETRIES, description: 'Retries of all its tasks together', example: 100 })
  retries?: number
}

/** `options` of a submission. */
export class SubmitOptionsDto {
  @Whole({ least: 0, most: LONGEST_RETENTION_MS, description: 'How long it is kept after its end, ms. Default 24 h', example: 86_400_000 })
  retentionMs?: number

  @Whole({
    least: 1,
    most: LONGEST_RETENTION_MS,
    description: 'How long after its submission it is revoked, ms. Default: never',
    example: 3_600_000,
  })
  timeoutMs?: number

  @Choice(['fail', 'cancel'], { description: '`cancel`: the first failure ends all that is open', example: 'fail' })
  onFailure?: 'fail' | 'cancel'

  @Nested(() => SubmitLimitsDto, { description: 'What is refused' })
  limits?: SubmitLimitsDto
}

/** A submission without its canvas. */
export class EnvelopeDto {
  @Name({
    description: 'Id of the workflow. Default: a new one. The same id with the same canvas is the same workflow',
    example: 'report-7',
  })
  id?: string

  @Text({ description: 'For people', example: 'the seventh report' })
  name?: string

  @Names({ most: 32, description: 'To find it by', example: ['reports'] })
  tags?: string[]

  @Nested(() => SubmitOptionsDto, { description: 'How it runs' })
  options?: SubmitOptionsDto
}

/** A submission, as OpenAPI shows it. */
export class SubmitDto extends EnvelopeDto {
  @Opaque({ ...CANVAS, required: true })
  canvas!: unknown
}

/** A line of NDJSON: it has no headers, so the key is a field. */
export class LineDto extends EnvelopeDto {
  @Text({ most: 255, description: 'As the header `Idempotency-Key`', example: 'k-1' })
  idempotencyKey?: string
}

export const SUBMIT_EXAMPLES = {
  'a call': { canvas: { task: 'pages.fetch', args: ['https://example.org/'] } },
  'a chord with a name': {
    name: 'two pages',
    tags: ['pages'],
    canvas: {
      chord: {
        header: [
          { task: 'pages.fetch', args: ['https://example.org/'] },
          { task: 'pages.fetch', args: ['https://example.com/'] },
        ],
        body: { task: 'pages.count' },
      },
    },
    options: { retentionMs: 3_600_000, onFailure: 'cancel', limits: { nodes: 10 } },
  },
}
