/**
 * Who may hear of what happens: of the workflows of one's tenant, of queues and workers only with a credential of all tenants. Surfaces (SSE, GraphQL) bring
 * a sink.
 */
import { Inject, Injectable } from '@nestjs/common'
import { Client, type EventSink, type Subscription } from '../../engine/index.js'
import type { Principal } from '../access/principal.js'
import { tenantOf, WorkflowOperations } from './workflows.operations.js'

/** What can be heard of. `after`: a cursor of an earlier subscription to the same. */
@Injectable()
export class EventOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(WorkflowOperations) private readonly workflows: WorkflowOperations,
  ) {}

  /** Of one workflow and its tasks. @throws ChordisError `forbidden`, `not-found`, `request-invalid` */
  async ofWorkflow(principal: Principal, id: string, after: string | undefined, sink: EventSink): Promise<Subscription> {
    const { id: workflow } = await this.workflows.get(principal, id)
    return this.client.events.subscribe({ workflow, ...tenantOf(principal), ...from(after) }, sink)
  }

  /** Of a queue and its tasks, whosever they are. @throws ChordisError `forbidden`, `name-invalid`, `request-invalid` */
  async ofQueue(principal: Principal, queue: string, after: string | undefined, sink: EventSink): Promise<Subscription> {
    principal.demandAll('queues:read')
    return this.client.events.subscribe({ queue, ...from(after) }, sink)
  }

  /** Of workers that come and go. @throws ChordisError `forbidden`, `request-invalid` */
  async ofWorkers(principal: Principal, after: string | undefined, sink: EventSink): Promise<Subscription> {
    principal.demandAll('workers:read')
    return this.client.events.subscribe(from(after), workersOnly(sink))
  }

  /** Of everything that the credential sees. @throws ChordisError `forbidden`, `request-invalid` */
  async ofAll(principal: Principal, after: string | undefined, sink: EventSink): Promise<Subscription> {
    principal.demand('workflows:read')
    const all = principal.tenant !== undefined || (principal.may('queues:read') && principal.may('workers:read'))
    return this.client.events.subscribe({ ...tenantOf(principal), ...from(after) }, all ? sink : workflowsOnly(sink))
  }
}

const from = (after: string | undefined): { after?: string } => (after === undefined ? {} : { after })

/** Without what happens to queues and workers. */
function workflowsOnly(sink: EventSink): EventSink {
  return {
    push: (item) => {
      if (item.type === 'reset' || item.workflow !== null) sink.push(item)
    },
    room: () => sink.room?.(),
    end: (error) => sink.end(error),
  }
}

/** Without what happens to workflows and queues. */
function workersOnly(sink: EventSink): EventSink {
  return {
    push: (item) => {
      if (item.type === 'reset' || (item.workflow === null && item.events.some(({ type }) => type.startsWith('worker-')))) sink.push(item)
    },
    room: () => sink.room?.(),
    end: (error) => sink.end(error),
  }
}
