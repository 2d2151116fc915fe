/** What can be done with workers. They belong to all tenants, so only credentials of all tenants see or change them. */
import { Inject, Injectable } from '@nestjs/common'
import {
  type AttemptList,
  Client,
  type ControlOptions,
  checkCommand,
  type Gathered,
  type RunningAttempt,
  type WorkerCommand,
  type WorkerView,
} from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'
import { type PageOptions, pageOf } from './paging.js'

/** A part of the list of workers. */
export interface WorkerPage {
  workers: WorkerView[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** A command that has not been checked. */
export type WrittenCommand = { readonly type: string } & { readonly [field: string]: unknown }

/** Attempts that one answer lists when nobody says how many. */
const LISTED = 100

/** What can be done with workers. */
@Injectable()
export class WorkerOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  /** All workers, those that are dead and not given up yet included. */
  async list(principal: Principal): Promise<WorkerView[]> {
    principal.demandAll('workers:read')
    return this.client.workers()
  }

  /** The same, part by part, by name. */
  async page(principal: Principal, options: PageOptions = {}): Promise<WorkerPage> {
    const { part, cursor } = pageOf(await this.list(principal), ({ name, id }) => `${name} ${id}`, options)
    return { workers: part, cursor }
  }

  /** What they run now. */
  async active(principal: Principal, options: ControlOptions & { limit?: number } = {}): Promise<Gathered<AttemptList<RunningAttempt>>> {
    principal.demandAll('workers:read')
    return this.client.control.active(options)
  }

  /** A command as somebody wrote it. @throws ChordisError `request-invalid`, `name-invalid` for one that no worker knows; as {@link send} */
  async command(principal: Principal, given: WrittenCommand, options: ControlOptions = {}): Promise<Gathered<unknown>> {
    principal.demandAll('workers:control')
    const listed = given.type === 'active' || given.type === 'reserved'
    return this.send(principal, checkCommand({ ...(listed && { limit: LISTED }), ...given }), options)
  }

  /** Tells them to do something, and gathers what they say. */
  async send(principal: Principal, command: WorkerCommand, options: ControlOptions = {}): Promise<Gathered<unknown>> {
    const { type, ...rest } = command
    const target = [options.workers ?? '*'].flat().join(',')
    const operation = async () => {
      principal.demandAll('workers:control')
      return this.client.control.send(command, options)
    }
    return this.audit.follow(principal, `worker.${type}`, target, operation, rest)
  }
}
