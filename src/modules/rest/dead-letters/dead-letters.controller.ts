/** `/v1/dead-letters`: tasks that failed with no attempt left. */
import { Get, Inject, Post } from '@nestjs/common'
import type { DeadLetterChange, DeadLetterDetails } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { RequestInvalidError } from '../../http/problem.js'
import { DeadLetterOperations, type ShownLetters, type WhichLetters } from '../../operations/dead-letters.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, Sent } from '../parameters.js'
import { letterId } from '../schemas/common.js'
import * as schemas from '../schemas/operations.js'
import { ChangeLettersDto, ListLettersDto } from './dead-letters.dto.js'

const EXAMPLES = { 'count first': { filter: { task: 'pages.fetch' }, dryRun: true }, 'one of them': { id: 'report-7:0' } }

@RestController('dead-letters', 'dead letters')
export class DeadLettersController {
  constructor(@Inject(DeadLetterOperations) private readonly letters: DeadLetterOperations) {}

  @Get()
  @Operation('listDeadLetters', { summary: 'Tasks that failed for good, the newest first', answer: schemas.letterPage })
  list(@Asking() by: Principal, @Asked(ListLettersDto) query: object): Promise<ShownLetters> {
    return this.letters.list(by, query)
  }

  @Get(':id')
  @Operation('getDeadLetter', { summary: 'One with what it was called with, and how its attempts ended', answer: schemas.letterDetails })
  get(@Asking() by: Principal, @At('id', letterId) id: string): Promise<DeadLetterDetails> {
    return this.letters.get(by, id)
  }

  @Post('requeue')
  @Operation('requeueDeadLetters', { summary: 'Run them again', answer: schemas.lettersChanged })
  requeue(
    @Asking() by: Principal,
    @Sent(ChangeLettersDto, { examples: EXAMPLES }) { dryRun, ...which }: ChangeLettersDto,
  ): Promise<DeadLetterChange> {
    return this.letters.requeue(by, whichOf(which), { ...(dryRun && { dryRun }) })
  }

  @Post('drop')
  @Operation('dropDeadLetters', { summary: 'List them no more', answer: schemas.lettersChanged })
  drop(
    @Asking() by: Principal,
    @Sent(ChangeLettersDto, { examples: EXAMPLES }) { dryRun, ...which }: ChangeLettersDto,
  ): Promise<DeadLetterChange> {
    return this.letters.drop(by, whichOf(which), { ...(dryRun && { dryRun }) })
  }
}

/** @throws RequestInvalidError for both or none */
function whichOf({ id, filter }: Omit<ChangeLettersDto, 'dryRun'>): WhichLetters {
  if ((id === undefined) === (filter === undefined))
    throw new RequestInvalidError([{ path: 'id', rule: 'either an id or a filter says which' }])
  return id === undefined ? { filter: { ...filter } } : { id }
}
