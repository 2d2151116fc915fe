/** What is told of a workflow that has ended. Pure. */
import type { WorkflowStatus } from '../client/status.js'
import type { Told } from '../protocol/events.js'
import { webhookDeliveryId, webhookEventId } from '../protocol/ids.js'
import { END_STATES, type EndedWorkflow, type EndState, mayHear, type WebhookPayload, wants } from '../protocol/webhooks.js'
import type { NewDelivery, ReadWebhook } from '../redis/webhooks.js'

/** An end of a workflow, as an entry of the log tells it. */
export interface End {
  partition: number
  /** Id of the entry: `<ms>-<number>`. */
  entry: string
  /** When it was, Unix ms. */
  at: number
  told: Told
}

/** Whether it is told that a workflow has ended. */
export const tellsEnd = ({ workflow, events }: Told): boolean => workflow !== null && events.some(({ type }) => type === 'workflow-ended')

/** The endpoints that hear of an end if their conditions hold. */
export const listenersOf = ({ told, at }: End, webhooks: readonly ReadWebhook[]): ReadWebhook[] =>
  webhooks.filter(({ webhook }) => mayHear(webhook, told.tenant, at))

/** One delivery for each endpoint that hears of an end. `status`: of the workflow; null: it has been removed. */
export function deliveriesOf(end: End, status: WorkflowStatus | null, webhooks: readonly ReadWebhook[]): NewDelivery[] {
  const { partition, entry, at, told } = end
  const workflow = endedWorkflow(told, status)
  const event = webhookEventId(partition, entry, workflow.id)
  const payload: WebhookPayload = { id: event, type: 'workflow.ended', at, workflow }
  const body = JSON.stringify(payload)
  const heard = listenersOf(end, webhooks).filter(({ webhook }) => wants(webhook, workflow))
  return heard.map(({ id }) => ({
    ...{ id: webhookDeliveryId(id, event), webhook: id, event, workflow: workflow.id, tenant: workflow.tenant, body },
  }))
}

function endedWorkflow({ workflow, tenant, events }: Told, status: WorkflowStatus | null): EndedWorkflow {
  const outcome = events.map(({ type }) => OUTCOMES[type]).find((one) => one !== undefined)
  const id = workflow ?? ''
  if (status === null) {
    const unknown = { name: null, tags: [], run: null, createdAt: null, startedAt: null, outcomeAt: null, endedAt: null }
    return { id, tenant, state: outcome ?? null, ...unknown }
  }
  const { name = null, tags, run, createdAt, startedAt, outcomeAt, endedAt } = status
  return { id, name, tags, tenant, state: endState(status) ?? outcome ?? null, run, createdAt, startedAt, outcomeAt, endedAt }
}

/** Of one that runs again by now its state is none that it ended in. */
const endState = ({ state }: WorkflowStatus): EndState | undefined => END_STATES.find((one) => one === state)

const OUTCOMES: { readonly [type: string]: EndState } = {
  'workflow-succeeded': 'SUCCESS',
  'workflow-failed': 'FAILURE',
  'workflow-revoked': 'REVOKED',
}
