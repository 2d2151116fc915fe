/** `/v1/workflows`: what can be submitted and seen. */
import { Readable } from 'node:stream'
import { Get, Inject, Post, Res, StreamableFile } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type {
  GraphView,
  NodeResult,
  Outcome,
  RunView,
  TaskPage,
  TraceContext,
  WorkflowCounts,
  WorkflowPage,
  WorkflowStatus,
} from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { SentTrace } from '../../http/trace.js'
import { type Pending, type Submission, type Submitted, WorkflowOperations } from '../../operations/workflows.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, SentTo } from '../parameters.js'
import { taskId, workflowId } from '../schemas/common.js'
import * as schemas from '../schemas/workflows.js'
import { IdempotencyKey } from './idempotency-key.js'
import { NDJSON_TYPE, submitLines } from './ndjson.js'
import { DocumentsSubmission } from './submit.documents.js'
import { SubmitOrStreamPipe } from './submit.pipe.js'
import { GraphDto, ListWorkflowsDto, PageDto, ResultDto } from './workflows.dto.js'

@RestController('workflows', 'workflows')
export class WorkflowsController {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @Post()
  @Operation('submitWorkflow', {
    summary: 'Submit a canvas, or many as NDJSON',
    description: `Sent as \`${NDJSON_TYPE}\`, each line is a submission (with \`idempotencyKey\` as a field) and is answered by a line, in their order, with status 200. A line that is wrong refuses only itself.`,
    status: 202,
    answer: schemas.submitted,
    headers: { Location: { description: 'Path of the workflow', schema: { type: 'string' } } },
    others: [{ status: 200, description: 'What became of each line', answer: schemas.submittedLine, type: NDJSON_TYPE }],
  })
  async submit(
    @Asking() by: Principal,
    @SentTo(new SubmitOrStreamPipe(), DocumentsSubmission({ lines: true })) sent: Submission | Readable,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @SentTrace() trace: TraceContext | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Submitted | StreamableFile> {
    if (sent instanceof Readable) {
      by.demand('workflows:submit')
      reply.status(200)
      return new StreamableFile(Readable.from(submitLines(this.workflows, by, sent, trace)), { type: NDJSON_TYPE })
    }
    const { canvas, options } = sent
    const done = await this.workflows.submit(by, {
      canvas,
      options: { ...options, ...(idempotencyKey === undefined ? {} : { idempotencyKey }), ...(trace === undefined ? {} : { trace }) },
    })
    reply.header('location', `/v1/workflows/${encodeURIComponent(done.id)}`)
    return done
  }

  @Get()
  @Operation('listWorkflows', { summary: 'Workflows, the newest first', answer: schemas.workflowPage })
  list(@Asking() by: Principal, @Asked(ListWorkflowsDto) query: object): Promise<WorkflowPage> {
    return this.workflows.list(by, query)
  }

  @Get('counts')
  @Operation('countWorkflows', { summary: 'How many workflows there are, by state', answer: schemas.workflowCounts })
  async count(@Asking() by: Principal): Promise<WorkflowCounts> {
    return this.workflows.count(by)
  }

  @Get(':id')
  @Operation('getWorkflow', { summary: 'State, counts and times of a workflow', answer: schemas.workflowStatus })
  get(@Asking() by: Principal, @At('id', workflowId) id: string): Promise<WorkflowStatus> {
    return this.workflows.get(by, id)
  }

  @Get(':id/graph')
  @Operation('getGraph', { summary: 'Its task calls, and what comes after them', answer: schemas.graphView })
  graph(@Asking() by: Principal, @At('id', workflowId) id: string, @Asked(GraphDto) query: object): Promise<GraphView> {
    return this.workflows.graph(by, id, query)
  }

  @Get(':id/tasks')
  @Operation('listTaskCalls', { summary: 'Its task calls, in the order of their definition', answer: schemas.taskPage })
  tasks(@Asking() by: Principal, @At('id', workflowId) id: string, @Asked(PageDto) query: object): Promise<TaskPage> {
    return this.workflows.tasks(by, id, query)
  }

  @Get(':id/tasks/:task')
  @Operation('getTaskCall', { summary: 'One task call with its result or error', answer: schemas.nodeResult })
  task(@Asking() by: Principal, @At('id', workflowId) id: string, @At('task', taskId) task: string): Promise<NodeResult> {
    return this.workflows.task(by, id, task)
  }

  @Get(':id/result')
  @Operation('getResult', {
    summary: 'Its outcome, waited for as long as you say',
    answer: schemas.outcome,
    others: [{ status: 202, description: 'There is none yet', answer: schemas.pending }],
  })
  async result(
    @Asking() by: Principal,
    @At('id', workflowId) id: string,
    @Asked(ResultDto) { waitMs = 0 }: { waitMs?: number },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Outcome | Pending> {
    const answer = await this.workflows.result(by, id, waitMs)
    if ('outcome' in answer) return answer.outcome
    reply.status(202)
    return answer.pending
  }

  @Get(':id/runs')
  @Operation('listRuns', { summary: 'Its runs: a retry or rerun opens the next one', answer: schemas.runList })
  async runs(@Asking() by: Principal, @At('id', workflowId) id: string): Promise<{ runs: RunView[] }> {
    return { runs: await this.workflows.runs(by, id) }
  }
}
