/** The enumerations of the schema: lists of the engine under their names. */
import { registerEnumType } from '@nestjs/graphql'
import { CATCH_UP_MODES, END_STATES, NODE_STATES, OVERLAP_POLICIES, RUN_KINDS } from '../../../engine/index.js'
import { BULK_ACTIONS } from '../../operations/bulk.operations.js'

/** Registers a list of names as an enumeration; answers what stands for it in `@Field(() => …)`. */
function enumOf<T extends string>(name: string, values: readonly T[], description: string): { [value in T]: T } {
  const named = Object.fromEntries(values.map((value) => [value, value])) as { [value in T]: T }
  registerEnumType(named, { name, description })
  return named
}

export const WorkflowStateEnum = enumOf(
  'WorkflowState',
  NODE_STATES.filter((state) => state !== 'SKIPPED'),
  'State of a workflow: that of its output. Workflows are never SKIPPED.',
)
export const NodeStateEnum = enumOf('NodeState', NODE_STATES, 'State of a task call, in Celery’s words; SKIPPED: it never ran.')
export const OutcomeStateEnum = enumOf(
  'OutcomeState',
  ['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED', 'GROUP'],
  'How it ended. GROUP: the canvas ends in a group, with an outcome per member.',
)
export const FailurePolicyEnum = enumOf('WorkflowFailurePolicy', ['fail', 'cancel'], 'cancel: the first failure ends all that is open.')
export const EdgeConditionEnum = enumOf('EdgeCondition', ['success', 'failure'], 'failure: an error callback.')
export const RunOpenerEnum = enumOf('RunOpener', ['submit', 'retry', 'rerun'], 'What opened a run of a workflow.')
export const BulkActionEnum = enumOf('BulkAction', BULK_ACTIONS, 'What may be done with many workflows.')
export const OverlapPolicyEnum = enumOf(
  'OverlapPolicy',
  OVERLAP_POLICIES,
  'What becomes of a run that is due while an earlier one goes on.',
)
export const CatchUpModeEnum = enumOf('CatchUpMode', CATCH_UP_MODES, 'What becomes of times that nobody fired: none, the latest, or all.')
export const RunKindEnum = enumOf('ScheduleRunKind', RUN_KINDS, 'Why a schedule submitted: its time, a backfill, or somebody asked.')
export const ScheduleOutcomeEnum = enumOf('ScheduleOutcome', ['created', 'changed', 'unchanged'], 'What an upsert did, or would do.')
export const TriggerOutcomeEnum = enumOf(
  'TriggerOutcome',
  ['fired', 'known', 'waiting', 'skipped'],
  'known: this request had been made before; waiting, skipped: an earlier run goes on.',
)
export const PausedByEnum = enumOf(
  'SchedulePausedBy',
  ['user', 'failure'],
  'failure: a run failed, and the schedule wanted to be paused then.',
)
export const WorkerStateEnum = enumOf('WorkerState', ['running', 'quiet', 'stopping', 'dead'], 'dead: silent for a whole lease.')
export const ShutdownModeEnum = enumOf(
  'ShutdownMode',
  ['warm', 'cold'],
  'warm: what runs may end in its grace time; cold: it is given back.',
)

export const EndStateEnum = enumOf('WorkflowEndState', END_STATES, 'How a workflow ended.')
export const AttemptOutcomeEnum = enumOf(
  'WebhookAttemptOutcome',
  ['delivered', 'failed', 'dead', 'gone'],
  'failed: it is tried again; dead: it was the last attempt; gone: the receiver answered 410.',
)
export const DisabledReasonEnum = enumOf(
  'WebhookDisabledReason',
  ['manual', 'failing', 'gone'],
  'failing: too many deliveries in a row were given up; gone: it answered 410.',
)
export const DeliveryStateEnum = enumOf('WebhookDeliveryState', ['waiting', 'sending', 'dead'], 'dead: it was given up.')

/** Commands by their names in GraphQL, which have no hyphens. */
export const WorkerCommandEnum = {
  ...{ ping: 'ping', stats: 'stats', quiet: 'quiet', resume: 'resume', active: 'active', reserved: 'reserved' },
  ...{ grow: 'grow', shrink: 'shrink', addConsumer: 'add-consumer', cancelConsumer: 'cancel-consumer', shutdown: 'shutdown' },
} as const
registerEnumType(WorkerCommandEnum, { name: 'WorkerCommandType', description: 'What a worker can be told.' })
