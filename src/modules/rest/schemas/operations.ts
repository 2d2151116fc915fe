/** Answers about tasks, queues, workers, schedules and dead letters. */
import {
  type AttemptError,
  type BackfillReport,
  type DeadLetter,
  type DeadLetterChange,
  type DeadLetterDetails,
  type KnownTask,
  OVERLAP_POLICIES,
  type PreviewTick,
  type Processed,
  type QueuedTask,
  type QueuePause,
  type QueueView,
  RUN_KINDS,
  type RunName,
  type RunningAttempt,
  type ScheduleDifference,
  type SchedulePause,
  type ScheduleRun,
  type ScheduleView,
  type TriggerAnswer,
  type WorkerName,
  type WorkerView,
} from '../../../engine/index.js'
import type { Shown } from '../../operations/redact.js'
import type { Limits } from '../limits/limits.js'
import {
  choice,
  type FieldsOf,
  flag,
  instant,
  json,
  listOf,
  mapOf,
  ms,
  name,
  nullable,
  number,
  object,
  optional,
  text,
  whole,
} from '../schema.js'
import { cursor, hidden, letterId, queueName, scheduleId, WORKFLOW_ID, wireError, workflowId } from './common.js'

const taskName = text('Name of a task', 'pages.fetch')
const pageCursor = nullable(text('Where the next part begins; null at the end', 'ZGVmYXVsdA'), true)

const knownTask = object<KnownTask>({
  name: taskName,
  workers: whole('Processes that registered it and are not given up for dead', 2),
  queues: listOf(queueName, 'Queues that these serve'),
  parked: whole('Calls that wait for a worker that knows it', 0),
  arguments: optional({
    schema: {
      type: 'object',
      properties: {
        args: { type: 'array', items: { type: ['object', 'null'] }, description: 'By position; null: anything' },
        kwargs: { type: 'object', description: 'The keyword arguments, as one object' },
      },
      description: 'What it is called with, as JSON Schema (2020-12), where its worker can say so',
    },
    example: { args: [{ type: 'string', format: 'uri' }], kwargs: { type: 'object' } },
  }),
})
export const knownTasks = name(
  'TaskPage',
  object<{ tasks: KnownTask[]; cursor: string | null }>({ tasks: listOf(knownTask), cursor: pageCursor }),
)

const pause = object<QueuePause>({
  by: nullable(text('Who paused it', 'key:3f2a')),
  reason: nullable(text('Why', 'the target is down')),
  since: nullable(instant('Since when; null: the server has forgotten')),
})
export const queue = name(
  'Queue',
  object<QueueView>({
    name: queueName,
    ready: whole('Tasks that wait for a worker', 12),
    byPriority: mapOf(whole('Tasks', 12), 'The same by priority, 0 (the most urgent) to 9', '5'),
    exact: flag('False: a list was too long to be counted'),
    parked: whole('Tasks that no worker knows', 0),
    paused: nullable(pause, true),
    workers: whole('Workers that serve it and are alive', 2),
  }),
)
export const queuePage = name(
  'QueuePage',
  object<{ queues: QueueView[]; cursor: string | null }>({ queues: listOf(queue), cursor: pageCursor }),
)
export const queuedTasks = name(
  'QueuedTasks',
  object<{ tasks: QueuedTask[] }>({
    tasks: listOf(
      object<QueuedTask>({
        id: text('`<workflow>:<task>`', `${WORKFLOW_ID}:0`),
        task: taskName,
        priority: whole('0 (the most urgent) to 9', 5),
        run: whole('Of its workflow', 1),
        submittedAt: instant('When its workflow was submitted'),
        args: optional({
          schema: { type: 'array', items: {}, description: 'What it is called with; when asked for' },
          example: ['https://example.org/'],
        }),
        kwargs: optional(mapOf(json('A value'), 'The same by name', 'timeout')),
      }),
    ),
  }),
)
export const queueChanged = name(
  'QueueChanged',
  object<{ tasks: number }>({ tasks: whole('Tasks that were met; of a dry run, those that would be', 12) }),
)

