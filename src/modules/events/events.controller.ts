/** `/v1/events`, `/v1/workflows/:id/events`, `/v1/queues/:queue/events`: what happens, as server-sent events. */
import { Controller, Get, Headers, Inject, Param, Query, Res, UseFilters } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { EventSink, Subscription } from '../../engine/index.js'
import { Asking } from '../access/asking.js'
import type { Principal } from '../access/principal.js'
import { ProblemFilter } from '../http/problem.filter.js'
import { EventOperations } from '../operations/events.operations.js'
import { AfterPipe } from './after.pipe.js'
import { EventStreams } from './event-streams.js'

@Controller('v1')
@UseFilters(ProblemFilter)
export class EventsController {
  constructor(
    @Inject(EventOperations) private readonly events: EventOperations,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Get('events')
  ofAll(
    @Asking() principal: Principal,
    @Query(AfterPipe) after: string | undefined,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(principal, reply, (sink) => this.events.ofAll(principal, last ?? after, sink))
  }

  @Get('workflows/:id/events')
  ofWorkflow(
    @Asking() principal: Principal,
    @Param('id') id: string,
    @Query(AfterPipe) after: string | undefined,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(principal, reply, (sink) => this.events.ofWorkflow(principal, id, last ?? after, sink))
  }

  @Get('queues/:queue/events')
  ofQueue(
    @Asking() principal: Principal,
    @Param('queue') queue: string,
    @Query(AfterPipe) after: string | undefined,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(principal, reply, (sink) => this.events.ofQueue(principal, queue, last ?? after, sink))
  }

  private async answer(principal: Principal, reply: FastifyReply, subscribe: (sink: EventSink) => Promise<Subscription>): Promise<void> {
    await this.streams.serve(principal, reply.raw, subscribe)
    reply.hijack()
  }
}
