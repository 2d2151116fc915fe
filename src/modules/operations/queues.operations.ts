/** What can be done with queues. They belong to all tenants, so only credentials of all tenants see or change them. */
import { Inject, Injectable } from '@nestjs/common'
import { ChordisError, Client, type QueueChangeOptions, type QueuedTask, type QueueView } from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'
import type { Scope } from '../access/scopes.js'
import { type PageOptions, pageOf } from './paging.js'

/** A part of the list of queues. */
export interface QueuePage {
  queues: QueueView[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** What can be done with queues. */
@Injectable()
export class QueueOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  /** All queues that hold or held something, are served or paused. */
  async list(principal: Principal): Promise<QueueView[]> {
    principal.demandAll('queues:read')
    return this.client.queues.list()
  }

  /** The same, part by part, by name. */
  async page(principal: Principal, options: PageOptions = {}): Promise<QueuePage> {
    const { part, cursor } = pageOf(await this.list(principal), ({ name }) => name, options)
    return { queues: part, cursor }
  }

  /** One queue. @throws ChordisError `not-found` for one that nobody has used */
  async get(principal: Principal, queue: string): Promise<QueueView> {
    const found = (await this.list(principal)).find(({ name }) => name === queue)
    if (found === undefined) throw new ChordisError('not-found', `there is no queue ${queue}`)
    return found
  }

  /** Tasks that wait, those first that are fetched first. `args` needs `payloads:read`. */
  async peek(principal: Principal, queue: string, options: { limit?: number; args?: boolean } = {}): Promise<QueuedTask[]> {
    principal.demandAll('queues:read')
    if (options.args === true) principal.demand('payloads:read')
    return this.client.queues.peek(queue, options)
  }

  /** Nothing of it is leased any more. */
  async pause(principal: Principal, queue: string, { reason }: { reason?: string } = {}): Promise<void> {
    const details = { by: principal.id, ...(reason === undefined ? {} : { reason }) }
    await this.change(principal, 'queues:pause', 'queue.pause', queue, details, () => this.client.queues.pause(queue, details))
  }

  /** It goes on. */
  async resume(principal: Principal, queue: string): Promise<void> {
    await this.change(principal, 'queues:pause', 'queue.resume', queue, {}, () => this.client.queues.resume(queue))
  }

  /** Revokes what waits in it; `dryRun` only counts. */
  async purge(principal: Principal, queue: string, options: Omit<QueueChangeOptions, 'onProgress'> = {}): Promise<{ tasks: number }> {
    return this.change(principal, 'queues:purge', 'queue.purge', queue, options, () => this.client.queues.purge(queue, options))
  }

  /** Moves what waits in it to another queue. */
  async move(
    principal: Principal,
    from: string,
    to: string,
    options: Omit<QueueChangeOptions, 'onProgress'> & { limit?: number } = {},
  ): Promise<{ tasks: number }> {
    return this.change(principal, 'queues:purge', 'queue.move', from, { to, ...options }, () => this.client.queues.move(from, to, options))
  }

  private change<T>(principal: Principal, scope: Scope, action: string, queue: string, detail: object, work: () => Promise<T>): Promise<T> {
    const operation = async () => {
      principal.demandAll(scope)
      return work()
    }
    return this.audit.follow(principal, action, queue, operation, { ...detail })
  }
}
