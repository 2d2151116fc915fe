/** `/v1/queues`: what waits for workers. */
import { Get, Inject, Post } from '@nestjs/common'
import type { QueuedTask, QueueView } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { QueueOperations, type QueuePage } from '../../operations/queues.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, Sent } from '../parameters.js'
import { queueName } from '../schemas/common.js'
import * as schemas from '../schemas/operations.js'
import { PageDto } from '../workflows/workflows.dto.js'
import { MoveDto, PauseQueueDto, PeekDto, PurgeDto } from './queues.dto.js'

@RestController('queues', 'queues')
export class QueuesController {
  constructor(@Inject(QueueOperations) private readonly queues: QueueOperations) {}

  @Get()
  @Operation('listQueues', { summary: 'Queues that hold something, are served or paused, by name', answer: schemas.queuePage })
  list(@Asking() by: Principal, @Asked(PageDto) query: object): Promise<QueuePage> {
    return this.queues.page(by, query)
  }

  @Get(':queue')
  @Operation('getQueue', { summary: 'One queue', answer: schemas.queue })
  get(@Asking() by: Principal, @At('queue', queueName) queue: string): Promise<QueueView> {
    return this.queues.get(by, queue)
  }

  @Get(':queue/tasks')
  @Operation('peekQueue', { summary: 'The tasks that come next; none is taken', answer: schemas.queuedTasks })
  async peek(
    @Asking() by: Principal,
    @At('queue', queueName) queue: string,
    @Asked(PeekDto) query: object,
  ): Promise<{ tasks: QueuedTask[] }> {
    return { tasks: await this.queues.peek(by, queue, query) }
  }

  @Post(':queue/pause')
  @Operation('pauseQueue', { summary: 'No worker is given anything of it', status: 204 })
  pause(
    @Asking() by: Principal,
    @At('queue', queueName) queue: string,
    @Sent(PauseQueueDto, { examples: { 'with a reason': { reason: 'the target is down' } } }) options: object,
  ): Promise<void> {
    return this.queues.pause(by, queue, options)
  }

  @Post(':queue/resume')
  @Operation('resumeQueue', { summary: 'It goes on', status: 204 })
  resume(@Asking() by: Principal, @At('queue', queueName) queue: string): Promise<void> {
    return this.queues.resume(by, queue)
  }

  @Post(':queue/purge')
  @Operation('purgeQueue', { summary: 'Revoke what waits in it', answer: schemas.queueChanged })
  purge(
    @Asking() by: Principal,
    @At('queue', queueName) queue: string,
    @Sent(PurgeDto, { examples: { 'count first': { task: 'pages.fetch', dryRun: true } } }) options: object,
  ): Promise<{ tasks: number }> {
    return this.queues.purge(by, queue, options)
  }

  @Post(':queue/move')
  @Operation('moveQueue', { summary: 'Let what waits in it wait in another one', answer: schemas.queueChanged })
  move(
    @Asking() by: Principal,
    @At('queue', queueName) queue: string,
    @Sent(MoveDto, { examples: { 'some of it': { to: 'slow', limit: 1_000, task: 'pages.fetch' } } }) { to, ...options }: { to: string },
  ): Promise<{ tasks: number }> {
    return this.queues.move(by, queue, to, options)
  }
}
