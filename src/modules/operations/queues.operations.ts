/** What can be done with queues. They belong to all tenants, so only credentials of all tenants see or change them. */
import { Inject, Injectable } from '@nestjs/common'
import { ChordisError, Client, type QueueChangeOptions, type QueuedTask, type QueueView } from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'
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
  list(principal: Principal): Promise<QueueView[]> {
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
  peek(principal: Principal, queue: string, options: { limit?: number; args?: boolean } = {}): Promise<QueuedTask[]> {
    principal.demandAll('queues:read')
    if (options.args === true) principal.demand('payloads:read')
    return this.client.queues.peek(queue, options)
  }

  /** Nothing of it is leased any more. */
  async pause(principal: Principal, queue: string, { reason }: { reason?: string } = {}): Promise<void> {
    principal.demandAll('queues:pause')
    const details = { by: principal.id, ...(reason === undefined ? {} : { reason }) }
    await this.audit.follow(principal, 'queue.pause', queue, () => this.client.queues.pause(queue, details), { reason })
  }

  /** It goes on. */
  async resume(principal: Principal, queue: string): Promise<void> {
    principal.demandAll('queues:pause')
    await this.audit.follow(principal, 'queue.resume', queue, () => this.client.queues.resume(queue))
  }

  /** Revokes what waits in it; `dryRun` only counts. */
  purge(principal: Principal, queue: string, options: Omit<QueueChangeOptions, 'onProgress'> = {}): Promise<{ tasks: number }> {
    principal.demandAll('queues:purge')
    return this.audit.follow(principal, 'queue.purge', queue, () => this.client.queues.purge(queue, options), { ...options })
  }

  /** Moves what waits in it to another queue. */
  move(
    principal: Principal,
    from: string,
    to: string,
    options: Omit<QueueChangeOptions, 'onProgress'> & { limit?: number } = {},
  ): Promise<{ tasks: number }> {
    principal.demandAll('queues:purge')
    return this.audit.follow(principal, 'queue.move', from, () => this.client.queues.move(from, to, options), { to, ...options })
  }
}
