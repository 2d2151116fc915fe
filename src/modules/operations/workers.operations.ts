/** What can be done with workers. They belong to all tenants, so only credentials of all tenants see or change them. */
import { Inject, Injectable } from '@nestjs/common'
import {
  type AttemptList,
  Client,
  type ControlOptions,
  type Gathered,
  type RunningAttempt,
  type WorkerCommand,
  type WorkerView,
} from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'

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

  /** What they run now. */
  async active(principal: Principal, options: ControlOptions & { limit?: number } = {}): Promise<Gathered<AttemptList<RunningAttempt>>> {
    principal.demandAll('workers:read')
    return this.client.control.active(options)
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
