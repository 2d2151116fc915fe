/** `/v1/canvas`: what a canvas would be, without running it. */
import { Inject, Post } from '@nestjs/common'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { type Submission, type Validated, WorkflowOperations } from '../../operations/workflows.operations.js'
import { Operation, RestController } from '../operation.js'
import { SentTo } from '../parameters.js'
import { validated } from '../schemas/workflows.js'
import { DocumentsSubmission } from './submit.documents.js'
import { SubmitPipe } from './submit.pipe.js'

@RestController('canvas', 'workflows')
export class CanvasController {
  constructor(@Inject(WorkflowOperations) private readonly workflows: WorkflowOperations) {}

  @Post('validate')
  @Operation('validateCanvas', { summary: 'What a canvas would be, without storing it', answer: validated })
  validate(
    @Asking() by: Principal,
    @SentTo(new SubmitPipe(), DocumentsSubmission({ lines: false })) submission: Submission,
  ): Promise<Validated> {
    return this.workflows.validate(by, submission)
  }
}
