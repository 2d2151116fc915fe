/** All resolvers: what the schema is made of. */
import { DeadLetterResolver } from './dead-letters.resolver.js'
import { EventSubscriptions } from './events.resolver.js'
import { AuditQueries, KeyResolver } from './keys.resolver.js'
import { SubmitPayloadFields, WorkflowChangeFields, WorkflowReopeningFields } from './payload.fields.js'
import { QueueResolver, TaskQueries } from './queues.resolver.js'
import { ScheduleResolver } from './schedules.resolver.js'
import { WebhookResolver } from './webhooks.resolver.js'
import { WorkerResolver } from './workers.resolver.js'
import { TaskFields, WorkflowFields } from './workflow.fields.js'
import { WorkflowMutations } from './workflow.mutations.js'
import { WorkflowQueries } from './workflows.resolver.js'

export const RESOLVERS = [
  ...[WorkflowQueries, WorkflowFields, TaskFields, WorkflowMutations],
  ...[SubmitPayloadFields, WorkflowChangeFields, WorkflowReopeningFields],
  ...[QueueResolver, TaskQueries, WorkerResolver, ScheduleResolver, DeadLetterResolver, WebhookResolver, EventSubscriptions],
  ...[KeyResolver, AuditQueries],
]
