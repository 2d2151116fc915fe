/** Workers: which there are, what they run, and what they are told. */
import { Inject } from '@nestjs/common'
import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql'
import { ChordisError, type ControlOptions, type Gathered } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { WorkerOperations } from '../../operations/workers.operations.js'
import { given, type Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { AFTER, FIRST, pageInfo, pageOf } from '../types/page.js'
import { WorkerAnswers, WorkerCommandInput, WorkerConnection, WorkersInput } from '../types/workers.js'

/** Below the time after which a request is cut off, ms. */
const MOST_WAIT_MS = 4_000
const TO = { name: 'to', type: () => WorkersInput, nullable: true } as const

@Resolver()
export class WorkerResolver {
  constructor(@Inject(WorkerOperations) private readonly operations: WorkerOperations) {}

  @Query(() => WorkerConnection, {
    complexity: 10,
    description: 'All workers, those that are dead and not given up yet included, by name.',
  })
  async workers(@Asking() principal: Principal, @Args(FIRST) first: number, @Args(AFTER) after: Maybe<string>): Promise<WorkerConnection> {
    const { workers, cursor } = await located(pagePath, () => this.operations.page(principal, pageOf({ first, after })))
    return { nodes: workers, pageInfo: pageInfo(cursor, after) }
  }

  @Query(() => WorkerAnswers, { complexity: 50, description: 'What they run now: {total, attempts} of each.' })
  async activeAttempts(
    @Asking() principal: Principal,
    @Args(TO) to: Maybe<Readonly<WorkersInput>>,
    @Args('limit', { type: () => Int, defaultValue: 100, description: 'Attempts of each worker, up to 1,000.' }) limit: number,
  ): Promise<WorkerAnswers> {
    return answersOf(await this.operations.active(principal, { ...controlOf(to), limit }))
  }

  @Mutation(() => WorkerAnswers, { complexity: 50, description: 'Tells them to do something, and gathers what they say.' })
  async commandWorkers(
    @Asking() principal: Principal,
    @Args('command', { type: () => WorkerCommandInput }) command: Readonly<WorkerCommandInput>,
    @Args(TO) to: Maybe<Readonly<WorkersInput>>,
  ): Promise<WorkerAnswers> {
    // What a command must have, the engine says.
    return answersOf(await this.operations.command(principal, given({ ...command }), controlOf(to)))
  }
}

/** @throws ChordisError `request-invalid` for a wait that is longer than a request may last */
function controlOf(to: Maybe<Readonly<WorkersInput>>): ControlOptions {
  const options = given({ ...to })
  if ((options.timeoutMs ?? 0) > MOST_WAIT_MS)
    throw new ChordisError('request-invalid', `must be at most ${MOST_WAIT_MS}`, { path: 'to.timeoutMs' })
  return options
}

function answersOf({ answers, refused, unanswered }: Gathered<unknown>): WorkerAnswers {
  return { answers, refused: refused.map(({ worker, error }) => ({ worker, ...error })), unanswered }
}
