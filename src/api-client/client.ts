/** The client: a method for each operation of the service. */
import { ChordisApiError } from './error.js'
import { type ApiEvent, type EventOptions, events } from './events.js'
import { type ManyAnswer, type ManyOptions, newId, submitMany } from './submit-many.js'
import { bodyOf, type Call, type CallOptions, type ClientOptions, type QueryValue, Transport } from './transport.js'
import type { Outcome, Page, QueryOf, Schemas, SubmitRequest, Submitted, Workflow, WorkflowRow } from './types.js'

const at = (...parts: string[]): string => `/v1/${parts.map(encodeURIComponent).join('/')}`
const words = (query: object): Record<string, QueryValue> => query as Record<string, QueryValue>

/** Longest wait of one request for a result, ms. */
const WAIT_MS = 30_000

/**
 * Chordis over HTTP, in Node and browsers. Every method throws {@link ChordisApiError}; what reads, and what is the same however often it is asked for, is asked
 * for again when the service is away or busy, as `Retry-After` says.
 */
export class ChordisApi {
  private readonly transport: Transport

  constructor(options: ClientOptions) {
    this.transport = new Transport(options)
  }

  // Workflows

  /** Submits a canvas. It has an id before it is sent, so that it may be sent again. `key`: an Idempotency-Key, known for 24 h. */
  async submitWorkflow(request: SubmitRequest, { key, ...options }: CallOptions & { key?: string } = {}): Promise<Submitted> {
    const body = request.id === undefined && key === undefined ? { ...request, id: newId() } : request
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
    const call = this.post<Submitted>(at('workflows'), body, { ...options, headers, repeatable: true })
    const submitted = await call.catch((error: unknown) => {
      if (error instanceof ChordisApiError) error.sentAs = body.id
      throw error
    })
    // An id that was made here cannot have been there before: it was an attempt of ours whose answer was lost.
    return body === request ? submitted : { ...submitted, duplicate: false }
  }

  /** Submits many, a few hundred in each request; answers each in the order of what is given. */
  submitWorkflows(
    requests: Iterable<SubmitRequest> | AsyncIterable<SubmitRequest>,
    options: ManyOptions = {},
  ): AsyncGenerator<ManyAnswer, void, undefined> {
    return submitMany(this.transport, requests, options)
  }

  /** What a canvas would be, without storing it. */
  validateCanvas(request: SubmitRequest, options?: CallOptions): Promise<Schemas['CanvasReport']> {
    return this.post(at('canvas', 'validate'), request, { ...options, repeatable: true })
  }

  /** A part of the list of workflows, the newest first. */
  listWorkflows(query: QueryOf<'listWorkflows'> = {}, options?: CallOptions): Promise<Schemas['WorkflowPage']> {
    return this.get(at('workflows'), query, options)
  }

  /** All of them, page by page. */
  eachWorkflow(query: QueryOf<'listWorkflows'> = {}, options?: CallOptions): AsyncGenerator<WorkflowRow, void, undefined> {
    return this.pages(
      (cursor) => this.listWorkflows({ ...query, ...cursor }, options),
      ({ workflows }) => workflows,
    )
  }

  /** How many workflows there are, by state. */
  countWorkflows(options?: CallOptions): Promise<Schemas['WorkflowCounts']> {
    return this.get(at('workflows', 'counts'), {}, options)
  }

  /** State, counts and times of a workflow. */
  getWorkflow(id: string, options?: CallOptions): Promise<Workflow> {
    return this.get(at('workflows', id), {}, options)
  }

  /** A page of its graph. */
  getGraph(id: string, query: QueryOf<'getGraph'> = {}, options?: CallOptions): Promise<Schemas['Graph']> {
    return this.get(at('workflows', id, 'graph'), query, options)
  }

  /** A part of its task calls, in the order of their definition. */
  listTaskCalls(id: string, query: QueryOf<'listTaskCalls'> = {}, options?: CallOptions): Promise<Schemas['TaskCallPage']> {
    return this.get(at('workflows', id, 'tasks'), query, options)
  }

