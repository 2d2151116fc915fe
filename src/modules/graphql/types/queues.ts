/** Queues and tasks in the schema. */
import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql'
import { PageInfo } from './page.js'
import { JsonScalar, MsScalar } from './scalars.js'

@ObjectType()
export class PriorityCount {
  @Field(() => Int, { description: '0, the most urgent, to 9.' })
  priority!: number
  @Field(() => Int)
  count!: number
}

@ObjectType({ description: 'Who paused a queue, why and since when.' })
export class QueuePause {
  @Field(() => String, { nullable: true })
  by!: string | null
  @Field(() => String, { nullable: true })
  reason!: string | null
  @Field(() => MsScalar, { nullable: true })
  since!: number | null
}

@ObjectType()
export class Queue {
  @Field(() => ID)
  name!: string
  @Field(() => Int, { description: 'Tasks that wait for a worker.' })
  ready!: number
  @Field(() => [PriorityCount], { description: 'The same by priority; those without any are left out.' })
  byPriority!: PriorityCount[]
  @Field(() => Boolean, { description: 'false: a list was too long to be counted, there may be more.' })
  exact!: boolean
  @Field(() => Int, { description: 'Tasks that no worker knows which met them.' })
  parked!: number
  @Field(() => QueuePause, { nullable: true })
  paused!: QueuePause | null
  @Field(() => Int, { description: 'Workers that serve it and are alive.' })
  workers!: number
}

@ObjectType({ description: 'A task that waits in a queue.' })
export class QueuedTask {
  @Field(() => ID, { description: '<workflow>:<node>' })
  id!: string
  @Field(() => String)
  task!: string
  @Field(() => Int)
  priority!: number
  @Field(() => Int)
  run!: number
  @Field(() => MsScalar)
  submittedAt!: number
  @Field(() => JsonScalar, { nullable: true, description: 'When asked for, without what comes from other tasks.' })
  args?: unknown
  @Field(() => JsonScalar, { nullable: true })
  kwargs?: unknown
}

@ObjectType({ description: 'A task by name, as the workers know it.' })
export class KnownTask {
  @Field(() => ID)
  name!: string
  @Field(() => Int, { description: 'Processes that registered it.' })
  workers!: number
  @Field(() => [String], { description: 'Queues that these serve.' })
  queues!: string[]
  @Field(() => Int, { description: 'Calls of it that wait for a worker that knows it.' })
  parked!: number
}

@ObjectType()
export class QueueConnection {
  @Field(() => [Queue])
  nodes!: Queue[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType()
export class KnownTaskConnection {
  @Field(() => [KnownTask])
  nodes!: KnownTask[]
  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType()
export class QueuePauseChange {
  @Field(() => ID)
  queue!: string
  @Field(() => Boolean)
  paused!: boolean
}

@ObjectType()
export class QueueTasksChange {
  @Field(() => ID)
  queue!: string
  @Field(() => Float, { description: 'Tasks that were ended or moved; with dryRun, that would be.' })
  tasks!: number
}

@InputType({ description: 'Which of the tasks that wait are meant.' })
export class QueueChangeInput {
  @Field(() => String, { nullable: true, description: 'Only calls of this task.' })
  task?: string | null
  @Field(() => Boolean, { nullable: true, description: 'Only count.' })
  dryRun?: boolean | null
}
