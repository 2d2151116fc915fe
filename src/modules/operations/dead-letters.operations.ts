/** What can be done with tasks that failed for good: those of the credential's tenant. */
import { Inject, Injectable } from '@nestjs/common'
import {
  ChordisError,
  Client,
  type DeadLetter,
  type DeadLetterChange,
  type DeadLetterDetails,
  type DeadLetterFilter,
} from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'
import { demandStoredCalls } from './calls.js'
import { hideDetails, hideLetter, type Shown } from './redact.js'
import { tenantOf } from './workflows.operations.js'

/** A filter without the tenant, which the credential decides. */
export type OwnLetterFilter = Omit<DeadLetterFilter, 'tenant'>

/** Which dead letters are to be changed: one by its id, or those that a filter means. */
export type WhichLetters = { id: string } | { filter: OwnLetterFilter }

/** A part of the list. */
export interface ShownLetters {
  letters: Shown<DeadLetter>[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** What can be done with tasks that failed for good. */
@Injectable()
export class DeadLetterOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  async list(principal: Principal, options: OwnLetterFilter & { limit?: number; cursor?: string } = {}): Promise<ShownLetters> {
    principal.demand('dead-letters:read')
    // A text in an error's message is a payload: who may not see it may not search for it.
    if (options.error !== undefined) principal.demand('payloads:read')
    const page = await this.client.deadLetters.list({ ...options, ...tenantOf(principal) })
    return principal.may('payloads:read') ? page : { ...page, letters: page.letters.map(hideLetter) }
  }

  /** With what it was called with, and how its attempts ended. */
  async get(principal: Principal, id: string): Promise<Shown<DeadLetterDetails>> {
    principal.demand('dead-letters:read')
    const letter = await this.own(principal, id)
    return principal.may('payloads:read') ? letter : hideDetails(letter)
  }

  /** Runs them again, as a retry from there. */
  async requeue(principal: Principal, which: WhichLetters, options: { dryRun?: boolean } = {}): Promise<DeadLetterChange> {
    return this.change(principal, 'dead-letter.requeue', which, options, async (meant) => {
      await this.demandCallable(principal, meant)
      return this.client.deadLetters.requeue(meant, options)
    })
  }

  /** They are listed no more. */
  async drop(principal: Principal, which: WhichLetters, options: { dryRun?: boolean } = {}): Promise<DeadLetterChange> {
    return this.change(principal, 'dead-letter.drop', which, options, (meant) => this.client.deadLetters.drop(meant, options))
  }

  private async change(
    principal: Principal,
    action: string,
    which: WhichLetters,
    options: { dryRun?: boolean },
    work: (meant: string | DeadLetterFilter) => Promise<DeadLetterChange>,
  ): Promise<DeadLetterChange> {
    const detail = { ...options, ...('id' in which ? {} : { filter: which.filter }) }
    const operation = async () => {
      principal.demand('dead-letters:write')
      if ('id' in which) {
        await this.own(principal, which.id)
        return work(which.id)
      }
      if (which.filter.error !== undefined) principal.demand('payloads:read')
      return work({ ...which.filter, ...tenantOf(principal) })
    }
    return this.audit.follow(principal, action, 'id' in which ? which.id : '', operation, detail)
  }

  /** Those that a credential with limits may run again are only single ones: of many, nobody has looked at every call. */
  private async demandCallable(principal: Principal, meant: string | DeadLetterFilter): Promise<void> {
    if (principal.callsAll) return
    if (typeof meant !== 'string')
      throw new ChordisError('forbidden', 'a credential with a list of tasks or queues requeues one at a time', { path: 'filter' })
    await demandStoredCalls(principal, this.client.workflow(meant.slice(0, meant.indexOf(':'))))
  }

  private async own(principal: Principal, id: string): Promise<DeadLetterDetails> {
    const letter = await this.client.deadLetters.get(id)
    if (principal.tenant !== undefined && letter.tenant !== principal.tenant)
      throw new ChordisError('not-found', `there is no dead letter ${id}`)
    return letter
  }
}
