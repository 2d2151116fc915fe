/**
 * The engine: canvases, client and worker, without a framework. (Its only door: `node:*`, ioredis and a few libraries behind it.)
 *
 * @module chordis
 */
export type { BackfillOptions, BackfillReport } from './beat/backfill.js'
export { Beat, type BeatOptions } from './beat/beat.js'
export { type CeleryScheduleOptions, isCelerySchedule, readCelerySchedule } from './beat/celery-schedule.js'
export type { ClaimOptions, Claims } from './beat/claims.js'
export {
  CATCH_UP_MODES,
  type CatchUp,
  type CatchUpMode,
  ON_TIME_MS,
  type Schedule,
  type ScheduleDefinition,
  type ScheduledSubmit,
} from './beat/definition.js'
export { localTime, type PreviewTick, preview as previewTiming } from './beat/preview.js'
export { type BeatStatistics, type Fired, LATENESS_CLASSES_MS } from './beat/stats.js'
export { checkSchedule } from './beat/submissions.js'
export * from './beat/timing/index.js'
export * from './canvas/index.js'
export * from './chordis.js'
export { apiKeyIdOf, hashApiKey } from './client/api-key-text.js'
export type { ApiKeys, FoundApiKey, NewApiKey } from './client/api-keys.js'
export { type AuditEntry, type AuditFilter, type AuditLog, type AuditPage, type AuditRecord, MOST_APPENDED } from './client/audit-log.js'
export { Client, type ClientOptions, type ConnectionOptions } from './client/client.js'
export { type ControlOptions, type Gathered, WorkerControl, type WorkerName } from './client/control.js'
export { behindDeadLetter, behindSchedule, behindWorkflow } from './client/cursors.js'
export type { DeadLetter, DeadLetterDetails, DeadLetterFilter } from './client/dead-letter.js'
export type { DeadLetterChange, DeadLetterPage, DeadLetters } from './client/dead-letters.js'
export type { Events, FollowOptions, SubscribeOptions } from './client/events/events.js'
export type { EventFilter } from './client/events/filter.js'
export { FrameQueue } from './client/events/follow.js'
export type { EventFrame, EventReset, ResetReason } from './client/events/frame.js'
export type { EventSink, Subscription } from './client/events/subscription.js'
export { plainValue, TaskFailedError, WorkflowFailedError } from './client/failures.js'
export { WorkflowHandle } from './client/handle.js'
export type { QueueDepth, QueueDepths, QueuedTask, QueueView } from './client/queue-view.js'
export type { QueueChangeOptions, QueueLeft, Queues } from './client/queues.js'
export { MOST_COUNTED, type Rates } from './client/rates.js'
export type { SchedulePause, ScheduleView } from './client/schedule-view.js'
export type { ScheduleChanged, ScheduleDifference, ScheduleOf, SchedulePage, Schedules, TriggerAnswer } from './client/schedules.js'
export type { WorkflowStatus, WorkflowSummary } from './client/status.js'
export type { SubmitOptions } from './client/submission.js'
export { type Arrival, type MemberOutcome, TaskGroup } from './client/task-group.js'
export { type AsyncResult, type AttemptError, TaskHandle } from './client/task-handle.js'
export { type CanvasCall, type CanvasReport, canvasCalls, type ValidateOptions, validateCanvas } from './client/validate.js'
export type { NewWebhook, WebhookDeliveryPage, Webhooks } from './client/webhooks.js'
export type { WorkflowClient } from './client/workflow-client.js'
export { WORKFLOW_STATES, type WorkflowFilter } from './client/workflow-filter.js'
export type { RevokedMany, RevokeManyOptions, WorkflowCounts, WorkflowPage, WorkflowRow, Workflows } from './client/workflows.js'
export type { ChangedCall } from './control/rerun.js'
export type { RunView } from './control/runs.js'
export type { RevokeOptions } from './control/workflow-control.js'
export { given } from './given.js'
export type { DoctorOptions, DoctorProgress, DoctorReport } from './maintenance/doctor/doctor.js'
export { FINDING_RULES, type Finding, type FindingCode } from './maintenance/doctor/findings.js'
export type { ApiKeyOptions, ApiKeyView } from './protocol/api-keys.js'
export { CANCEL_POLICIES, type CancelPolicy } from './protocol/children.js'
export {
  type AttemptList,
  checkCommand,
  type HeldAttempt,
  type RunningAttempt,
  SHUTDOWN_MODES,
  type ShutdownMode,
  type WorkerCommand,
} from './protocol/control.js'
export { ChordisError, ERROR_RULES, type ErrorCode, nullIf, type WireError } from './protocol/errors.js'
export {
  EVENT_LEVELS,
  type EventLevel,
  type LoggedEvent,
  type LoggedEventType,
  type LoggedQueueEvent,
  type LoggedTaskEvent,
  type LoggedTaskEventType,
  type LoggedWorkerEvent,
  type LoggedWorkflowEvent,
  type LoggedWorkflowEventType,
} from './protocol/events.js'
export { checkName, checkWhole } from './protocol/ids.js'
export type { NodeResult, TaskPage, TaskView } from './protocol/reader.js'
export { TaskRevokedError } from './protocol/revoked.js'
export {
  OVERLAP_POLICIES,
  type OverlapPolicy,
  RUN_KINDS,
  type RunKind,
  type RunName,
  type ScheduledBy,
  type ScheduleRun,
} from './protocol/schedules.js'
export { ALL_SCOPES, isScope, readScopes, SCOPES, type Scope } from './protocol/scopes.js'
export { NODE_STATES, type NodeState, type TaskState, type WorkflowState } from './protocol/states.js'
export type { Outcome } from './protocol/values.js'
export type { GraphView, GraphViewEdge, GraphViewNode, GraphViewOptions } from './protocol/view.js'
export {
  type AttemptOutcome,
  type DisabledReason,
  END_STATES,
  type EndedWorkflow,
  type EndState,
  type WebhookChange,
  type WebhookDelivery,
  type WebhookFilter,
  type WebhookOptions,
  type WebhookPayload,
  type WebhookView,
} from './protocol/webhooks.js'
export type { Processed, WorkerSample, WorkerView } from './protocol/worker-view.js'
export type { RedisOptions } from './redis/connection.js'
export type { EventSettings } from './redis/event-log.js'
export type { PauseDetails, QueuePause } from './redis/queues.js'
export type { Window as RateWindow } from './redis/rates.js'
export type { KnownTask } from './redis/roster.js'
export { severalAtOnce } from './several-at-once.js'
export { readTraceContext, type TraceContext } from './tracing/trace-context.js'
export type { RunEnd, RunOf, RunSpan, SubmitOf, SubmitSpan, Tracer } from './tracing/tracer.js'
export { VERSION } from './version.js'
export { RETRY_WAITS_MS } from './webhooks/backoff.js'
export { WebhookFeeder, type WebhookFeederOptions } from './webhooks/feeder.js'
export {
  type DeliveryOutcome,
  type SendFault,
  type WebhookAnswer,
  type WebhookRequest,
  WebhookSender,
  type WebhookSenderOptions,
} from './webhooks/sender.js'
export type { ArgumentDescription, JsonSchema } from './worker/argument-schemas.js'
export { type ArgumentFault, TaskArgumentsInvalidError } from './worker/arguments.js'
export type { ChildOptions, StartedChild } from './worker/child-options.js'
export {
  TASK_EVENTS,
  type TaskEvent,
  type TaskEventType,
  type TaskFailed,
  type TaskLost,
  type TaskProgressed,
  type TaskReplaced,
  type TaskRetried,
  type TaskRevoked,
  type TaskStarted,
  type TaskSucceeded,
  WORKFLOW_EVENTS,
  type WorkerListener,
  type WorkflowEvent,
  type WorkflowEventType,
} from './worker/events.js'
export { LeaseLost } from './worker/lease-lost.js'
export { SoftTimeLimitExceeded, TimeLimitExceeded } from './worker/limits.js'
export type { Logger } from './worker/logger.js'
export { isPoolChild } from './worker/pools/child.js'
export { type LoadedTasks, loadTasks, ModuleInvalidError, type OpenedTasks, type TaskSource } from './worker/pools/load-tasks.js'
export { defaultConcurrency, type PoolOptions } from './worker/pools/pools.js'
export { redactFields, redactText } from './worker/redact.js'
export { type TaskContext, type TaskDefinition, type TaskOptions, TaskRegistry } from './worker/registry.js'
export type { WorkerOptions } from './worker/settings.js'
export { isTaskSignal, MaxRetriesExceeded } from './worker/signals.js'
export { UnrecoverableError } from './worker/unrecoverable.js'
export { Worker } from './worker/worker.js'