  /** All of its task calls, page by page. */
  eachTaskCall(
    id: string,
    query: QueryOf<'listTaskCalls'> = {},
    options?: CallOptions,
  ): AsyncGenerator<Schemas['TaskCall'], void, undefined> {
    return this.pages(
      (cursor) => this.listTaskCalls(id, { ...query, ...cursor }, options),
      ({ tasks }) => tasks,
    )
  }

  /** One task call with its result or error. */
  getTaskCall(id: string, task: string, options?: CallOptions): Promise<Schemas['TaskCallResult']> {
    return this.get(at('workflows', id, 'tasks', task), {}, options)
  }

  /** Its outcome; null: there is none within `waitMs` (at most 60,000). */
  async getResult(id: string, { waitMs = 0, ...options }: CallOptions & { waitMs?: number } = {}): Promise<Outcome | null> {
    const call = { method: 'GET', path: at('workflows', id, 'result'), query: { waitMs }, waitMs, ...options } as const
    const answer = await this.transport.send(call)
    const body = (await bodyOf(answer, call)) as Outcome
    return answer.status === 200 ? body : null
  }

  /** Its outcome, however long it takes; end it with a signal. */
  async waitForResult(id: string, options: CallOptions = {}): Promise<Outcome> {
    for (;;) {
      const outcome = await this.getResult(id, { ...options, waitMs: WAIT_MS })
      if (outcome !== null) return outcome
      options.signal?.throwIfAborted()
    }
  }

  /** Its runs. */
  listRuns(id: string, options?: CallOptions): Promise<Schemas['RunList']> {
    return this.get(at('workflows', id, 'runs'), {}, options)
  }

  /** Ends it, or some of its task calls. */
  revokeWorkflow(id: string, body: Schemas['RevokeRequest'] = {}, options?: CallOptions): Promise<Schemas['Changed']> {
    return this.post(at('workflows', id, 'revoke'), body, { ...options, repeatable: true })
  }

  /** Nothing new of it starts. */
  pauseWorkflow(id: string, body: Schemas['PauseRequest'] = {}, options?: CallOptions): Promise<Schemas['Changed']> {
    return this.post(at('workflows', id, 'pause'), body, { ...options, repeatable: true })
  }

  /** It goes on. */
  resumeWorkflow(id: string, options?: CallOptions): Promise<Schemas['Changed']> {
    return this.post(at('workflows', id, 'resume'), undefined, { ...options, repeatable: true })
  }

  /** What waits of it has this priority. */
  setPriority(id: string, body: Schemas['PriorityRequest'], options?: CallOptions): Promise<Schemas['Changed']> {
    return this.post(at('workflows', id, 'priority'), body, { ...options, repeatable: true })
  }

  /** Runs it again from its failures. */
  retryWorkflow(id: string, options?: CallOptions): Promise<Schemas['Reopened']> {
    return this.post(at('workflows', id, 'retry'), undefined, options)
  }

  /** Runs task calls of it again, and what depends on them. */
  rerunWorkflow(id: string, body: Schemas['RerunRequest'], options?: CallOptions): Promise<Schemas['Reopened']> {
    return this.post(at('workflows', id, 'rerun'), body, options)
  }

