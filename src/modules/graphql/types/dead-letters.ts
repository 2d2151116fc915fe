/** Dead letters in the schema. */
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import type { DeadLetter as Letter } from '../../../engine/index.js'
import type { Shown } from '../../operations/redact.js'
import { AttemptFailure, Failure } from './common.js'
import { PageInfo } from './page.js'
import { JsonScalar, MsScalar } from './scalars.js'

@ObjectType({ description: 'A task that failed by itself with no attempt left.' })
export class DeadLetter {
  @Field(() => ID, { description: '<workflow>:<node>' })
  id!: string
  @Field(() => String)
  task!: string
  @Field(() => String)
  queue!: string
  @Field(() => String)
  tenant!: string
  @Field(() => Failure, { description: 'Of its last attempt.' })
  error!: Failure
  @Field(() => Int, { description: 'Attempts that it had.' })
  attempts!: number
  @Field(() => MsScalar, { nullable: true, description: 'When the last one failed; null for one that was dropped.' })
  failedAt!: number | null
}

@ObjectType({ description: 'What a dead letter was called with, and how its attempts ended.' })
export class DeadLetterCall {
  @Field(() => JsonScalar, { description: 'Results of earlier steps in front.' })
  args!: unknown
  @Field(() => JsonScalar)
  kwargs!: unknown
  @Field(() => [AttemptFailure], { description: 'Of the attempts before the last one, oldest first: the first and the last four.' })
  errors!: AttemptFailure[]
  @Field(() => Boolean, { description: 'Payloads were left out: the credential lacks payloads:read.' })
  hidden!: boolean
}

@ObjectType()
export class DeadLetterEdge {
  @Field(() => DeadLetter)
  node!: Shown<Letter>
  @Field(() => String)
  cursor!: string
}

@ObjectType()
export class DeadLetterConnection {
  @Field(() => [DeadLetterEdge])
  edges!: DeadLetterEdge[]
  @Field(() => [DeadLetter])
  nodes!: Shown<Letter>[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType()
export class DeadLetterChange {
  @Field(() => Int)
  matched!: number
  @Field(() => Int)
  changed!: number
  @Field(() => [ID], { description: 'Those that were meant, the first 1,000.' })
  ids!: string[]
}

@InputType({ description: 'Which dead letters are meant: all conditions hold together.' })
export class DeadLetterFilterInput {
  @Field(() => String, { nullable: true })
  task?: string | null
  @Field(() => String, { nullable: true, description: 'Type or code of the error, or a text in its message; needs payloads:read.' })
  error?: string | null
  @Field(() => ID, { nullable: true })
  workflow?: string | null
  @Field(() => MsScalar, { nullable: true, description: 'Failed before this instant.' })
  before?: number | null
  @Field(() => MsScalar, { nullable: true, description: 'Failed at this instant or after it.' })
  after?: number | null
}
