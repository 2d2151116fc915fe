/** Tasks that failed for good. */
import { Inject } from '@nestjs/common'
import { Args, Context, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql'
import {
  behindDeadLetter,
  ChordisError,
  type DeadLetterDetails,
  type DeadLetter as Letter,
  type DeadLetterFilter as LetterFilter,
} from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { DeadLetterOperations, type WhichLetters } from '../../operations/dead-letters.operations.js'
import type { Shown } from '../../operations/redact.js'
import { WorkflowOperations } from '../../operations/workflows.operations.js'
import { type GraphqlContext, statusIn } from '../context.js'
import { given, type Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { DeadLetter, DeadLetterCall, DeadLetterChange, DeadLetterConnection, DeadLetterFilterInput } from '../types/dead-letters.js'
import { AFTER, type Connection, connection, FIRST, pageOf } from '../types/page.js'
import { Workflow, type WorkflowSource } from '../types/workflows.js'

const FILTER = { name: 'filter', type: () => DeadLetterFilterInput, nullable: true } as const
const ONE = { name: 'id', type: () => ID, nullable: true, description: 'Either this one, or all that `filter` means.' } as const
const DRY_RUN = { name: 'dryRun', type: () => Boolean, nullable: true, description: 'Only say which are meant.' } as const

@Resolver(() => DeadLetter)
export class DeadLetterResolver {
  constructor(
    @Inject(DeadLetterOperations) private readonly letters: DeadLetterOperations,
    @Inject(WorkflowOperations) private readonly workflows: WorkflowOperations,
  ) {}

  @Query(() => DeadLetterConnection, { complexity: 2, description: 'Tasks that failed for good, the newest first.' })
  async deadLetters(
    @Asking() principal: Principal,
    @Args(FILTER) filter: Maybe<Readonly<DeadLetterFilterInput>>,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<Connection<Shown<Letter>>> {
    const window = { ...filterOf(filter), ...pageOf({ first, after }) }
    const page = await located(pagePath, () => this.letters.list(principal, window))
    return connection(page.letters, page.cursor, { first, after }, behindDeadLetter)
  }

  @Query(() => DeadLetter, { nullable: true, complexity: 3, description: 'One; an error of code not-found for a task that is not failed.' })
  deadLetter(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<Shown<DeadLetterDetails>> {
    return this.letters.get(principal, id)
  }

  @ResolveField(() => DeadLetterCall, { complexity: 3, description: 'What it was called with, and how its attempts ended.' })
  async call(@Parent() letter: Shown<Letter>, @Asking() principal: Principal): Promise<DeadLetterCall> {
    const known = 'args' in letter ? (letter as Shown<DeadLetterDetails>) : await this.letters.get(principal, letter.id)
    const { args, kwargs, errors, hidden = false } = known
    return { args, kwargs, errors, hidden }
  }

  @ResolveField(() => Workflow, { nullable: true, complexity: 2 })
  workflow(
    @Parent() { workflow }: Shown<Letter>,
    @Asking() principal: Principal,
    @Context() context: GraphqlContext,
  ): Promise<WorkflowSource> {
    return statusIn(context, this.workflows, principal, workflow)
  }

  @Mutation(() => DeadLetterChange, { complexity: 50, description: 'Runs them again, as a retry from there.' })
  async requeueDeadLetters(
    @Asking() principal: Principal,
    @Args(ONE) id: Maybe<string>,
    @Args(FILTER) filter: Maybe<Readonly<DeadLetterFilterInput>>,
    @Args(DRY_RUN) dryRun: Maybe<boolean>,
  ): Promise<DeadLetterChange> {
    return this.letters.requeue(principal, whichOf(id, filter), given({ dryRun }))
  }

  @Mutation(() => DeadLetterChange, { complexity: 50, description: 'They are listed no more.' })
  async dropDeadLetters(
    @Asking() principal: Principal,
    @Args(ONE) id: Maybe<string>,
    @Args(FILTER) filter: Maybe<Readonly<DeadLetterFilterInput>>,
    @Args(DRY_RUN) dryRun: Maybe<boolean>,
  ): Promise<DeadLetterChange> {
    return this.letters.drop(principal, whichOf(id, filter), given({ dryRun }))
  }
}

const filterOf = (filter: Maybe<Readonly<DeadLetterFilterInput>>): Omit<LetterFilter, 'tenant'> => given({ ...filter })

/** @throws ChordisError `request-invalid` unless exactly one of the two is given */
function whichOf(id: Maybe<string>, filter: Maybe<Readonly<DeadLetterFilterInput>>): WhichLetters {
  if ((id === null || id === undefined) === (filter === null || filter === undefined))
    throw new ChordisError('request-invalid', 'either id or filter says which', { path: 'id' })
  return typeof id === 'string' ? { id } : { filter: filterOf(filter) }
}
