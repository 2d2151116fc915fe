/** Everything that can be asked of Chordis from outside, once: the surfaces (REST, GraphQL) only parse, call and map. */
import { Module } from '@nestjs/common'
import { AuditTrail } from '../access/audit.js'
import { AuditOperations } from './audit.operations.js'
import { BulkOperations } from './bulk.operations.js'
import { DeadLetterOperations } from './dead-letters.operations.js'
import { EventOperations } from './events.operations.js'
import { KeyOperations } from './keys.operations.js'
import { QueueOperations } from './queues.operations.js'
import { ScheduleOperations } from './schedules.operations.js'
import { TaskOperations } from './tasks.operations.js'
import { WorkerOperations } from './workers.operations.js'
import { WorkflowOperations } from './workflows.operations.js'

const OPERATIONS = [
  AuditOperations,
  BulkOperations,
  DeadLetterOperations,
  EventOperations,
  KeyOperations,
  QueueOperations,
  ScheduleOperations,
  TaskOperations,
  WorkerOperations,
  WorkflowOperations,
]

/** Everything that can be asked of Chordis from outside. Import it beside `ChordisModule.forRoot`. */
@Module({ providers: [AuditTrail, ...OPERATIONS], exports: [AuditTrail, ...OPERATIONS] })
export class OperationsModule {}
