/** `/v1/workflows`: what can be done with what was submitted. */
import { Delete, Inject, Post } from '@nestjs/common'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { BulkOperations, type BulkReport, type BulkRequest } from '../../operations/bulk.operations.js'
import { type Changed, type Reopened, WorkflowOperations } from '../../operations/workflows.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, Sent } from '../parameters.js'
import { workflowId } from '../schemas/common.js'
import * as schemas from '../schemas/workflows.js'
import { BulkDto, DeleteDto, PauseDto, PriorityDto, RerunDto, RevokeDto } from './workflows.dto.js'

type Rerun = { tasks: string[]; args?: never[]; kwargs?: { [name: string]: never } }
type Priority = { priority: number; tasks?: string[] }

@RestController('workflows', 'workflows')
export class WorkflowControlController {
  constructor(
    @Inject(WorkflowOperations) private readonly workflows: WorkflowOperations,
    @Inject(BulkOperations) private readonly bulk: BulkOperations,
  ) {}

  @Post(':id/revoke')
  @Operation('revokeWorkflow', { summary: 'End it, or some of its task calls', answer: schemas.changed })
  revoke(
    @Asking() by: Principal,
    @At('id', workflowId) id: string,
    @Sent(RevokeDto, { examples: { 'all of it': { reason: 'no longer needed', terminate: true }, 'one call': { tasks: ['0'] } } })
    options: object,
  ): Promise<Changed> {
    return this.workflows.revoke(by, id, options)
  }

  @Post(':id/pause')
  @Operation('pauseWorkflow', { summary: 'Nothing new of it starts', answer: schemas.changed })
  pause(
    @Asking() by: Principal,
    @At('id', workflowId) id: string,
    @Sent(PauseDto, { examples: { 'with a reason': { reason: 'the target is down' } } }) options: object,
  ): Promise<Changed> {
    return this.workflows.pause(by, id, options)
  }

  @Post(':id/resume')
  @Operation('resumeWorkflow', { summary: 'It goes on', answer: schemas.changed })
  resume(@Asking() by: Principal, @At('id', workflowId) id: string): Promise<Changed> {
    return this.workflows.resume(by, id)
  }

  @Post(':id/priority')
  @Operation('setPriority', { summary: 'What waits of it has this priority', answer: schemas.changed })
  setPriority(
    @Asking() by: Principal,
    @At('id', workflowId) id: string,
    @Sent(PriorityDto, { examples: { urgent: { priority: 0 } } }) { priority, ...options }: Priority,
  ): Promise<Changed> {
    return this.workflows.setPriority(by, id, priority, options)
  }

  @Post(':id/retry')
  @Operation('retryWorkflow', { summary: 'Run it again from its failures', answer: schemas.reopened })
  retry(@Asking() by: Principal, @At('id', workflowId) id: string): Promise<Reopened> {
    return this.workflows.retry(by, id)
  }

  @Post(':id/rerun')
  @Operation('rerunWorkflow', { summary: 'Run task calls of it again, and what depends on them', answer: schemas.reopened })
  rerun(
    @Asking() by: Principal,
    @At('id', workflowId) id: string,
    @Sent(RerunDto, { examples: { 'with other arguments': { tasks: ['0'], args: ['https://example.net/'] } } }) {
      tasks,
      ...changes
    }: Rerun,
  ): Promise<Reopened> {
    return this.workflows.rerun(by, id, tasks, changes)
  }

  @Delete(':id')
  @Operation('deleteWorkflow', { summary: 'Remove it with all that is stored of it', status: 204 })
  async delete(@Asking() by: Principal, @At('id', workflowId) id: string, @Asked(DeleteDto) options: object): Promise<void> {
    await this.workflows.delete(by, id, options)
  }

  @Post('bulk')
  @Operation('changeWorkflows', {
    summary: 'Change many at once',
    description:
      'Each as if it were the only one. A call ends after 10 s; what is left is gone on with by `cursor`. Demands the scope of the action too.',
    answer: schemas.bulkReport,
  })
  change(
    @Asking() by: Principal,
    @Sent(BulkDto, {
      examples: {
        'count first': { action: 'revoke', filter: { tag: 'reports', state: ['PENDING'] }, dryRun: true },
        'by id': { action: 'delete', ids: ['report-7'] },
      },
    })
    request: BulkRequest,
  ): Promise<BulkReport> {
    return this.bulk.run(by, request)
  }
}
