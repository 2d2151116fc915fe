/** Schedules in the schema. */
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import type { OverlapPolicy, ScheduleView } from '../../../engine/index.js'
import type { Shown } from '../../operations/redact.js'
import { CanvasInput } from './canvas.js'
import {
  CatchUpModeEnum,
  FailurePolicyEnum,
  OverlapPolicyEnum,
  PausedByEnum,
  RunKindEnum,
  ScheduleOutcomeEnum,
  TriggerOutcomeEnum,
} from './enums.js'
import { PageInfo } from './page.js'
import { JsonScalar, MsScalar } from './scalars.js'
import { SubmitLimitsInput } from './workflow-changes.js'

@ObjectType()
export class CatchUp {
  @Field(() => CatchUpModeEnum)
  mode!: string
  @Field(() => MsScalar)
  windowMs!: number
  @Field(() => Int)
  max!: number
}

@ObjectType({ description: 'Who paused a schedule, when and why.' })
export class SchedulePause {
  @Field(() => PausedByEnum)
  by!: string
  @Field(() => MsScalar)
  at!: number
  @Field(() => String, { nullable: true })
  reason?: string
  @Field(() => ID, { nullable: true, description: 'The workflow that failed.' })
  workflow?: string
}

@ObjectType({ description: 'A run of a schedule that waits for an earlier one.' })
export class WaitingRun {
  @Field(() => RunKindEnum)
  kind!: string
  @Field(() => MsScalar)
  nominalTime!: number
}

@ObjectType({ description: 'A run of a schedule that has been submitted.' })
export class ScheduleRun extends WaitingRun {
  @Field(() => ID)
  workflow!: string
  @Field(() => MsScalar)
  firedAt!: number
  @Field(() => MsScalar)
  latenessMs!: number
}

@ObjectType()
export class ScheduleCounts {
  @Field(() => Int, { description: 'Workflows submitted.' })
  fired!: number
  @Field(() => Int, { description: 'Left out because an earlier run went on.' })
  skipped!: number
  @Field(() => Int, { description: 'Too late to be fired.' })
  missed!: number
}

@ObjectType({ description: 'When a schedule is due.' })
export class Timing {
  @Field(() => [JsonScalar], { description: 'Cron lines, or objects: {everyMs}, {crontab}, {calendar}, {at}, {solar}.' })
  rules!: unknown[]
  @Field(() => [JsonScalar], { nullable: true })
  except?: unknown[]
  @Field(() => String, { nullable: true })
  timeZone?: string
  @Field(() => JsonScalar, { nullable: true, description: 'ISO 8601 or milliseconds.' })
  start?: unknown
  @Field(() => JsonScalar, { nullable: true, description: 'ISO 8601 or milliseconds.' })
  end?: unknown
}

@ObjectType()
export class Schedule {
  @Field(() => ID, { description: 'One among those of its tenant.' })
  id!: string
  @Field(() => String)
  tenant!: string
  @Field(() => Timing)
  timing!: Timing
  @Field(() => String, { description: 'When it is due, in words.' })
  description!: string
  @Field(() => JsonScalar, { nullable: true, description: 'What it submits, in the JSON form; null without payloads:read.' })
  canvas!: unknown
  @Field(() => JsonScalar, { description: 'How its workflows are submitted.' })
  submit!: unknown
  @Field(() => OverlapPolicyEnum)
  overlap!: string
  @Field(() => CatchUp)
  catchUp!: CatchUp
  @Field(() => MsScalar)
  jitterMs!: number
  @Field(() => Int, { description: '0: no limit.' })
  maxRuns!: number
  @Field(() => Boolean)
  pauseOnFailure!: boolean
  @Field(() => String, { nullable: true })
  note?: string
  @Field(() => String, { nullable: true })
  source?: string
  @Field(() => MsScalar, { nullable: true, description: 'Its next nominal time; null: none, or it is paused.' })
  next!: number | null
  @Field(() => MsScalar, { nullable: true, description: 'When that fires: behind it by the jitter.' })
  nextDue!: number | null
  @Field(() => SchedulePause, { nullable: true })
  paused!: SchedulePause | null
  @Field(() => [ID], { description: 'Its workflows that run: the last 100.' })
  running!: string[]
  @Field(() => [WaitingRun])
  waiting!: WaitingRun[]
  @Field(() => [ScheduleRun], { description: 'The last 10, the newest first.' })
  runs!: ScheduleRun[]
  @Field(() => ScheduleCounts)
  counts!: ScheduleCounts
}

@ObjectType()
export class ScheduleEdge {
  @Field(() => Schedule)
  node!: Shown<ScheduleView>
  @Field(() => String)
  cursor!: string
}

