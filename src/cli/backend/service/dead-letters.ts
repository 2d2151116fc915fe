/** The dead letters of a service. */
import type { Schemas } from '../../../api-client/index.js'
import type { DeadLetterChange, DeadLetterDetails, DeadLetterFilter, DeadLetterPage } from '../../../engine/index.js'
import { isMissing } from '../../failure.js'
import type { Backend } from '../backend.js'
import { type ApiOf, LONG_MS } from './api.js'

type Letters = Backend['deadLetters']
type Which = { tenant?: string; body: Pick<Schemas['ChangeLettersRequest'], 'id' | 'filter'> }

/** Most of one page. */
const LIMIT = 1_000

export class ServiceDeadLetters implements Pick<Letters, keyof Letters> {
  constructor(private readonly apiOf: ApiOf) {}

  /** Those that the credential may see, page by page: the service counts none. There are 10,000 per partition at most. */
  async count(): Promise<number> {
    let total = 0
    for await (const _ of this.apiOf().eachDeadLetter({ limit: LIMIT })) total++
    return total
  }

  list({ tenant, ...query }: DeadLetterFilter & { limit?: number; cursor?: string } = {}): Promise<DeadLetterPage> {
    return this.apiOf(tenant).listDeadLetters(query) as Promise<DeadLetterPage>
  }

  get(id: string): Promise<DeadLetterDetails> {
    return this.apiOf().getDeadLetter(id) as Promise<DeadLetterDetails>
  }

  requeue(which: string | DeadLetterFilter, options: { dryRun?: boolean } = {}): Promise<DeadLetterChange> {
    const { tenant, body } = whichOf(which)
    return this.changed(which, this.apiOf(tenant).requeueDeadLetters({ ...body, ...options }, { timeoutMs: LONG_MS }))
  }

  drop(which: string | DeadLetterFilter, options: { dryRun?: boolean } = {}): Promise<DeadLetterChange> {
    const { tenant, body } = whichOf(which)
    return this.changed(which, this.apiOf(tenant).dropDeadLetters({ ...body, ...options }, { timeoutMs: LONG_MS }))
  }

  /** The service refuses the id of a task that is no dead letter any more; while its workflow is there, that is nothing to do. */
  private async changed(which: string | DeadLetterFilter, answer: Promise<DeadLetterChange>): Promise<DeadLetterChange> {
    try {
      return await answer
    } catch (error) {
      if (typeof which !== 'string' || !isMissing(error)) throw error
      await this.apiOf().getWorkflow(which.slice(0, which.indexOf(':')))
      return { matched: 0, changed: 0, ids: [] }
    }
  }
}

function whichOf(which: string | DeadLetterFilter): Which {
  if (typeof which === 'string') return { body: { id: which } }
  const { tenant, ...filter } = which
  return { body: { filter }, ...(tenant === undefined ? {} : { tenant }) }
}
