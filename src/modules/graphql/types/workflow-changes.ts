/** What is asked of workflows, and what is answered. */
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import type { BulkAction } from '../../operations/bulk.operations.js'
import { CanvasInput } from './canvas.js'
import { Refusal } from './common.js'
import { BulkActionEnum, FailurePolicyEnum, WorkflowStateEnum } from './enums.js'
import { JsonScalar, MsScalar } from './scalars.js'
import { Graph, WorkflowFilterInput } from './workflows.js'

@InputType({ description: 'Limits of one workflow.' })
export class SubmitLimitsInput {
  @Field(() => Int, { nullable: true, description: 'Refuse a canvas of more nodes. Less than the service allows, not more.' })
  nodes?: number | null
  @Field(() => Int, { nullable: true, description: 'Retries of all its tasks together.' })
  retries?: number | null
}

@InputType({ description: 'A canvas, as `canvas` or as `canvasJson`, and how it is submitted.' })
export class SubmitInput {
  @Field(() => CanvasInput, { nullable: true })
  canvas?: CanvasInput | null
  @Field(() => JsonScalar, { nullable: true, description: 'In place of `canvas`: Chordis’s JSON form, or Celery’s.' })
  canvasJson?: unknown
  @Field(() => ID, { nullable: true, description: 'Default: a new one. The same id with the same canvas is the same workflow.' })
  id?: string | null
  @Field(() => String, { nullable: true, description: '1 to 256 characters.' })
  name?: string | null
  @Field(() => [String], { nullable: true, description: 'At most 32.' })
  tags?: string[] | null
  @Field(() => String, { nullable: true, description: 'The same key with the same canvas answers the first workflow, for 24 h.' })
  idempotencyKey?: string | null
  @Field(() => MsScalar, { nullable: true, description: 'How long it is kept after its end. Default 24 h, at most 366 days.' })
  retentionMs?: number | null
  @Field(() => MsScalar, { nullable: true, description: 'How long after its submission it is revoked if it has not ended.' })
  timeoutMs?: number | null
  @Field(() => FailurePolicyEnum, { nullable: true })
  onFailure?: 'fail' | 'cancel' | null
  @Field(() => SubmitLimitsInput, { nullable: true })
  limits?: SubmitLimitsInput | null
}

@ObjectType()
export class SubmitPayload {
  @Field(() => ID)
  id!: string
  @Field(() => WorkflowStateEnum)
  state!: string
  @Field(() => Boolean, { description: 'It was there already, under this id or key.' })
  duplicate!: boolean
}

@ObjectType({ description: 'What became of one of many: one of the two is there.' })
export class SubmitAnswer {
  @Field(() => SubmitPayload, { nullable: true })
  submitted?: SubmitPayload
  @Field(() => Refusal, { nullable: true })
  error?: Refusal
}

@ObjectType()
export class NameCount {
  @Field(() => String)
  name!: string
  @Field(() => Int)
  count!: number
}

@ObjectType({ description: 'What a canvas would be. One that is not valid is an error.' })
export class CanvasReport {
  @Field(() => Int, { description: 'Task calls, callbacks included.' })
  total!: number
  @Field(() => [NameCount])
  tasks!: NameCount[]
  @Field(() => [NameCount])
  queues!: NameCount[]
  @Field(() => [String], { description: 'Tasks that no worker knows now.' })
  unknownTasks!: string[]
  @Field(() => Graph, { description: 'Its first 500 parts.' })
  graph!: Graph
}

@ObjectType({ description: 'Whether a change did anything: not when it had ended, or there was nothing to do.' })
export class WorkflowChange {
  @Field(() => ID)
  id!: string
  @Field(() => Boolean)
  changed!: boolean
}

@ObjectType({ description: 'A workflow that is there no more.' })
export class WorkflowRemoval {
  @Field(() => ID)
  id!: string
  @Field(() => Boolean)
  changed!: boolean
}

@ObjectType()
export class WorkflowReopening {
  @Field(() => ID)
  id!: string
  @Field(() => Int, { nullable: true, description: 'The run that was opened; null: nothing had failed.' })
  run!: number | null
}

@InputType({ description: 'Either `filter` or `ids` says which.' })
export class BulkInput {
  @Field(() => BulkActionEnum)
  action!: BulkAction
  @Field(() => WorkflowFilterInput, { nullable: true, description: 'All that it means; not empty.' })
  filter?: WorkflowFilterInput | null
  @Field(() => [ID], { nullable: true, description: '1 to 1,000.' })
  ids?: string[] | null
  @Field(() => Boolean, { nullable: true, description: 'Only count.' })
  dryRun?: boolean | null
  @Field(() => String, { nullable: true, description: 'Of a filter: where the call before stopped.' })
  cursor?: string | null
  @Field(() => String, { nullable: true, description: 'Of revoke and pause: why.' })
  reason?: string | null
  @Field(() => Boolean, { nullable: true, description: 'Of revoke: kill what runs at once, where a pool can.' })
  terminate?: boolean | null
}

@ObjectType()
export class BulkFailure {
  @Field(() => ID)
  id!: string
  @Field(() => String)
  code!: string
  @Field(() => String)
  message!: string
}

@ObjectType()
export class BulkReport {
  @Field(() => Int)
  matched!: number
  @Field(() => Int)
  changed!: number
  @Field(() => Int)
  failed!: number
  @Field(() => [BulkFailure], { description: 'The first 100.' })
  failures!: BulkFailure[]
  @Field(() => String, { nullable: true, description: 'Where the next call goes on; null: all are done.' })
  cursor!: string | null
}
