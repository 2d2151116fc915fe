/** `/v1/events`, `/v1/workflows/:id/events`, `/v1/queues/:queue/events`: what happens, as server-sent events. */
import { Get, Headers, Inject, Res } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { EventSink, Subscription } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { EventStreams } from '../../events/event-streams.js'
import { EventOperations } from '../../operations/events.operations.js'
import { type Answers, Operation, RestController } from '../operation.js'
import { Asked, At } from '../parameters.js'
import { queueName, workflowId } from '../schemas/common.js'
import { AfterDto, eventStream } from './events.dto.js'

const answers = (summary: string): Answers => ({ summary, ...eventStream })

@RestController('', 'events')
export class EventsController {
  constructor(
    @Inject(EventOperations) private readonly events: EventOperations,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Get('events')
  @Operation('followEvents', answers('What happens, as it happens'))
  ofAll(
    @Asking() by: Principal,
    @Asked(AfterDto) { after }: AfterDto,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(by, reply, (sink) => this.events.ofAll(by, last ?? after, sink))
  }

  @Get('workflows/:id/events')
  @Operation('followWorkflow', answers('What happens to a workflow, as it happens'))
  ofWorkflow(
    @Asking() by: Principal,
    @At('id', workflowId) id: string,
    @Asked(AfterDto) { after }: AfterDto,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(by, reply, (sink) => this.events.ofWorkflow(by, id, last ?? after, sink))
  }

  @Get('queues/:queue/events')
  @Operation('followQueue', answers('What happens to a queue and its tasks, as it happens'))
  ofQueue(
    @Asking() by: Principal,
    @At('queue', queueName) queue: string,
    @Asked(AfterDto) { after }: AfterDto,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(by, reply, (sink) => this.events.ofQueue(by, queue, last ?? after, sink))
  }

  private async answer(by: Principal, reply: FastifyReply, subscribe: (sink: EventSink) => Promise<Subscription>): Promise<void> {
    await this.streams.serve(by, reply.raw, subscribe)
    reply.hijack()
  }
}
