/** REST: `/v1`. */
import { Module } from '@nestjs/common'
import { EventsModule } from '../events/events.module.js'
import { OperationsModule } from '../operations/operations.module.js'
import { AuditController } from './audit/audit.controller.js'
import { DeadLettersController } from './dead-letters/dead-letters.controller.js'
import { EventsController } from './events/events.controller.js'
import { KeysController } from './keys/keys.controller.js'
import { LimitsController } from './limits/limits.controller.js'
import { QueuesController } from './queues/queues.controller.js'
import { ScheduleRunsController } from './schedules/runs.controller.js'
import { SchedulesController } from './schedules/schedules.controller.js'
import { TasksController } from './tasks/tasks.controller.js'
import { WebhooksController } from './webhooks/webhooks.controller.js'
import { WorkersController } from './workers/workers.controller.js'
import { CanvasController } from './workflows/canvas.controller.js'
import { WorkflowControlController } from './workflows/control.controller.js'
import { WorkflowsController } from './workflows/workflows.controller.js'

/**
 * The REST interface, `/v1`. Import it beside `ChordisModule.forRoot` and `AccessModule.forRoot` in a process of role `api`, on the adapter that `createAdapter()` makes
 * (bodies keep their keys, NDJSON is read as a stream).
 */
@Module({
  imports: [OperationsModule, EventsModule],
  controllers: [
    WorkflowsController,
    WorkflowControlController,
    CanvasController,
    TasksController,
    QueuesController,
    WorkersController,
    SchedulesController,
    ScheduleRunsController,
    DeadLettersController,
    KeysController,
    AuditController,
    WebhooksController,
    LimitsController,
    EventsController,
  ],
})
export class RestModule {}
