/** What happens, over WebSocket. */
import { Inject } from '@nestjs/common'
import { Args, Context, ID, Resolver, Subscription } from '@nestjs/graphql'
import type { EventFrame, EventReset } from '../../../engine/index.js'
import { Asking, type AskingRequest } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { EventOperations } from '../../operations/events.operations.js'
import type { Maybe } from '../given.js'
import { type Subscribe, Subscriptions } from '../subscriptions.js'
import { Events } from '../types/events.js'

const AFTER = { name: 'after', type: () => String, nullable: true, description: '`cursor` of what was read last.' } as const
const SAID = { resolve: said, complexity: 10 }

/** A connection of a client; its requests share it. */
interface SocketContext {
  request: AskingRequest
}

@Resolver()
export class EventSubscriptions {
  constructor(
    @Inject(EventOperations) private readonly operations: EventOperations,
    @Inject(Subscriptions) private readonly subscriptions: Subscriptions,
  ) {}

  @Subscription(() => Events, { ...SAID, description: 'Of one workflow and its tasks.' })
  workflowEvents(
    @Asking() principal: Principal,
    @Context() context: SocketContext,
    @Args('id', { type: () => ID }) id: string,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<AsyncGenerator<EventFrame | EventReset>> {
    return this.open(principal, context, (sink) => this.operations.ofWorkflow(principal, id, after ?? undefined, sink))
  }

  @Subscription(() => Events, { ...SAID, description: 'Of a queue and its tasks.' })
  queueEvents(
    @Asking() principal: Principal,
    @Context() context: SocketContext,
    @Args('queue', { type: () => ID }) queue: string,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<AsyncGenerator<EventFrame | EventReset>> {
    return this.open(principal, context, (sink) => this.operations.ofQueue(principal, queue, after ?? undefined, sink))
  }

  @Subscription(() => Events, { ...SAID, description: 'Of workers that come and go.' })
  workerEvents(
    @Asking() principal: Principal,
    @Context() context: SocketContext,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<AsyncGenerator<EventFrame | EventReset>> {
    return this.open(principal, context, (sink) => this.operations.ofWorkers(principal, after ?? undefined, sink))
  }

  @Subscription(() => Events, { ...SAID, description: 'Of everything that the credential sees.' })
  events(
    @Asking() principal: Principal,
    @Context() context: SocketContext,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<AsyncGenerator<EventFrame | EventReset>> {
    return this.open(principal, context, (sink) => this.operations.ofAll(principal, after ?? undefined, sink))
  }

  private open(principal: Principal, { request }: SocketContext, subscribe: Subscribe): Promise<AsyncGenerator<EventFrame | EventReset>> {
    return this.subscriptions.open(principal, request, subscribe)
  }
}

function said(item: EventFrame | EventReset): Events {
  const { cursor } = item
  if (item.type === 'reset') {
    const { reason, snapshot } = item
    return { cursor, time: null, workflow: null, tenant: null, events: [], reset: { reason, snapshot } }
  }
  const { time, workflow, tenant, events } = item
  return { cursor, time, workflow, tenant, events, reset: null }
}
