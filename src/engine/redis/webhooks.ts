/** Webhooks in Redis: endpoints lie in one partition, deliveries in the partition of what they tell. */
import { ChordisError } from '../protocol/errors.js'
import type { AttemptOutcome, StoredWebhook, WebhookDelivery } from '../protocol/webhooks.js'
import { type RedisConnection, redisFull } from './connection.js'
import { HOME, type Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Endpoints of a namespace, at most. */
const MOST_WEBHOOKS = 1_000
/** Deliveries that may wait for one endpoint in one partition; beyond, they are left out and counted. */
export const MOST_WAITING = 10_000

/** An endpoint as it was read. */
export interface ReadWebhook {
  id: string
  webhook: StoredWebhook
  /** The stored text, to change it as it was read. */
  seen: string
  /** How deliveries to it went, '' for nothing yet. */
  state: string
}

/** Endpoints and Redis's clock, Unix ms. `id`: only this one, or none. */
export async function readWebhooks(
  connection: RedisConnection,
  namespace: Namespace,
  id = '',
): Promise<{ now: number; webhooks: ReadWebhook[] }> {
  const answer = (await namespace.run(connection, HOME, calls.readwebhooks(id))) as [number, ...[string, string, string][]]
  const [now, ...rows] = answer
  const webhooks = rows.map(([name, seen, state]) => ({ id: name, webhook: JSON.parse(seen) as StoredWebhook, seen, state }))
  return { now, webhooks }
}

/**
 * Writes an endpoint as it was read (`seen`; '' for a new one); null removes it. `fresh`: how deliveries to it went is forgotten.
 * @returns whether it is so now; false: it is another one by now
 * @throws ChordisError `limit-exceeded`: there are 1,000; `redis-full`
 */
export async function writeWebhook(
  connection: RedisConnection,
  namespace: Namespace,
  { id, seen }: Pick<ReadWebhook, 'id' | 'seen'>,
  webhook: StoredWebhook | null,
  fresh = false,
): Promise<boolean> {
  const value = webhook === null ? '' : JSON.stringify(webhook)
  const call = (epoch: string) => calls.setwebhook(epoch, id, seen, value, fresh ? 1 : 0, MOST_WEBHOOKS)
  const [answer] = await namespace.runAtEpoch(connection, HOME, call)
  if (answer === 'many')
    throw new ChordisError('limit-exceeded', `there may be ${MOST_WEBHOOKS.toLocaleString('en-US')} endpoints of webhooks at most`)
  if (answer === 'full') throw redisFull('endpoints of webhooks')
  return answer === 'ok'
}

/** Notes how an attempt went. @returns how many deliveries in a row were given up, and whether this one disabled the endpoint */
export async function noteAttempt(
  connection: RedisConnection,
  namespace: Namespace,
  note: { id: string; outcome: AttemptOutcome; status: number | null; most: number },
): Promise<{ deadInRow: number; disabled: boolean }> {
  const call = (epoch: string) =>
    calls.webhookstate(epoch, note.id, note.outcome, note.status === null ? '-' : String(note.status), note.most)
  const [, deadInRow = 0, disabled = 0] = (await namespace.runAtEpoch(connection, HOME, call)) as [string, number?, number?]
  return { deadInRow, disabled: disabled === 1 }
}

/** Whether this process takes up the log of a partition, for `leaseMs` (0 gives it back), and from which cursor on ('' for none). */
export async function leadFeed(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  lead: { process: string; leaseMs: number },
): Promise<{ cursor: string } | null> {
  const call = (epoch: string) => calls.hooklead(epoch, lead.process, lead.leaseMs)
  const [answer, cursor] = (await namespace.runAtEpoch(connection, partition, call)) as [string, string]
  return answer === 'yes' ? { cursor } : null
}

/** A delivery that is to be made. */
export interface NewDelivery {
  id: string
  webhook: string
  event: string
  /** '' for a ping. */
  workflow: string
  tenant: string
  body: string
}

const fieldsOf = (one: NewDelivery): string[] => [one.id, one.webhook, one.event, one.workflow, one.tenant, one.body]

/** A part of the log that is taken up: its deliveries, and the cursor behind it. */
export interface FeedStep {
  seen: string
  next: string
  /** What the log had lost. */
  gaps: number
  deliveries: readonly NewDelivery[]
}

/** Takes up a part of the log. @returns what was added and left out; null: somebody else has taken it up */
export async function feedDeliveries(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { seen, next, gaps, deliveries }: FeedStep,
): Promise<{ added: number; dropped: number } | null> {
  const args = deliveries.flatMap(fieldsOf)
  const call = (epoch: string) => calls.hookfeed(epoch, seen, next, gaps, MOST_WAITING, args)
  const [answer, added = 0, dropped = 0] = (await namespace.runAtEpoch(connection, partition, call)) as [string, number?, number?]
  return answer === 'ok' ? { added, dropped } : null
}

/** One delivery more. @throws ChordisError `limit-exceeded`: too many wait for its endpoint */
export async function addDelivery(connection: RedisConnection, namespace: Namespace, partition: number, one: NewDelivery): Promise<void> {
  const { id, webhook, event, workflow, tenant, body } = one
  const call = (epoch: string) => calls.hookadd(epoch, id, webhook, event, workflow, tenant, body, MOST_WAITING)
  const [answer] = await namespace.runAtEpoch(connection, partition, call)
  if (answer === 'many')
    throw new ChordisError('limit-exceeded', `${MOST_WAITING.toLocaleString('en-US')} deliveries wait for this endpoint already`)
}

/** A delivery that this process sends. */
export interface TakenDelivery extends NewDelivery {
  partition: number
  /** Of the lease: who settles must name it. */
  token: string
  /** This one; 1 is the first. */
  attempt: number
  createdAt: number
}

/** What is asked for. */
export interface TakeOptions {
  token: string
  leaseMs: number
  most: number
  /** To one endpoint. */
  each: number
  /** Of endpoints that this process sends to: how many more. */
  busy: ReadonlyMap<string, number>
}

/** Deliveries that are due. `waitMs`: until the next one is; null: none waits. */
export async function takeDeliveries(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { token, leaseMs, most, each, busy }: TakeOptions,
): Promise<{ waitMs: number | null; taken: TakenDelivery[] }> {
  const call = (epoch: string) => calls.hooktake(epoch, token, leaseMs, most, each, [...busy].flat())
  const [, waitMs, ...rows] = (await namespace.runAtEpoch(connection, partition, call)) as [string, number, ...Row[]]
  const taken = rows.map(([id, webhook, event, workflow, tenant, body, attempt, made]) => ({
    ...{ id, webhook, event, workflow, tenant, body, partition, token, attempt },
    createdAt: Number(made),
  }))
  return { waitMs: waitMs < 0 ? null : waitMs, taken }
}

type Row = [id: string, webhook: string, event: string, workflow: string, tenant: string, body: string, attempt: number, made: string]

/** What came of an attempt: it is over; tried again later; not sent at all; given up. */
export type Settlement =
  | { what: 'done' | 'back' }
  | { what: 'again'; delayMs: number; status: number | null; reason: string }
  | { what: 'dead'; status: number | null; reason: string }

/** Writes what came of an attempt. @returns false: the lease was over, and the delivery is another's */
export async function settleDelivery(
  connection: RedisConnection,
  namespace: Namespace,
  { partition, id, token }: Pick<TakenDelivery, 'partition' | 'id' | 'token'>,
  settlement: Settlement,
): Promise<boolean> {
  const { delayMs, status, reason } = { delayMs: 0, status: null, reason: '', ...settlement }
  const call = (epoch: string) =>
    calls.hooksettle(epoch, id, token, settlement.what, delayMs, status === null ? '' : String(status), reason)
  const [answer] = await namespace.runAtEpoch(connection, partition, call)
  return answer === 'ok'
}

/** Sends a delivery to an endpoint again, now. @returns false: there is none in this partition */
export async function sendAgain(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { webhook, id }: Pick<WebhookDelivery, 'webhook' | 'id'>,
): Promise<boolean> {
  const [answer] = await namespace.runAtEpoch(connection, partition, (epoch) => calls.hookagain(epoch, id, webhook))
  return answer === 'ok'
}

/** Removes the deliveries of an endpoint from a partition, step by step. */
export async function clearDeliveries(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  webhook: string,
): Promise<void> {
  for (let left = 1; left === 1; ) {
    const answer = await namespace.runAtEpoch(connection, partition, (epoch) => calls.hookclear(epoch, webhook))
    left = answer[1] as number
  }
}

type ListedRow = [string, string, string, string, string, string, string, string, string, string]

/** Deliveries of an endpoint in a partition, from a place in its list on. */
export async function listDeliveries(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { webhook, list, offset, count }: { webhook: string; list: 'due' | 'dead'; offset: number; count: number },
): Promise<WebhookDelivery[]> {
  const rows = (await namespace.run(connection, partition, calls.hooks(webhook, list, offset, count))) as ListedRow[]
  return rows.map((row) => deliveryOf(webhook, list, row))
}

function deliveryOf(webhook: string, list: 'due' | 'dead', row: ListedRow): WebhookDelivery {
  const [id, score, event, workflow, tenant, made, attempts, sending, status, reason] = row
  const dead = list === 'dead'
  return {
    ...{ id, webhook, event, tenant },
    state: dead ? 'dead' : sending === '1' ? 'sending' : 'waiting',
    workflow: workflow === '' ? null : workflow,
    createdAt: Number(made),
    attempts: Number(attempts),
    nextAttemptAt: dead ? null : Number(score),
    diedAt: dead ? Number(score) : null,
    lastStatus: status === '' ? null : Number(status),
    lastError: reason === '' ? null : reason,
  }
}

/** When the first delivery of a partition is due, Unix ms; null: none waits. */
export async function firstDue(connection: RedisConnection, namespace: Namespace, partition: number): Promise<number | null> {
  const [, score] = await connection.zrange(namespace.keys(partition).of('hookqueues'), '0', '0', 'WITHSCORES')
  return score === undefined ? null : Number(score)
}
