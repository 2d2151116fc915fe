/** `/v1/workers`: who works, at what, and what they are told. */
import { Get, Inject, Post } from '@nestjs/common'
import type { AttemptList, Gathered, RunningAttempt } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { WorkerOperations, type WorkerPage } from '../../operations/workers.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, Sent } from '../parameters.js'
import * as schemas from '../schemas/operations.js'
import { PageDto } from '../workflows/workflows.dto.js'
import { ActiveDto, CommandDto } from './workers.dto.js'

@RestController('workers', 'workers')
export class WorkersController {
  constructor(@Inject(WorkerOperations) private readonly workers: WorkerOperations) {}

  @Get()
  @Operation('listWorkers', { summary: 'Workers, by name; dead ones until they are given up', answer: schemas.workerPage })
  list(@Asking() by: Principal, @Asked(PageDto) query: object): Promise<WorkerPage> {
    return this.workers.page(by, query)
  }

  @Get('active')
  @Operation('listRunning', { summary: 'What they run now, as they say', answer: schemas.gathered })
  active(@Asking() by: Principal, @Asked(ActiveDto) query: object): Promise<Gathered<AttemptList<RunningAttempt>>> {
    return this.workers.active(by, query)
  }

  @Post('commands')
  @Operation('commandWorkers', {
    summary: 'Tell workers to do something, and gather what they say',
    description: 'Every worker that was meant is in the answer. One that is unanswered may have done it, once at most.',
    answer: schemas.gathered,
  })
  command(
    @Asking() by: Principal,
    @Sent(CommandDto, { examples: { ping: { type: 'ping' }, 'what is granted': { type: 'reserved', limit: 10, timeoutMs: 1_000 } } })
    { workers, timeoutMs, ...command }: CommandDto,
  ): Promise<Gathered<unknown>> {
    return this.workers.command(by, { ...command }, { ...(workers && { workers }), ...(timeoutMs && { timeoutMs }) })
  }
}
