/** Which tasks there are. */
import { Inject, Injectable } from '@nestjs/common'
import { Client, type KnownTask } from '../../engine/index.js'
import type { Principal } from '../access/principal.js'
import { type PageOptions, pageOf } from './paging.js'

/** A part of the list of tasks. */
export interface KnownTaskPage {
  tasks: KnownTask[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** Which tasks there are. */
@Injectable()
export class TaskOperations {
  constructor(@Inject(Client) private readonly client: Client) {}

  /** The tasks that the credential may call. Of one tenant, it is not told how many calls wait, for they may be another's. */
  async list(principal: Principal): Promise<KnownTask[]> {
    principal.demand('tasks:read')
    const tasks = (await this.client.tasks()).filter(({ name }) => principal.mayCall(name))
    if (principal.tenant === undefined) return tasks
    return tasks
      .filter(({ workers }) => workers > 0)
      .map((task) => ({ ...task, queues: task.queues.filter((queue) => principal.mayUse(queue)), parked: 0 }))
  }

  /** The same, part by part, by name. */
  async page(principal: Principal, options: PageOptions = {}): Promise<KnownTaskPage> {
    const { part, cursor } = pageOf(await this.list(principal), ({ name }) => name, options)
    return { tasks: part, cursor }
  }
}
