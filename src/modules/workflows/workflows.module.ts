/**
 * The REST face of workflows. Import it beside `ChordisModule.forRoot` in a process of role `api`.
 */
import { Module } from '@nestjs/common'
import { CanvasController } from './canvas.controller.js'
import { WorkflowsController } from './workflows.controller.js'

/** The REST interface of workflows. Import it beside `ChordisModule.forRoot` in a process of role `api`. */
@Module({ controllers: [CanvasController, WorkflowsController] })
export class WorkflowsModule {}
