/** What a look at one workflow, or at a task of it, adds: each field that is asked for is one more. */
import { Inject } from '@nestjs/common'
import { Args, Context, ID, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql'
import { behindWorkflow, nullIf, type Outcome, type WorkflowRow, type WorkflowStatus } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import type { Shown } from '../../operations/redact.js'
import { WorkflowOperations } from '../../operations/workflows.operations.js'
import { type GraphqlContext, statusIn } from '../context.js'
import { given, type Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { AFTER, type Connection, connection, FIRST, pageInfo, pageOf } from '../types/page.js'
import {
  Graph,
  Task,
  TaskConnection,
  TaskResult,
  Workflow,
  WorkflowConnection,
  WorkflowOrigin,
  WorkflowOutcome,
  WorkflowPause,
  WorkflowRun,
  type WorkflowSource,
} from '../types/workflows.js'
import { graphOf } from './workflow-arguments.js'

@Resolver(() => Workflow)
export class WorkflowFields {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @ResolveField(() => String, { nullable: true, description: 'Of a workflow in a list that is one plain task: its name.' })
  taskName(@Parent() { task }: WorkflowSource): string | null {
    return task ?? null
  }

  @ResolveField(() => Boolean, { description: 'Nothing new of it starts.' })
  isPaused(@Parent() { paused }: WorkflowSource): boolean {
    return paused !== undefined && paused !== false
  }

  @ResolveField(() => WorkflowPause, { nullable: true, complexity: 2, description: 'Since when, and why.' })
  async pause(
    @Parent() source: WorkflowSource,
    @Asking() principal: Principal,
    @Context() context: GraphqlContext,
  ): Promise<WorkflowPause | null> {
    if (!this.isPaused(source)) return null
    return (await this.status(source, principal, context)).paused ?? null
  }

  @ResolveField(() => WorkflowOrigin, { nullable: true, complexity: 2, description: 'The schedule that submitted it.' })
  async schedule(
    @Parent() source: WorkflowSource,
    @Asking() principal: Principal,
    @Context() context: GraphqlContext,
  ): Promise<WorkflowOrigin | null> {
    return (await this.status(source, principal, context)).schedule ?? null
  }

  @ResolveField(() => Workflow, { nullable: true, complexity: 4, description: 'The workflow whose task started it, while it is kept.' })
  async parent(
    @Parent() source: WorkflowSource,
    @Asking() principal: Principal,
    @Context() context: GraphqlContext,
  ): Promise<WorkflowSource | null> {
    const { parentId } = await this.status(source, principal, context)
    if (parentId === undefined) return null
    // What has outlived its retention, or is another tenant's, is not there.
    return statusIn(context, this.workflows, principal, parentId).catch(nullIf('not-found'))
  }

  @ResolveField(() => WorkflowConnection, { complexity: 2, description: 'Workflows that its tasks started, the newest first.' })
  async children(
    @Parent() { id }: WorkflowSource,
    @Asking() principal: Principal,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<Connection<WorkflowRow>> {
    const page = await located(pagePath, () => this.workflows.list(principal, { parent: id, ...pageOf({ first, after }) }))
    return connection(page.workflows, page.cursor, { first, after }, behindWorkflow)
  }

  @ResolveField(() => WorkflowOutcome, { nullable: true, complexity: 3, description: 'null while it is not known.' })
  async outcome(@Parent() { id, outcomeAt }: WorkflowSource, @Asking() principal: Principal): Promise<WorkflowOutcome | null> {
    if (outcomeAt === null) return null
    const outcome = await this.workflows.outcome(principal, id)
    return outcome && outcomeOf(outcome)
  }

  @ResolveField(() => Graph, {
    complexity: 10,
    description: 'More calls than `collapse` that are alike stand as one; with `of` they come one by one.',
  })
  async graph(
    @Parent() { id }: WorkflowSource,
    @Asking() principal: Principal,
    @Args('collapse', { type: () => Int, defaultValue: 20 }) collapse: number,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
    @Args('of', { type: () => ID, nullable: true }) of: Maybe<string>,
  ): Promise<Graph> {
    const options = { collapse, ...pageOf({ first, after }), ...given({ of }) }
    return graphOf(await located(pagePath, () => this.workflows.graph(principal, id, options)), after)
  }

  @ResolveField(() => TaskConnection, { complexity: 2, description: 'Its task calls, in definition order.' })
  async tasks(
    @Parent() { id }: WorkflowSource,
    @Asking() principal: Principal,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<TaskConnection> {
    const page = await located(pagePath, () => this.workflows.tasks(principal, id, pageOf({ first, after })))
    return { nodes: page.tasks.map((task) => ({ ...task, workflow: id })), pageInfo: pageInfo(page.cursor, after) }
  }

  @ResolveField(() => Task, { nullable: true, complexity: 3, description: 'One task call, by its id or by that of its signature.' })
  async task(
    @Parent() { id }: WorkflowSource,
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) task: string,
  ): Promise<Task> {
    return { ...(await this.workflows.task(principal, id, task)), workflow: id }
  }

  @ResolveField(() => [WorkflowRun], { complexity: 3, description: 'The first one first: the last 21 of them.' })
  runs(@Parent() { id }: WorkflowSource, @Asking() principal: Principal): Promise<WorkflowRun[]> {
    return this.workflows.runs(principal, id)
  }

  private status(source: WorkflowSource, principal: Principal, context: GraphqlContext): Promise<WorkflowStatus> {
    return 'rootId' in source ? Promise.resolve(source as WorkflowStatus) : statusIn(context, this.workflows, principal, source.id)
  }
}

@Resolver(() => Task)
export class TaskFields {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @ResolveField(() => TaskResult, { complexity: 3, description: 'What it came to, or says of itself.' })
  async result(@Parent() { id, workflow }: Task, @Asking() principal: Principal): Promise<TaskResult> {
    const { info, result, error, ignored = false, hidden = false } = await this.workflows.task(principal, workflow, id)
    return { ...given({ info, error }), result, ignored, hidden }
  }
}

function outcomeOf(outcome: Shown<Outcome>): WorkflowOutcome {
  const { state, hidden = false } = outcome
  switch (outcome.state) {
    case 'SUCCESS':
      return { state, result: outcome.result, ignored: outcome.ignored ?? false, hidden }
    case 'FAILURE':
    case 'REVOKED':
      return { state, ignored: false, hidden, ...given({ error: outcome.error }) }
    case 'GROUP':
      return { state, ignored: false, hidden, results: outcome.results }
    case 'SKIPPED':
      return { state, ignored: false, hidden }
  }
}
