/**
 * The envelope of `POST /v1/workflows`: everything but the canvas, which no validator touches.
 */
import { ArrayMaxSize, IsArray, IsIn, IsInt, Length, Matches, Max, Min } from 'class-validator'
import { Absentable } from '../http/read.js'

const NAME = /^[A-Za-z0-9._-]{1,128}$/
const NAME_RULE = 'must be 1 to 128 characters of A-Z a-z 0-9 . _ -'
/** 366 days. */
const MAX_RETENTION_MS = 31_622_400_000
const MAX_NODES = 100_000
const MAX_RETRIES = 1_000_000_000

/** Fields of {@link SubmitDto}, `canvas` beside them. */
export const ENVELOPE_FIELDS = ['id', 'name', 'tags', 'options'] as const

export class SubmitDto {
  @Absentable()
  @Matches(NAME, { message: NAME_RULE })
  id?: string

  @Absentable()
  @Length(1, 256, { message: 'must be a string of 1 to 256 characters' })
  name?: string

  @Absentable()
  @IsArray({ message: 'must be a list of names' })
  @ArrayMaxSize(32, { message: 'must not hold more than 32 tags' })
  @Matches(NAME, { each: true, message: `must hold names: each ${NAME_RULE}` })
  tags?: string[]

  /** Read into a {@link SubmitOptionsDto}. */
  options?: unknown
}

export class SubmitOptionsDto {
  /** Milliseconds that the workflow is kept after its end. */
  @Absentable()
  @IsInt({ message: 'must be a whole number of milliseconds' })
  @Min(0, { message: 'must be 0 or more' })
  @Max(MAX_RETENTION_MS, { message: 'must not be more than 366 days' })
  retentionMs?: number

  /** `cancel`: the first failure ends all that is open. */
  @Absentable()
  @IsIn(['fail', 'cancel'], { message: 'must be "fail" or "cancel"' })
  onFailure?: 'fail' | 'cancel'

  /** Read into a {@link SubmitLimitsDto}. */
  limits?: unknown
}

export class SubmitLimitsDto {
  /** Refuse a canvas of more nodes. A client may ask for less than the server allows, not for more. */
  @Absentable()
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be 1 or more' })
  @Max(MAX_NODES, { message: `must not be more than ${MAX_NODES}` })
  nodes?: number

  /** Retries of all its tasks together. */
  @Absentable()
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be 0 or more' })
  @Max(MAX_RETRIES, { message: `must not be more than ${MAX_RETRIES}` })
  retries?: number
}
