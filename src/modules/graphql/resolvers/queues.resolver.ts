/** Queues and the tasks that workers know. */
import { Inject } from '@nestjs/common'
import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql'
import type { QueueView } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { QueueOperations } from '../../operations/queues.operations.js'
import { TaskOperations } from '../../operations/tasks.operations.js'
import { given, type Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { AFTER, FIRST, pageInfo, pageOf } from '../types/page.js'
import {
  KnownTaskConnection,
  Queue,
  QueueChangeInput,
  QueueConnection,
  QueuedTask,
  QueuePauseChange,
  QueueTasksChange,
} from '../types/queues.js'

const CHANGE = { name: 'input', type: () => QueueChangeInput, nullable: true } as const

@Resolver(() => Queue)
export class QueueResolver {
  constructor(@Inject(QueueOperations) private readonly queues: QueueOperations) {}

  @Query(() => QueueConnection, {
    name: 'queues',
    complexity: 10,
    description: 'All that hold or held something, are served or paused, by name.',
  })
  async list(@Asking() principal: Principal, @Args(FIRST) first: number, @Args(AFTER) after: Maybe<string>): Promise<QueueConnection> {
    const { queues, cursor } = await located(pagePath, () => this.queues.page(principal, pageOf({ first, after })))
    return { nodes: queues.map(queueOf), pageInfo: pageInfo(cursor, after) }
  }

  @Query(() => Queue, {
    nullable: true,
    complexity: 10,
    description: 'One queue; an error of code not-found for one that nobody has used.',
  })
  async queue(@Asking() principal: Principal, @Args('name', { type: () => ID }) name: string): Promise<Queue> {
    return queueOf(await this.queues.get(principal, name))
  }

  @ResolveField(() => [QueuedTask], { complexity: 2, description: 'Tasks that wait, those first that are fetched first.' })
  waiting(
    @Parent() { name }: Queue,
    @Asking() principal: Principal,
    @Args(FIRST) first: number,
    @Args('withArguments', { type: () => Boolean, defaultValue: false, description: 'Needs payloads:read.' }) args: boolean,
  ): Promise<QueuedTask[]> {
    return this.queues.peek(principal, name, { limit: first, args })
  }

  @Mutation(() => QueuePauseChange, { complexity: 10, description: 'Nothing of it is leased any more.' })
  async pauseQueue(
    @Asking() principal: Principal,
    @Args('queue', { type: () => ID }) queue: string,
    @Args('reason', { type: () => String, nullable: true }) reason: Maybe<string>,
  ): Promise<QueuePauseChange> {
    await this.queues.pause(principal, queue, given({ reason }))
    return { queue, paused: true }
  }

  @Mutation(() => QueuePauseChange, { complexity: 10, description: 'It goes on.' })
  async resumeQueue(@Asking() principal: Principal, @Args('queue', { type: () => ID }) queue: string): Promise<QueuePauseChange> {
    await this.queues.resume(principal, queue)
    return { queue, paused: false }
  }

  @Mutation(() => QueueTasksChange, { complexity: 50, description: 'Revokes what waits in it.' })
  async purgeQueue(
    @Asking() principal: Principal,
    @Args('queue', { type: () => ID }) queue: string,
    @Args(CHANGE) input: Maybe<Readonly<QueueChangeInput>>,
  ): Promise<QueueTasksChange> {
    return { queue, ...(await this.queues.purge(principal, queue, given({ ...input }))) }
  }

  @Mutation(() => QueueTasksChange, { complexity: 50, description: 'Moves what waits in it to another queue.' })
  async moveQueue(
    @Asking() principal: Principal,
    @Args('queue', { type: () => ID }) queue: string,
    @Args('to', { type: () => ID }) to: string,
    @Args(CHANGE) input: Maybe<Readonly<QueueChangeInput>>,
    @Args('limit', { type: () => Int, nullable: true, description: 'Tasks, at most.' }) limit: Maybe<number>,
  ): Promise<QueueTasksChange> {
    return { queue, ...(await this.queues.move(principal, queue, to, given({ ...input, limit }))) }
  }
}

@Resolver()
export class TaskQueries {
  constructor(@Inject(TaskOperations) private readonly known: TaskOperations) {}

  @Query(() => KnownTaskConnection, { complexity: 10, description: 'The tasks that the credential may call, by name.' })
  async tasks(@Asking() principal: Principal, @Args(FIRST) first: number, @Args(AFTER) after: Maybe<string>): Promise<KnownTaskConnection> {
    const { tasks, cursor } = await located(pagePath, () => this.known.page(principal, pageOf({ first, after })))
    return { nodes: tasks, pageInfo: pageInfo(cursor, after) }
  }
}

function queueOf({ byPriority, ...queue }: QueueView): Queue {
  return { ...queue, byPriority: Object.entries(byPriority).map(([priority, count]) => ({ priority: Number(priority), count })) }
}
