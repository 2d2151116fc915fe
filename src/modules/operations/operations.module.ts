/** Everything that can be asked of Chordis from outside, once: the surfaces (REST, GraphQL) only parse, call and map. */
import { Module } from '@nestjs/common'
import { AuditTrail } from '../access/audit.js'
import { CHORDIS_OPTIONS, type ChordisModuleOptions } from '../chordis.options.js'
import { AuditOperations } from './audit.operations.js'
import { BulkOperations } from './bulk.operations.js'
import { DeadLetterOperations } from './dead-letters.operations.js'
import { EventOperations } from './events.operations.js'
import { GRAPH_LIMITS, type GraphLimits, graphLimits } from './graph-limits.js'
import { KeyOperations } from './keys.operations.js'
import { QueueOperations } from './queues.operations.js'
import { ScheduleOperations } from './schedules.operations.js'
import { TaskOperations } from './tasks.operations.js'
import { WebhookOperations } from './webhooks.operations.js'
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
  WebhookOperations,
  WorkerOperations,
  WorkflowOperations,
]

/** The operator's, checked: boot fails for limits that cannot be. */
const LIMITS = {
  provide: GRAPH_LIMITS,
  inject: [{ token: CHORDIS_OPTIONS, optional: true }],
  useFactory: (options?: ChordisModuleOptions): GraphLimits => graphLimits(options?.limits),
}

/** Everything that can be asked of Chordis from outside. Import it beside `ChordisModule.forRoot`. */
@Module({ providers: [AuditTrail, LIMITS, ...OPERATIONS], exports: [AuditTrail, GRAPH_LIMITS, ...OPERATIONS] })
export class OperationsModule {}
