/** `/v1/tasks`: which tasks there are. */
import { Get, Inject } from '@nestjs/common'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { type KnownTaskPage, TaskOperations } from '../../operations/tasks.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked } from '../parameters.js'
import { knownTasks } from '../schemas/operations.js'
import { PageDto } from '../workflows/workflows.dto.js'

@RestController('tasks', 'tasks')
export class TasksController {
  constructor(@Inject(TaskOperations) private readonly tasks: TaskOperations) {}

  @Get()
  @Operation('listTasks', { summary: 'Tasks that workers know, and those that calls wait for, by name', answer: knownTasks })
  list(@Asking() by: Principal, @Asked(PageDto) query: object): Promise<KnownTaskPage> {
    return this.tasks.page(by, query)
  }
}