const workerNames: FieldsOf<WorkerName> = {
  id: text('New at every start', 'w1-4k2m9q'),
  name: text('May be shared', 'mail@host-1'),
  host: text('Where it runs', 'host-1'),
  pid: whole('Its process', 4711),
  alive: flag('False: silent for a whole lease'),
}
const running = object<RunningAttempt>({
  id: text('`<workflow>:<task>`', `${WORKFLOW_ID}:0`),
  task: taskName,
  attempt: whole('From 1', 1),
  runningMs: ms('How long it runs'),
})
export const worker = name(
  'Worker',
  object<WorkerView>({
    ...workerNames,
    version: text('Of Chordis', '0.1.0'),
    node: text('Of Node', '20.20.0'),
    queues: listOf(queueName),
    pool: text('How handlers run', 'inline'),
    tasks: whole('Tasks that it knows', 7),
    leaseMs: ms('Silent for so long, it is dead', 6_000),
    state: choice(['running', 'quiet', 'stopping', 'dead'], 'What it does'),
    slots: whole('Attempts that may run at the same time', 100),
    running: whole('Attempts whose handlers run', 3),
    reserved: whole('Attempts that were granted and have not started', 0),
    oldest: listOf(running, 'Those that run longest'),
    loopLagMs: number('How late its event loop was, ms'),
    cpuPercent: number('Of one core'),
    rssBytes: whole('Memory, bytes', 90_000_000),
    heapUsedBytes: whole('Heap, bytes', 30_000_000),
    uptimeMs: ms('Since it started', 60_000),
    processed: object<Processed>({
      ...{ succeeded: whole('Attempts', 90), failed: whole('Attempts', 1), retried: whole('Attempts', 2), replaced: whole('Attempts', 0) },
      ...{ givenBack: whole('Attempts', 0), lost: whole('Others had taken them by then', 0) },
    }),
    startedAt: instant('When it started'),
    heartbeatAgeMs: ms('Since it was heard last', 800),
    sampleAgeMs: nullable(ms('Since it said how it is; null: not yet', 900)),
  }),
)
export const workerPage = name(
  'WorkerPage',
  object<{ workers: WorkerView[]; cursor: string | null }>({ workers: listOf(worker), cursor: pageCursor }),
)

const who = object<WorkerName>(workerNames)
export const gathered = name(
  'WorkerAnswers',
  object<{ answers: unknown; refused: unknown; unanswered: unknown }>({
    answers: listOf(
      object<{ worker: unknown; value: unknown; ms: number }>({
        worker: who,
        value: json('What it said', 'pong'),
        ms: number('How long it took, ms'),
      }),
      'Those that did it',
    ),
    refused: listOf(
      object<{ worker: unknown; error: unknown }>({
        worker: who,
        error: object<{ code: string; message: string }>({
          code: text('Why', 'request-invalid'),
          message: text('Why, for people', 'it has one slot'),
        }),
      }),
      'Those that would not, and why',
    ),
    unanswered: listOf(who, 'Those that said nothing in time'),
  }),
)

