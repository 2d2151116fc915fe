/** Answers about workflows. */
import {
  type GraphView,
  type GraphViewEdge,
  type GraphViewNode,
  NODE_STATES,
  type NodeResult,
  type Outcome,
  RUN_KINDS,
  type RunView,
  type ScheduledBy,
  type TaskPage,
  type TaskView,
  type WorkflowCounts,
  type WorkflowPage,
  type WorkflowRow,
  type WorkflowStatus,
  type WorkflowSummary,
} from '../../../engine/index.js'
import type { BulkReport } from '../../operations/bulk.operations.js'
import type { Shown } from '../../operations/redact.js'
import type { Changed, Pending, Reopened, Submitted, Validated } from '../../operations/workflows.operations.js'
import {
  choice,
  constant,
  type Described,
  type FieldsOf,
  flag,
  instant,
  json,
  listOf,
  mapOf,
  ms,
  name,
  nullable,
  object,
  oneOf,
  optional,
  text,
  whole,
} from '../schema.js'
import { cursor, hidden, queueName, scheduleId, WORKFLOW_ID, wireError, workflowId, workflowState } from './common.js'

export const submitted = name(
  'Submitted',
  object<Submitted>({ id: workflowId, state: workflowState, duplicate: flag('It was there already under this id or key', false) }),
)

const refusedLine = object<{ line: number; problem: unknown }>({
  line: whole('Number of the line, from 1', 2),
  problem: {
    schema: { $ref: '#/components/schemas/Problem' },
    example: {
      type: 'urn:chordis:problem:canvas-invalid',
      title: 'The canvas is not valid',
      status: 400,
      code: 'canvas-invalid',
      detail: 'canvas: is missing',
      path: 'canvas',
    },
  },
})
const acceptedLine = object<Submitted & { line: number }>({
  line: whole('Number of the line, from 1', 1),
  ...{ id: workflowId, state: workflowState, duplicate: flag('It was there already under this id or key', false) },
})
export const submittedLine = name('SubmittedLine', oneOf([acceptedLine, refusedLine], 'What became of a line'))

const at = (what: string) => nullable(instant(what))
const counts = object<WorkflowSummary['counts']>(
  {
    total: whole('All', 3),
    success: whole('Ended SUCCESS', 3),
    failure: whole('Ended FAILURE', 0),
    revoked: whole('Ended REVOKED', 0),
    skipped: whole('Never ran, because something before them failed', 0),
    remaining: whole('Have not ended', 0),
  },
  'Task calls by how they ended, callbacks included',
)
const summary: FieldsOf<WorkflowSummary> = {
  id: workflowId,
  name: optional(text('For people', 'the nightly report')),
  tags: listOf(text('A tag', 'reports')),
  tenant: text('Whose it is; `-`: nobody’s', '-'),
  partition: whole('Where it is stored', 0),
  state: workflowState,
  run: whole('1 at first; a retry or rerun opens the next one', 1),
  ended: flag('Every task call is over, callbacks included'),
  counts,
  createdAt: instant('When it was accepted'),
  startedAt: at('When its first attempt started'),
  outcomeAt: at('When its outcome was there'),
  endedAt: at('When its last task ended'),
}

const scheduledBy = object<ScheduledBy>({
  id: scheduleId,
  kind: choice(RUN_KINDS, 'Why it was submitted'),
  nominalTime: instant('The time for which it is'),
  latenessMs: ms('How much later than it was due', 12),
})
export const workflowStatus = name(
  'Workflow',
  object<WorkflowStatus>({
    ...summary,
    parentId: optional(text('The workflow whose task started it', WORKFLOW_ID)),
    rootId: text('The first ancestor; its own id when no workflow started it', WORKFLOW_ID),
    children: whole('Workflows that its tasks started', 0),
    schedule: optional(scheduledBy),
    paused: optional(
      object<{ since: number; reason: string | null }>(
        { since: instant('Since when'), reason: nullable(text('Why', 'the target is down')) },
        'Nothing new of it starts; absent unless it is paused',
      ),
    ),
  }),
)

export const workflowRow = name(
  'WorkflowRow',
  object<WorkflowRow>({
    ...summary,
    task: nullable(text('Of a workflow that is a single call without options, its task', 'pages.fetch')),
    paused: flag('Nothing of it is started until it is resumed', false),
  }),
)
export const workflowPage = name('WorkflowPage', object<WorkflowPage>({ workflows: listOf(workflowRow), cursor }))

const many = (state: string) => whole(`In the state ${state}`, 4)
export const workflowCounts = name(
  'WorkflowCounts',
  object<WorkflowCounts>({
    ...{ PENDING: many('PENDING'), STARTED: many('STARTED'), SUCCESS: many('SUCCESS'), FAILURE: many('FAILURE'), REVOKED: many('REVOKED') },
    total: whole('All', 20),
  }),
)

const viewNode = object<GraphViewNode>({
  id: text('The task’s id; of many alike, an id to ask for them with (`?of=t3`)', '0'),
  task: nullable(text('Null: a point where several meet, which no worker runs', 'pages.fetch')),
  queue: optional(queueName),
  count: whole('How many task calls it stands for', 1),
  states: mapOf(whole('How many', 1), `How many of them are in which state: ${NODE_STATES.join(', ')}`, 'SUCCESS'),
  parent: optional(text('The task call that added it while it ran', '0')),
  path: optional(text('Where in the canvas it was written; of a check only', 'canvas.chain[0]')),
})
const viewEdge = object<GraphViewEdge>({
  from: text('A task', '0'),
  to: text('What comes after it', '1'),
  when: choice(['success', 'failure'], 'After what'),
})
const graphFields: FieldsOf<GraphView> = {
  nodes: listOf(viewNode),
  edges: listOf(viewEdge, 'From the nodes of this page'),
  cursor: nullable(text('Where the next page begins; null at the end', '500'), true),
}
export const graphView = name('Graph', object<GraphView>(graphFields))

