/**
 * `/v1/workflows`: submit a canvas, look at a workflow and its tasks, fetch its outcome, forget it.
 */
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query, Res, UseFilters } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import {
  ChordisError,
  Client,
  type GraphView,
  type GraphViewOptions,
  type NodeResult,
  type Outcome,
  readTraceContext,
  type TaskPage,
  type WorkflowStatus,
} from '../../engine/index.js'
import { ProblemFilter } from '../http/problem.filter.js'
import { Drain } from '../worker/drain.js'
import { GraphPipe } from './graph.pipe.js'
import { withIdempotencyKey } from './idempotency-key.js'
import { ListPipe, type ListQuery } from './list.pipe.js'
import { type Submission, SubmitPipe } from './submit.pipe.js'
import { WaitPipe } from './wait.pipe.js'

/** Answer to a submit: `duplicate` when the workflow was already there under this id or key. */
export interface Submitted {
  id: string
  state: WorkflowStatus['state']
  duplicate: boolean
}

/** Answer while there is no outcome yet. */
export interface Pending {
  id: string
  state: WorkflowStatus['state']
}

@Controller('v1/workflows')
@UseFilters(ProblemFilter)
export class WorkflowsController {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(Drain) private readonly drain: Drain,
  ) {}

  @Post()
  @HttpCode(202)
  async submit(
    @Body(SubmitPipe) { canvas, options }: Submission,
    @Headers('idempotency-key') key: string | undefined,
    @Headers() { traceparent, tracestate }: { traceparent?: string; tracestate?: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Submitted> {
    const trace = readTraceContext(traceparent, tracestate)
    const handle = await this.client.submit(canvas, { ...withIdempotencyKey(options, key), ...(trace === undefined ? {} : { trace }) })
    reply.header('location', `/v1/workflows/${encodeURIComponent(handle.id)}`)
    const state = handle.duplicate ? (await handle.status()).state : 'PENDING'
    return { id: handle.id, state, duplicate: handle.duplicate }
  }

  @Get(':id')
  status(@Param('id') id: string): Promise<WorkflowStatus> {
    return this.client.workflow(id).status()
  }

  @Get(':id/graph')
  graph(@Param('id') id: string, @Query(GraphPipe) options: GraphViewOptions): Promise<GraphView> {
    return this.client.workflow(id).graph(options)
  }

  @Get(':id/result')
  async result(
    @Param('id') id: string,
    @Query(WaitPipe) waitMs: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Outcome | Pending> {
    const handle = this.client.workflow(id)
    const outcome = (await this.drain.race(handle.outcome({ waitMs }))) ?? null
    if (outcome !== null) return outcome
    const { state, outcomeAt } = await handle.status()
    // It may have ended between the two calls; then the outcome is there now.
    const late = outcomeAt === null ? null : await handle.outcome()
    if (late !== null) return late
    reply.status(202)
    return { id, state }
  }

  @Get(':id/tasks')
  tasks(@Param('id') id: string, @Query(ListPipe) query: ListQuery): Promise<TaskPage> {
    return this.client.workflow(id).tasks(query)
  }

  @Get(':id/tasks/:task')
  task(@Param('id') id: string, @Param('task') task: string): Promise<NodeResult> {
    return this.client.workflow(id).task(task).status()
  }

  @Delete(':id')
  @HttpCode(204)
  async forget(@Param('id') id: string): Promise<void> {
    if (!(await this.client.workflow(id).forget())) throw new ChordisError('not-found', `there is no workflow ${id}`, { workflow: id })
  }
}