const runName: FieldsOf<RunName> = {
  kind: choice(RUN_KINDS, 'Why it was submitted'),
  nominalTime: instant('The time for which it is'),
  token: optional(text('Of a trigger: what tells two of the same instant apart', '9f2c4a7be01d3356')),
}
const timing = {
  schema: { type: 'object', description: '`rules`, `except`, `timeZone`, `start`, `end`: docs/guides/schedules.md' },
  example: { rules: [{ cron: '0 3 * * *' }], timeZone: 'UTC' },
}
export const schedule = name(
  'Schedule',
  object<Shown<ScheduleView>>({
    id: scheduleId,
    tenant: text('Whose it is; `-`: nobody’s', '-'),
    timing,
    canvas: json('What it submits', { task: 'report.make' }),
    submit: {
      schema: { type: 'object', description: 'How: `name`, `tags`, `retentionMs`, `timeoutMs`, `onFailure`, `limits`' },
      example: { tags: ['reports'] },
    },
    overlap: choice(OVERLAP_POLICIES, 'What becomes of a run that is due while an earlier one goes on'),
    catchUp: {
      schema: { type: 'object', description: '`mode`, `windowMs`, `max`: what becomes of ticks that no beat fired in time' },
      example: { mode: 'latest', windowMs: 600_000, max: 100 },
    },
    jitterMs: ms('Each tick fires up to so much later', 0),
    maxRuns: whole('How many ticks fire in all; 0: no limit', 0),
    pauseOnFailure: flag('A run that fails pauses it', false),
    note: optional(text('For people', 'asked for by the accountants')),
    source: optional(text('Who declared it', 'billing')),
    description: text('When it is due, in words', 'at 03:00 every day (UTC)'),
    next: nullable(instant('Its next nominal time; null: none, or it is paused')),
    nextDue: nullable(instant('When that fires')),
    paused: nullable(
      object<SchedulePause>({
        by: choice(['user', 'failure'], 'Who paused it'),
        at: instant('When'),
        reason: optional(text('Why', 'the target is down')),
        workflow: optional(text('The workflow that failed', WORKFLOW_ID)),
      }),
      true,
    ),
    running: listOf(workflowId, 'Its workflows that run: the last 100'),
    waiting: listOf(object<RunName>(runName), 'Runs that wait until they have ended'),
    runs: listOf(
      object<ScheduleRun>({
        ...runName,
        workflow: workflowId,
        firedAt: instant('When'),
        latenessMs: ms('How much later than it was due', 12),
      }),
      'Its last 10 runs, the newest first',
    ),
    counts: object<ScheduleView['counts']>({
      ...{ fired: whole('Workflows submitted', 41), skipped: whole('Runs left out because an earlier one went on', 0) },
      missed: whole('Ticks too late to be fired', 0),
    }),
    hidden,
  }),
)
export const schedulePage = name(
  'SchedulePage',
  object<{ schedules: unknown; cursor: string | null }>({
    schedules: listOf(schedule),
    cursor: nullable(text('Where the next part begins; null at the end', '-:nightly'), true),
  }),
)
const difference: FieldsOf<ScheduleDifference> = {
  outcome: choice(['created', 'changed', 'unchanged'], 'What became of it'),
  changed: listOf(text('An option that differs from before', 'timing')),
}
export const scheduleChanged = name(
  'ScheduleChanged',
  object<ScheduleDifference & { schedule?: unknown }>(
    { ...difference, schedule: optional(schedule) },
    '`schedule` is absent from a dry run',
  ),
)
export const scheduleSwitched = name(
  'ScheduleSwitched',
  object<{ id: string; changed: boolean }>({ id: scheduleId, changed: flag('False: it was so before') }),
)
export const triggered = name(
  'Triggered',
  object<TriggerAnswer>({
    outcome: choice(
      ['fired', 'known', 'waiting', 'skipped'],
      '`known`: this request was made before; `waiting`, `skipped`: an earlier run goes on',
    ),
    workflow: workflowId,
  }),
)
export const backfilled = name(
  'Backfilled',
  object<BackfillReport>({
    times: listOf(instant('A time that was meant')),
    ...{ fired: whole('Submitted', 1), waiting: whole('They start when earlier runs have ended', 0) },
    ...{ known: whole('Had been fired before', 0), skipped: whole('Left out by the overlap policy', 0) },
  }),
)
export const ticks = name(
  'Ticks',
  object<{ ticks: PreviewTick[] }>({
    ticks: listOf(
      object<PreviewTick>({
        time: instant('When'),
        utc: text('The same, ISO 8601', '2026-01-01T00:00:00.000Z'),
        local: text('The same in the schedule’s zone', '2026-01-01T01:00:00+01:00'),
      }),
    ),
  }),
)

const letterFields: FieldsOf<DeadLetter> = {
  id: letterId,
  task: taskName,
  queue: queueName,
  workflow: workflowId,
  tenant: text('Whose it is', '-'),
  error: wireError,
  attempts: whole('Attempts that it had', 3),
  failedAt: nullable(instant('When the last one failed')),
}
export const letter = name('DeadLetter', object<Shown<DeadLetter>>({ ...letterFields, hidden }))
export const letterDetails = name(
  'DeadLetterDetails',
  object<Shown<DeadLetterDetails>>({
    ...letterFields,
    args: { schema: { type: 'array', items: {}, description: 'What it was called with' }, example: ['https://example.org/'] },
    kwargs: mapOf(json('A value', 30), 'The same by name', 'timeout'),
    errors: listOf(
      object<AttemptError>({ attempt: whole('From 1', 1), at: instant('When'), error: nullable(wireError) }),
      'Of the attempts before the last one: the first and the last four',
    ),
    hidden,
  }),
)
export const letterPage = name('DeadLetterPage', object<{ letters: unknown; cursor: string | null }>({ letters: listOf(letter), cursor }))
export const lettersChanged = name(
  'DeadLettersChanged',
  object<DeadLetterChange>({
    matched: whole('Those that were meant', 2),
    changed: whole('Those that were changed', 2),
    ids: listOf(letterId, 'Of those that were meant, the first 1,000'),
  }),
)

export const limits = name(
  'Limits',
  object<Limits>({
    bodyBytes: whole('A request body, bytes', 4_194_304),
    lineBytes: whole('A line of NDJSON, bytes; their number has no limit', 4_194_304),
    nodes: whole('Task calls of one canvas', 100_000),
    depth: whole('Canvas in canvas', 64),
    jsonDepth: whole('Arrays and objects in one another', 512),
    members: whole('Members of one group, of one chord’s header, parts of one graph', 100_000),
    payloadBytes: whole('The arguments of one call as JSON, bytes', 4_194_304),
    page: whole('The longest part of a list', 1_000),
    waitMs: ms('Longest wait of a request', 60_000),
    bulkIds: whole('Ids of one bulk change', 1_000),
    idempotencyKeyMs: ms('How long an Idempotency-Key is known', 86_400_000),
  }),
)