@ObjectType()
export class ScheduleConnection {
  @Field(() => [ScheduleEdge])
  edges!: ScheduleEdge[]
  @Field(() => [Schedule])
  nodes!: Shown<ScheduleView>[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType({ description: 'A time at which a schedule is due.' })
export class PreviewTick {
  @Field(() => MsScalar)
  time!: number
  @Field(() => String)
  utc!: string
  @Field(() => String, { description: 'In the zone of the schedule, with its offset.' })
  local!: string
}

@ObjectType({ description: 'How a schedule as given differs from the one of its id.' })
export class ScheduleDifference {
  @Field(() => ScheduleOutcomeEnum)
  outcome!: string
  @Field(() => [String], { description: 'Names of the options that differ.' })
  changed!: string[]
}

@ObjectType()
export class ScheduleUpsert extends ScheduleDifference {
  @Field(() => Schedule)
  schedule!: Shown<ScheduleView>
}

@ObjectType()
export class ScheduleChange {
  @Field(() => ID)
  id!: string
  @Field(() => Boolean)
  changed!: boolean
}

@ObjectType()
export class ScheduleTrigger {
  @Field(() => TriggerOutcomeEnum)
  outcome!: string
  @Field(() => ID, { description: 'The id of its workflow, also of one that waits.' })
  workflow!: string
}

@ObjectType({ description: 'What became of a backfill.' })
export class BackfillReport {
  @Field(() => [MsScalar], { description: 'The times that were meant.' })
  times!: number[]
  @Field(() => Int)
  fired!: number
  @Field(() => Int)
  waiting!: number
  @Field(() => Int)
  known!: number
  @Field(() => Int)
  skipped!: number
}

@InputType()
export class CatchUpInput {
  @Field(() => CatchUpModeEnum, { nullable: true })
  mode?: string | null
  @Field(() => MsScalar, { nullable: true })
  windowMs?: number | null
  @Field(() => Int, { nullable: true })
  max?: number | null
}

@InputType({ description: 'When a schedule is due.' })
export class TimingInput {
  @Field(() => [JsonScalar], { description: 'Cron lines, or objects: {everyMs}, {crontab}, {calendar}, {at}, {solar}.' })
  rules!: unknown[]
  @Field(() => [JsonScalar], { nullable: true, description: 'Times that are left out.' })
  except?: unknown[] | null
  @Field(() => String, { nullable: true, description: 'IANA name. Default UTC.' })
  timeZone?: string | null
  @Field(() => JsonScalar, { nullable: true, description: 'ISO 8601 or milliseconds.' })
  start?: unknown
  @Field(() => JsonScalar, { nullable: true, description: 'ISO 8601 or milliseconds.' })
  end?: unknown
}

@InputType({ description: 'How the workflows of a schedule are submitted.' })
export class ScheduledSubmitInput {
  @Field(() => String, { nullable: true })
  name?: string | null
  @Field(() => [String], { nullable: true })
  tags?: string[] | null
  @Field(() => MsScalar, { nullable: true })
  retentionMs?: number | null
  @Field(() => MsScalar, { nullable: true })
  timeoutMs?: number | null
  @Field(() => FailurePolicyEnum, { nullable: true })
  onFailure?: 'fail' | 'cancel' | null
  @Field(() => SubmitLimitsInput, { nullable: true })
  limits?: SubmitLimitsInput | null
}

@InputType({ description: 'A schedule: when it is due, and what it submits, as `canvas` or as `canvasJson`.' })
export class ScheduleInput extends TimingInput {
  @Field(() => ID)
  id!: string
  @Field(() => CanvasInput, { nullable: true })
  canvas?: CanvasInput | null
  @Field(() => JsonScalar, { nullable: true })
  canvasJson?: unknown
  @Field(() => ScheduledSubmitInput, { nullable: true })
  submit?: ScheduledSubmitInput | null
  @Field(() => OverlapPolicyEnum, { nullable: true, description: 'Default skip.' })
  overlap?: OverlapPolicy | null
  @Field(() => CatchUpInput, { nullable: true })
  catchUp?: CatchUpInput | null
  @Field(() => MsScalar, { nullable: true })
  jitterMs?: number | null
  @Field(() => Int, { nullable: true })
  maxRuns?: number | null
  @Field(() => Boolean, { nullable: true })
  pauseOnFailure?: boolean | null
  @Field(() => String, { nullable: true })
  note?: string | null
  @Field(() => String, { nullable: true })
  source?: string | null
}

@InputType({ description: 'Which times a backfill is for, and how its runs start.' })
export class BackfillInput {
  @Field(() => MsScalar, { description: 'Inclusive.' })
  from!: number
  @Field(() => MsScalar, { description: 'Exclusive; not behind now.' })
  to!: number
  @Field(() => OverlapPolicyEnum, { nullable: true, description: 'Default bufferAll.' })
  overlap?: OverlapPolicy | null
  @Field(() => Int, { nullable: true, description: 'Runs at most, the oldest. Default 1,000.' })
  limit?: number | null
  @Field(() => Boolean, { nullable: true, description: 'Only look.' })
  dryRun?: boolean | null
}
