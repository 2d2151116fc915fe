/** What is done with workflows. */
import { Inject } from '@nestjs/common'
import { Args, ID, Int, Mutation, Resolver } from '@nestjs/graphql'
import { ChordisError, type TraceContext } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { SentTrace } from '../../http/trace.js'
import { BulkOperations } from '../../operations/bulk.operations.js'
import { type Submission, WorkflowOperations } from '../../operations/workflows.operations.js'
import { given, type Maybe } from '../given.js'
import { LocatedError, located } from '../located.js'
import { JsonScalar } from '../types/scalars.js'
import {
  BulkInput,
  BulkReport,
  SubmitAnswer,
  SubmitInput,
  SubmitPayload,
  WorkflowChange,
  WorkflowRemoval,
  WorkflowReopening,
} from '../types/workflow-changes.js'
import { filterOf, submissionOf, submitPath } from './workflow-arguments.js'

/** Submissions of one call. */
const MOST_AT_ONCE = 1_000
/** A bulk change answers where the next call goes on before the request is cut off, ms. */
const BULK_MS = 3_000

@Resolver()
export class WorkflowMutations {
  constructor(
    @Inject(WorkflowOperations) private readonly workflows: WorkflowOperations,
    @Inject(BulkOperations) private readonly bulk: BulkOperations,
  ) {}

  @Mutation(() => SubmitPayload, { complexity: 10, description: 'Stores a canvas as a workflow and starts it.' })
  submitWorkflow(
    @Asking() principal: Principal,
    @Args('input', { type: () => SubmitInput }) input: Readonly<SubmitInput>,
    @SentTrace() trace: TraceContext | undefined,
  ): Promise<SubmitPayload> {
    return located(submitPath(input), async () => this.workflows.submit(principal, submissionOf(input, trace)))
  }

  @Mutation(() => [SubmitAnswer], { complexity: 10, description: `1 to ${MOST_AT_ONCE}. Each is answered by itself.` })
  async submitWorkflows(
    @Asking() principal: Principal,
    @Args('inputs', { type: () => [SubmitInput] }) inputs: readonly Readonly<SubmitInput>[],
    @SentTrace() trace: TraceContext | undefined,
  ): Promise<SubmitAnswer[]> {
    if (inputs.length === 0 || inputs.length > MOST_AT_ONCE)
      throw new ChordisError('request-invalid', `must hold 1 to ${MOST_AT_ONCE}`, { path: 'inputs' })
    const read = inputs.map((input) => readSubmission(input, trace))
    const submissions = read.filter((one): one is Submission => !(one instanceof ChordisError))
    const answers = (await this.workflows.submitMany(principal, submissions)).values()
    return read.map((one, k) => answerOf(one instanceof ChordisError ? one : answers.next().value, inputs[k], k))
  }

  @Mutation(() => WorkflowChange, { complexity: 10, description: 'Ends it (Celery’s revoke), or tasks of it.' })
  cancelWorkflow(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('tasks', { type: () => [ID], nullable: true }) tasks: Maybe<string[]>,
    @Args('reason', { type: () => String, nullable: true }) reason: Maybe<string>,
    @Args('terminate', { type: () => Boolean, nullable: true, description: 'Kill what runs at once, where a pool can.' })
    terminate: Maybe<boolean>,
  ): Promise<WorkflowChange> {
    return this.workflows.revoke(principal, id, given({ tasks, reason, terminate }))
  }

  @Mutation(() => WorkflowChange, { complexity: 10, description: 'Nothing new of it starts.' })
  pauseWorkflow(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String, nullable: true }) reason: Maybe<string>,
  ): Promise<WorkflowChange> {
    return this.workflows.pause(principal, id, given({ reason }))
  }

  @Mutation(() => WorkflowChange, { complexity: 10, description: 'It goes on.' })
  resumeWorkflow(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<WorkflowChange> {
    return this.workflows.resume(principal, id)
  }

  @Mutation(() => WorkflowReopening, { complexity: 10, description: 'Runs it again from its failures.' })
  retryWorkflow(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<WorkflowReopening> {
    return this.workflows.retry(principal, id)
  }

  @Mutation(() => WorkflowReopening, { complexity: 10, description: 'Runs tasks of it again, and what depends on them.' })
  rerunWorkflow(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('tasks', { type: () => [ID], description: '1 to 500.' }) tasks: string[],
    @Args('args', { type: () => [JsonScalar], nullable: 'itemsAndList', description: 'Of one task: other arguments.' }) args: Maybe<
      unknown[]
    >,
    @Args('kwargs', { type: () => JsonScalar, nullable: true }) kwargs: unknown,
  ): Promise<WorkflowReopening> {
    // What they may be, the engine says.
    return this.workflows.rerun(principal, id, tasks, given({ args, kwargs }) as object)
  }

  @Mutation(() => WorkflowChange, {
    complexity: 10,
    description: 'What waits of it, or of some tasks of it, has this priority from now on.',
  })
  setWorkflowPriority(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('priority', { type: () => Int, description: '0, the most urgent, to 9.' }) priority: number,
    @Args('tasks', { type: () => [ID], nullable: true }) tasks: Maybe<string[]>,
  ): Promise<WorkflowChange> {
    return this.workflows.setPriority(principal, id, priority, given({ tasks }))
  }

  @Mutation(() => WorkflowRemoval, { complexity: 10, description: 'Removes it with all that is stored of it.' })
  deleteWorkflow(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('revoke', { type: () => Boolean, nullable: true, description: 'Also one that has not ended.' }) revoke: Maybe<boolean>,
  ): Promise<WorkflowRemoval> {
    return this.workflows.delete(principal, id, given({ revoke }))
  }

  @Mutation(() => BulkReport, { complexity: 50, description: 'One change to many. `cursor` says whether more are left.' })
  bulkWorkflows(@Asking() principal: Principal, @Args('input', { type: () => BulkInput }) input: Readonly<BulkInput>): Promise<BulkReport> {
    const { action, filter, ids, dryRun, cursor, reason, terminate } = input
    const request = given({ filter: filter && filterOf(filter), ids, dryRun, cursor })
    const options = given({ reason, terminate })
    return located(
      (path) => `input.${path}`,
      () => this.bulk.run(principal, { action, ...request, options, timeMs: BULK_MS }),
    )
  }
}

function readSubmission(input: Readonly<SubmitInput>, trace: TraceContext | undefined): Submission | ChordisError {
  try {
    return submissionOf(input, trace)
  } catch (error) {
    if (error instanceof ChordisError) return error
    throw error
  }
}

function answerOf(answer: SubmitPayload | ChordisError | undefined, input: Readonly<SubmitInput> = {}, k: number): SubmitAnswer {
  if (!(answer instanceof ChordisError)) return { ...(answer === undefined ? {} : { submitted: answer }) }
  const { code, message, path, workflow } = new LocatedError(answer, submitPath(input, `inputs[${k}]`))
  return { error: { code, message, ...given({ path, workflow }) } }
}