export const validated = name(
  'CanvasReport',
  object<Validated>({
    valid: constant(true, 'A canvas that is not is a problem'),
    total: whole('Task calls, callbacks included', 1),
    tasks: mapOf(whole('Calls', 1), 'Calls by task', 'pages.fetch'),
    queues: mapOf(whole('Calls', 1), 'Calls by queue', 'default'),
    graph: object<GraphView>(graphFields),
    unknownTasks: listOf(text('A task that no worker knows now', 'pages.fetch')),
  }),
)

const taskFields: FieldsOf<TaskView> = {
  id: text('Within its workflow: `17`, or `17/0` for what task 17 added', '0'),
  taskId: optional(text('The id that its signature was given', 'first')),
  task: text('Name of the task', 'pages.fetch'),
  state: text(`${NODE_STATES.join(', ')}; while it runs, what it calls its state`, 'SUCCESS'),
  attempts: whole('Attempts so far', 1),
  info: optional(json('What the running task says of itself', { current: 2, total: 3 })),
  child: optional(text('The child workflow that it waits for', WORKFLOW_ID)),
}
export const taskView = name('TaskCall', object<Shown<TaskView>>({ ...taskFields, hidden }))
export const taskPage = name(
  'TaskCallPage',
  object<TaskPage>({ tasks: listOf(taskView), cursor: nullable(text('Where the next part begins; null at the end', '1.0'), true) }),
)
export const nodeResult = name(
  'TaskCallResult',
  object<Shown<NodeResult>>({
    ...taskFields,
    result: optional(json('What it returned', 200)),
    error: optional(wireError),
    ignored: optional({ schema: { const: true, description: 'The result was not kept' }, example: true }),
    hidden,
  }),
)

const state = (value: string): Described & { optional?: never } => constant(value, 'How it ended')
type Success = Shown<Extract<Outcome, { state: 'SUCCESS' }>>
const nested: Described & { optional?: never } = {
  schema: { $ref: '#/components/schemas/Outcome' },
  example: { state: 'SUCCESS', result: 2 },
}
export const outcome = name(
  'Outcome',
  oneOf(
    [
      object<Success>({
        state: state('SUCCESS'),
        result: json('What the workflow returned', { pages: 45 }),
        ignored: optional({ schema: { const: true, description: 'It was not kept' }, example: true }),
        hidden,
      } as FieldsOf<Success>),
      object<{ state: 'FAILURE'; error: unknown; hidden?: true }>({ state: state('FAILURE'), error: wireError, hidden }),
      object<{ state: 'REVOKED'; error?: unknown; hidden?: true }>({ state: state('REVOKED'), error: optional(wireError), hidden }),
      object<{ state: 'GROUP'; results: unknown; hidden?: true }>({ state: state('GROUP'), results: listOf(nested), hidden }),
      object<{ state: 'SKIPPED' }>({ state: state('SKIPPED') }),
    ],
    'What a workflow came to. One that ended in a group has an outcome for each member.',
  ),
  { state: 'SUCCESS', result: { pages: 45 } },
)
export const pending = name('Pending', object<Pending>({ id: workflowId, state: workflowState }), { id: WORKFLOW_ID, state: 'STARTED' })

const run = object<RunView>({
  run: whole('From 1', 1),
  opened: choice(['submit', 'retry', 'rerun'], 'What opened it'),
  tasks: optional(listOf(text('A task that was run again', '3'))),
  state: workflowState,
  openedAt: instant('When it was opened'),
  startedAt: at('When its first attempt started'),
  endedAt: at('When its last task ended'),
  counts: object<RunView['counts']>({
    ...{ success: whole('Ended SUCCESS', 3), failure: whole('Ended FAILURE', 0), revoked: whole('Ended REVOKED', 0) },
    ...{ skipped: whole('Never ran', 0), remaining: whole('Have not ended', 0) },
  }),
})
export const runList = name('RunList', object<{ runs: RunView[] }>({ runs: listOf(run, 'The first one first') }))

export const changed = name(
  'Changed',
  object<Changed>({ id: workflowId, changed: flag('False: it had ended, or there was nothing to do') }),
)
export const reopened = name(
  'Reopened',
  object<Reopened>({ id: workflowId, run: nullable(whole('The run that was opened; null: nothing had failed', 2)) }),
)
export const bulkReport = name(
  'BulkReport',
  object<BulkReport>({
    matched: whole('Those that were meant', 20),
    changed: whole('Those that were changed', 20),
    failures: listOf(
      object<BulkReport['failures'][number]>({
        id: workflowId,
        code: text('Why', 'not-found'),
        message: text('Why, for people', 'there is no workflow x'),
      }),
      'The first 100',
    ),
    failed: whole('Those that could not be changed', 1),
    cursor: nullable(text('Where the next call goes on; null: all are done', '1767225600000:00-7k2m9q4r8s1t5v3w6x0y'), true),
  }),
)
