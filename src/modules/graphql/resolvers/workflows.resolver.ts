/** Workflows as queries: one, a list, how many; and what a canvas would be. */
import { Inject } from '@nestjs/common'
import { Args, Context, ID, Query, Resolver } from '@nestjs/graphql'
import { behindWorkflow, type WorkflowRow } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { WorkflowOperations } from '../../operations/workflows.operations.js'
import { type GraphqlContext, statusIn } from '../context.js'
import type { Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { AFTER, type Connection, connection, FIRST, pageOf } from '../types/page.js'
import { CanvasReport, SubmitInput } from '../types/workflow-changes.js'
import { Workflow, WorkflowConnection, WorkflowCounts, WorkflowFilterInput, type WorkflowSource } from '../types/workflows.js'
import { filterOf, graphOf, submissionOf, submitPath } from './workflow-arguments.js'

@Resolver()
export class WorkflowQueries {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @Query(() => Workflow, { nullable: true, complexity: 2, description: 'One workflow; an error of code not-found when there is none.' })
  workflow(
    @Asking() principal: Principal,
    @Context() context: GraphqlContext,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<WorkflowSource> {
    return statusIn(context, this.workflows, principal, id)
  }

  @Query(() => WorkflowConnection, { name: 'workflows', description: 'Workflows, the newest first.' })
  async list(
    @Asking() principal: Principal,
    @Args('filter', { type: () => WorkflowFilterInput, nullable: true }) filter: Maybe<Readonly<WorkflowFilterInput>>,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<Connection<WorkflowRow>> {
    const window = { ...filterOf(filter), ...pageOf({ first, after }) }
    const page = await located(filterPath, () => this.workflows.list(principal, window))
    return connection(page.workflows, page.cursor, { first, after }, behindWorkflow)
  }

  @Query(() => WorkflowCounts, { complexity: 2, description: 'How many there are, by state.' })
  workflowCounts(@Asking() principal: Principal): Promise<WorkflowCounts> {
    return this.workflows.count(principal)
  }

  @Query(() => CanvasReport, { complexity: 10, description: 'What a canvas would be, without storing it.' })
  async validateCanvas(
    @Asking() principal: Principal,
    @Args('input', { type: () => SubmitInput }) input: Readonly<SubmitInput>,
  ): Promise<CanvasReport> {
    const report = await located(submitPath(input), async () => this.workflows.validate(principal, submissionOf(input)))
    const { total, tasks, queues, unknownTasks, graph } = report
    return { total, tasks: countsOf(tasks), queues: countsOf(queues), unknownTasks, graph: graphOf(graph, null) }
  }
}

const filterPath = (path: string): string => (pagePath(path) === path ? `filter.${path === 'state' ? 'states' : path}` : pagePath(path))

const countsOf = (counts: Readonly<Record<string, number>>): { name: string; count: number }[] =>
  Object.entries(counts).map(([name, count]) => ({ name, count }))
