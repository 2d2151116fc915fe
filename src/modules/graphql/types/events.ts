/** What happens, as subscriptions tell it. */
import { Field, ID, Int, ObjectType } from '@nestjs/graphql'
import { JsonScalar, MsScalar } from './scalars.js'

@ObjectType({ description: 'One thing that happened; which fields it has depends on its type.' })
export class Event {
  @Field(() => String, { description: 'task-started, workflow-ended, queue-paused, worker-lost, …: as over REST.' })
  type!: string
  @Field(() => ID, { nullable: true, description: 'Of a task: <workflow>:<node>.' })
  id?: string
  @Field(() => ID, { nullable: true })
  node?: string
  @Field(() => String, { nullable: true })
  task?: string
  @Field(() => String, { nullable: true })
  queue?: string
  @Field(() => Int, { nullable: true })
  attempt?: number
  @Field(() => String, { nullable: true, description: 'Of task-failed: the type of the error.' })
  error?: string
  @Field(() => String, { nullable: true, description: 'Of task-progressed: the state that the task gave itself.' })
  state?: string
  @Field(() => Int, { nullable: true, description: 'Of workflow-rerun and workflow-retried.' })
  run?: number
  @Field(() => Int, { nullable: true, description: 'Of queue-purged.' })
  tasks?: number
  @Field(() => ID, { nullable: true, description: 'Of a worker: the process.' })
  process?: string
  @Field(() => String, { nullable: true, description: 'Of a worker: its name.' })
  worker?: string | null
}

@ObjectType({ description: 'Something before it may be missing; what comes next goes on from here.' })
export class EventsReset {
  @Field(() => String, { description: 'trimmed, lost, memory or level.' })
  reason!: string
  @Field(() => JsonScalar, {
    nullable: true,
    description: 'How things stand: a status of the workflow, or how many workflows are in which state.',
  })
  snapshot!: unknown
}

@ObjectType({ description: 'What one call changed in one workflow, or of a queue or a worker.' })
export class Events {
  @Field(() => String, { description: 'Who subscribes `after` it gets what comes next.' })
  cursor!: string
  @Field(() => MsScalar, { nullable: true, description: 'When it happened; null of a reset.' })
  time!: number | null
  @Field(() => ID, { nullable: true })
  workflow!: string | null
  @Field(() => String, { nullable: true })
  tenant!: string | null
  @Field(() => [Event], { description: 'In the order in which they happened.' })
  events!: readonly Event[]
  @Field(() => EventsReset, { nullable: true })
  reset!: EventsReset | null
}
