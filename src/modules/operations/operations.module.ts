/** Everything that can be asked of Chordis from outside, once: the surfaces (REST, GraphQL) only parse, call and map. */
import { Module } from '@nestjs/common'
import { AuditTrail } from '../access/audit.js'
import { BulkOperations } from './bulk.operations.js'
import { DeadLetterOperations } from './dead-letters.operations.js'
import { EventOperations } from './events.operations.js'
import { QueueOperations } from './queues.operations.js'
import { ScheduleOperations } from './schedules.operations.js'
import { TaskOperations } from './tasks.operations.js'
import { WebhookOperations } from './webhooks.operations.js'
import { WorkerOperations } from './workers.operations.js'
import { WorkflowOperations } from './workflows.operations.js'

const OPERATIONS = [
  BulkOperations,
  DeadLetterOperations,
  EventOperations,
  QueueOperations,
  ScheduleOperations,
  TaskOperations,
  WebhookOperations,
  WorkerOperations,
  WorkflowOperations,
]

/** Everything that can be asked of Chordis from outside. Import it beside `ChordisModule.forRoot`. */
@Module({ providers: [AuditTrail, ...OPERATIONS], exports: [AuditTrail, ...OPERATIONS] })
export class OperationsModule {}
