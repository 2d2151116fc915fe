/** Workers in the schema. */
import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import type { WorkerCommand } from '../../../engine/index.js'
import { ShutdownModeEnum, WorkerCommandEnum, WorkerStateEnum } from './enums.js'
import { PageInfo } from './page.js'
import { JsonScalar, MsScalar } from './scalars.js'

@ObjectType({ description: 'An attempt whose handler runs.' })
export class RunningAttempt {
  @Field(() => ID, { description: '<workflow>:<node>' })
  id!: string
  @Field(() => String)
  task!: string
  @Field(() => Int)
  attempt!: number
  @Field(() => MsScalar)
  runningMs!: number
}

@ObjectType({ description: 'Attempts that ended, as the worker reported them.' })
export class Processed {
  @Field(() => Float)
  succeeded!: number
  @Field(() => Float)
  failed!: number
  @Field(() => Float)
  retried!: number
  @Field(() => Float)
  replaced!: number
  @Field(() => Float)
  givenBack!: number
  @Field(() => Float)
  lost!: number
}

@ObjectType()
export class Worker {
  @Field(() => ID, { description: 'New at every start.' })
  id!: string
  @Field(() => String)
  name!: string
  @Field(() => String)
  host!: string
  @Field(() => Int)
  pid!: number
  @Field(() => String, { description: 'Of Chordis.' })
  version!: string
  @Field(() => String, { description: 'Version of Node.' })
  node!: string
  @Field(() => WorkerStateEnum)
  state!: string
  @Field(() => Boolean)
  alive!: boolean
  @Field(() => [String])
  queues!: string[]
  @Field(() => String, { description: 'inline, thread or process.' })
  pool!: string
  @Field(() => Int, { description: 'Tasks that it knows.' })
  tasks!: number
  @Field(() => MsScalar)
  leaseMs!: number
  @Field(() => Int, { description: 'Attempts that may run at the same time.' })
  slots!: number
  @Field(() => Int)
  running!: number
  @Field(() => Int, { description: 'Granted, not started.' })
  reserved!: number
  @Field(() => [RunningAttempt], { description: 'Those that run longest, a few.' })
  oldest!: RunningAttempt[]
  @Field(() => Float)
  loopLagMs!: number
  @Field(() => Float)
  cpuPercent!: number
  @Field(() => Float)
  rssBytes!: number
  @Field(() => Float)
  heapUsedBytes!: number
  @Field(() => Processed)
  processed!: Processed
  @Field(() => MsScalar)
  startedAt!: number
  @Field(() => MsScalar)
  uptimeMs!: number
  @Field(() => MsScalar, { description: 'Since it was heard last.' })
  heartbeatAgeMs!: number
  @Field(() => MsScalar, { nullable: true, description: 'Since it last said how it is.' })
  sampleAgeMs!: number | null
}

@ObjectType()
export class WorkerConnection {
  @Field(() => [Worker])
  nodes!: Worker[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType({ description: 'Which worker it was.' })
export class WorkerName {
  @Field(() => ID)
  id!: string
  @Field(() => String)
  name!: string
  @Field(() => String)
  host!: string
  @Field(() => Int)
  pid!: number
  @Field(() => Boolean)
  alive!: boolean
}

@ObjectType()
export class WorkerAnswer {
  @Field(() => WorkerName)
  worker!: WorkerName
  @Field(() => JsonScalar, { nullable: true })
  value!: unknown
  @Field(() => Float, { description: 'The time that it took.' })
  ms!: number
}

@ObjectType()
export class WorkerRefusal {
  @Field(() => WorkerName)
  worker!: WorkerName
  @Field(() => String)
  code!: string
  @Field(() => String)
  message!: string
}

@ObjectType({ description: 'What came of a command: each worker that was meant is in one of the lists.' })
export class WorkerAnswers {
  @Field(() => [WorkerAnswer])
  answers!: WorkerAnswer[]
  @Field(() => [WorkerRefusal])
  refused!: WorkerRefusal[]
  @Field(() => [WorkerName], { description: 'They said nothing in time; an unanswered command may have been executed.' })
  unanswered!: WorkerName[]
}

@InputType({ description: 'What workers are told; the fields that belong to the type are required.' })
export class WorkerCommandInput {
  @Field(() => WorkerCommandEnum)
  type!: WorkerCommand['type']
  @Field(() => Int, { nullable: true, description: 'Of active and reserved: attempts to list, up to 1,000.' })
  limit?: number | null
  @Field(() => Int, { nullable: true, description: 'Of grow and shrink: slots.' })
  by?: number | null
  @Field(() => String, { nullable: true, description: 'Of addConsumer and cancelConsumer.' })
  queue?: string | null
  @Field(() => ShutdownModeEnum, { nullable: true, description: 'Of shutdown.' })
  mode?: 'warm' | 'cold' | null
  @Field(() => MsScalar, { nullable: true, description: 'Of a warm shutdown.' })
  graceMs?: number | null
}

@InputType({ description: 'Which workers are meant, and how long their answers are waited for.' })
export class WorkersInput {
  @Field(() => [String], { nullable: true, description: 'Names or ids. Default: all.' })
  workers?: string[] | null
  @Field(() => MsScalar, { nullable: true, description: 'Default 3,000; at most 4,000.' })
  timeoutMs?: number | null
}