  /** Removes it; `revoke`: also one that has not ended. */
  deleteWorkflow(id: string, { revoke, ...options }: CallOptions & { revoke?: boolean } = {}): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: at('workflows', id), query: { revoke }, ...options })
  }

  /** Changes many at once; where the answer has a `cursor`, the next call goes on there. */
  changeWorkflows(body: Schemas['BulkRequest'], options?: CallOptions): Promise<Schemas['BulkReport']> {
    return this.post(at('workflows', 'bulk'), body, options)
  }

  // Live

  /** What happens anywhere. Connects again where it stopped; an event `reset` says that something may be missing, and how things stand. */
  followEvents(options: EventOptions = {}): AsyncGenerator<ApiEvent, void, undefined> {
    return events(this.transport, at('events'), options)
  }

  /** The same of a workflow. */
  followWorkflow(id: string, options: EventOptions = {}): AsyncGenerator<ApiEvent, void, undefined> {
    return events(this.transport, at('workflows', id, 'events'), options)
  }

  /** The same of a queue and its tasks. */
  followQueue(queue: string, options: EventOptions = {}): AsyncGenerator<ApiEvent, void, undefined> {
    return events(this.transport, at('queues', queue, 'events'), options)
  }

  // Tasks, queues, workers

  /** A part of the list of tasks. */
  listTasks(query: QueryOf<'listTasks'> = {}, options?: CallOptions): Promise<Schemas['TaskPage']> {
    return this.get(at('tasks'), query, options)
  }

  /** A part of the list of queues. */
  listQueues(query: QueryOf<'listQueues'> = {}, options?: CallOptions): Promise<Schemas['QueuePage']> {
    return this.get(at('queues'), query, options)
  }

  /** One queue. */
  getQueue(queue: string, options?: CallOptions): Promise<Schemas['Queue']> {
    return this.get(at('queues', queue), {}, options)
  }

  /** The tasks that come next in it. */
  peekQueue(queue: string, query: QueryOf<'peekQueue'> = {}, options?: CallOptions): Promise<Schemas['QueuedTasks']> {
    return this.get(at('queues', queue, 'tasks'), query, options)
  }

  /** No worker is given anything of it. */
  pauseQueue(queue: string, body: Schemas['PauseQueueRequest'] = {}, options?: CallOptions): Promise<void> {
    return this.post(at('queues', queue, 'pause'), body, { ...options, repeatable: true })
  }

  /** It goes on. */
  resumeQueue(queue: string, options?: CallOptions): Promise<void> {
    return this.post(at('queues', queue, 'resume'), undefined, { ...options, repeatable: true })
  }

  /** Revokes what waits in it. */
  purgeQueue(queue: string, body: Schemas['PurgeRequest'] = {}, options?: CallOptions): Promise<Schemas['QueueChanged']> {
    return this.post(at('queues', queue, 'purge'), body, options)
  }

  /** Lets what waits in it wait in another one. */
  moveQueue(queue: string, body: Schemas['MoveRequest'], options?: CallOptions): Promise<Schemas['QueueChanged']> {
    return this.post(at('queues', queue, 'move'), body, options)
  }

  /** A part of the list of workers. */
  listWorkers(query: QueryOf<'listWorkers'> = {}, options?: CallOptions): Promise<Schemas['WorkerPage']> {
    return this.get(at('workers'), query, options)
  }

  /** What they run now, as they say. */
  listRunning(query: QueryOf<'listRunning'> = {}, options?: CallOptions): Promise<Schemas['WorkerAnswers']> {
    return this.get(at('workers', 'active'), query, options)
  }

  /** Tells workers to do something, and gathers what they say. */
  commandWorkers(body: Schemas['CommandRequest'], options?: CallOptions): Promise<Schemas['WorkerAnswers']> {
    return this.post(at('workers', 'commands'), body, { ...options, waitMs: body.timeoutMs ?? 3_000 })
  }

  // Schedules

  /** A part of the list of schedules. */
  listSchedules(query: QueryOf<'listSchedules'> = {}, options?: CallOptions): Promise<Schemas['SchedulePage']> {
    return this.get(at('schedules'), query, options)
  }

  /** Makes a schedule, or changes it to what is sent. `onlyNew`: does not change one; `dryRun`: only says what would change. */
  putSchedule(
    id: string,
    body: Schemas['ScheduleRequest'],
    { onlyNew = false, dryRun, ...options }: CallOptions & { onlyNew?: boolean; dryRun?: boolean } = {},
  ): Promise<Schemas['ScheduleChanged']> {
    const headers: Record<string, string> = onlyNew ? { 'if-none-match': '*' } : {}
    return this.transport.json({
      method: 'PUT',
      path: at('schedules', id),
      query: { dryRun },
      body,
      headers,
      repeatable: !onlyNew,
      ...options,
    })
  }

  /** What it is, what comes next, its last runs. */
  getSchedule(id: string, options?: CallOptions): Promise<Schemas['Schedule']> {
    return this.get(at('schedules', id), {}, options)
  }

  /** Removes it; its workflows go on. */
  deleteSchedule(id: string, options?: CallOptions): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: at('schedules', id), ...options })
  }

  /** It does not fire until it is resumed. */
  pauseSchedule(id: string, body: Schemas['PauseRequest'] = {}, options?: CallOptions): Promise<Schemas['ScheduleSwitched']> {
    return this.post(at('schedules', id, 'pause'), body, { ...options, repeatable: true })
  }

  /** It goes on with the next time after now. */
  resumeSchedule(id: string, options?: CallOptions): Promise<Schemas['ScheduleSwitched']> {
    return this.post(at('schedules', id, 'resume'), undefined, { ...options, repeatable: true })
  }

  /** Runs it now; once, however often this call has to be made. */
  triggerSchedule(id: string, body: Schemas['TriggerRequest'] = {}, options?: CallOptions): Promise<Schemas['Triggered']> {
    return this.post(at('schedules', id, 'trigger'), { requestId: newId(), ...body }, { ...options, repeatable: true })
  }

  /** Runs it for times that have passed. A time that was run before is not run again. */
  backfillSchedule(id: string, body: Schemas['BackfillRequest'], options?: CallOptions): Promise<Schemas['Backfilled']> {
    return this.post(at('schedules', id, 'backfill'), body, options)
  }

  /** The times that come next. */
  previewSchedule(id: string, query: QueryOf<'previewSchedule'> = {}, options?: CallOptions): Promise<Schemas['Ticks']> {
    return this.get(at('schedules', id, 'preview'), query, options)
  }

  /** The times of rules that are no schedule yet. */
  previewTiming(body: Schemas['PreviewTimingRequest'], options?: CallOptions): Promise<Schemas['Ticks']> {
    return this.post(at('schedules', 'preview'), body, { ...options, repeatable: true })
  }

  // Dead letters

  /** A part of the list of tasks that failed for good. */
  listDeadLetters(query: QueryOf<'listDeadLetters'> = {}, options?: CallOptions): Promise<Schemas['DeadLetterPage']> {
    return this.get(at('dead-letters'), query, options)
  }

  /** All of them, page by page. */
  eachDeadLetter(query: QueryOf<'listDeadLetters'> = {}, options?: CallOptions): AsyncGenerator<Schemas['DeadLetter'], void, undefined> {
    return this.pages(
      (cursor) => this.listDeadLetters({ ...query, ...cursor }, options),
      ({ letters }) => letters,
    )
  }

  /** One with what it was called with, and how its attempts ended. */
  getDeadLetter(id: string, options?: CallOptions): Promise<Schemas['DeadLetterDetails']> {
    return this.get(at('dead-letters', id), {}, options)
  }

  /** Runs them again. */
  requeueDeadLetters(body: Schemas['ChangeLettersRequest'], options?: CallOptions): Promise<Schemas['DeadLettersChanged']> {
    return this.post(at('dead-letters', 'requeue'), body, options)
  }

  /** They are listed no more. */
  dropDeadLetters(body: Schemas['ChangeLettersRequest'], options?: CallOptions): Promise<Schemas['DeadLettersChanged']> {
    return this.post(at('dead-letters', 'drop'), body, options)
  }

  // API keys, audit log, limits

  /** A part of the list of API keys, the oldest first; without their secrets. */
  listKeys(query: QueryOf<'listKeys'> = {}, options?: CallOptions): Promise<Schemas['KeyPage']> {
    return this.get(at('keys'), query, options)
  }

  /** Makes an API key; its text is in the answer, this once. Not sent again by itself: a key whose text was lost is to be revoked. */
  createKey(body: Schemas['CreateKeyRequest'], options?: CallOptions): Promise<Schemas['NewKey']> {
    return this.post(at('keys'), body, options)
  }

  /** One without its secret. */
  getKey(id: string, options?: CallOptions): Promise<Schemas['Key']> {
    return this.get(at('keys', id), {}, options)
  }

  /** Gives it another secret; the old one works for a while. Not sent again by itself: the secret of the first time would lose its grace. */
  rotateKey(id: string, body: Schemas['RotateKeyRequest'] = {}, options?: CallOptions): Promise<Schemas['NewKey']> {
    return this.post(at('keys', id, 'rotate'), body, options)
  }

  /** Ends it: every service refuses it within 5 seconds. */
  revokeKey(id: string, options?: CallOptions): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: at('keys', id), ...options })
  }

  /** A part of the audit log, the newest first. It may be short, or empty, and not be the last: `cursor` says so. */
  listAudit(query: QueryOf<'listAudit'> = {}, options?: CallOptions): Promise<Schemas['AuditPage']> {
    return this.get(at('audit'), query, options)
  }

  /** All entries that are meant, page by page. */
  eachAuditEntry(query: QueryOf<'listAudit'> = {}, options?: CallOptions): AsyncGenerator<Schemas['AuditEntry'], void, undefined> {
    return this.pages(
      (cursor) => this.listAudit({ ...query, ...cursor }, options),
      ({ entries }) => entries,
    )
  }

  // Webhooks

  /** Where the ends of workflows are told, part by part; `not-enabled` where the service has no webhooks. */
  listWebhooks(query: QueryOf<'listWebhooks'> = {}, options?: CallOptions): Promise<Schemas['WebhookPage']> {
    return this.get(at('webhooks'), query, options)
  }

  /** Tells the ends of workflows to a URL. The answer has the secret that signs, which is shown this once. */
  createWebhook(body: Schemas['WebhookRequest'], options?: CallOptions): Promise<Schemas['NewWebhook']> {
    return this.post(at('webhooks'), body, options)
  }

  /** An endpoint, without its secret. */
  getWebhook(id: string, options?: CallOptions): Promise<Schemas['Webhook']> {
    return this.get(at('webhooks', id), {}, options)
  }

  /** Changes what is given of an endpoint. */
  updateWebhook(id: string, body: Schemas['WebhookChangeRequest'], options?: CallOptions): Promise<Schemas['Webhook']> {
    return this.transport.json({ method: 'PATCH', path: at('webhooks', id), body, ...options })
  }

  /** Removes an endpoint with its deliveries. */
  deleteWebhook(id: string, options?: CallOptions): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: at('webhooks', id), ...options })
  }

  /** Gives an endpoint another secret; for a while both sign. */
  rotateWebhookSecret(id: string, body: Schemas['RotateSecretRequest'] = {}, options?: CallOptions): Promise<Schemas['NewWebhook']> {
    return this.post(at('webhooks', id, 'rotate-secret'), body, options)
  }

  /** Sends an endpoint a ping. */
  testWebhook(id: string, options?: CallOptions): Promise<Schemas['WebhookTest']> {
    return this.post(at('webhooks', id, 'test'), undefined, options)
  }

  /** What waits for an endpoint, or was given up, part by part. */
  listWebhookDeliveries(
    id: string,
    query: QueryOf<'listWebhookDeliveries'> = {},
    options?: CallOptions,
  ): Promise<Schemas['WebhookDeliveryPage']> {
    return this.get(at('webhooks', id, 'deliveries'), query, options)
  }

  /** Sends a delivery again, now, under its id. */
  redeliverWebhook(id: string, delivery: string, options?: CallOptions): Promise<void> {
    return this.post(at('webhooks', id, 'deliveries', delivery, 'redeliver'), undefined, options)
  }

  /** What the service refuses. */
  getLimits(options?: CallOptions): Promise<Schemas['Limits']> {
    return this.get(at('limits'), {}, options)
  }

  private get<T>(path: string, query: object, options: CallOptions = {}): Promise<T> {
    return this.transport.json({ method: 'GET', path, query: words(query), ...options })
  }

  private post<T>(path: string, body: unknown, options: Omit<Call, 'method' | 'path'> = {}): Promise<T> {
    return this.transport.json({ method: 'POST', path, body, ...options })
  }

  private async *pages<P extends Page, T>(
    read: (cursor: { cursor?: string }) => Promise<P>,
    rowsOf: (page: P) => readonly T[],
  ): AsyncGenerator<T, void, undefined> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: P = await read(cursor === undefined ? {} : { cursor })
      yield* rowsOf(page)
      cursor = page.cursor
    }
  }
}
