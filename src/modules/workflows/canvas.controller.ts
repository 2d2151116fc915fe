/**
 * `/v1/canvas`: what a canvas would be, without running it. `/v1/tasks`: which tasks the workers know.
 */
import { Body, Controller, Get, HttpCode, Inject, Post, UseFilters } from '@nestjs/common'
import { type CanvasReport, Client, type KnownTask, validateCanvas } from '../../engine/index.js'
import { ProblemFilter } from '../http/problem.filter.js'
import { type Submission, SubmitPipe } from './submit.pipe.js'

/** Answer to a dry run: the compiled graph, and the tasks of it that no worker knows now. */
export interface Validated extends CanvasReport {
  valid: true
  /** Their calls would be parked until a worker that knows them starts. */
  unknownTasks: string[]
}

@Controller('v1')
@UseFilters(ProblemFilter)
export class CanvasController {
  constructor(@Inject(Client) private readonly client: Client) {}

  @Post('canvas/validate')
  @HttpCode(200)
  async validate(@Body(SubmitPipe) { canvas, options }: Submission): Promise<Validated> {
    const report = validateCanvas(canvas, options.limits === undefined ? {} : { limits: options.limits })
    const known = new Set((await this.client.tasks()).filter(({ workers }) => workers > 0).map(({ name }) => name))
    return { valid: true, ...report, unknownTasks: Object.keys(report.tasks).filter((name) => !known.has(name)) }
  }

  @Get('tasks')
  async tasks(): Promise<{ tasks: KnownTask[] }> {
    return { tasks: await this.client.tasks() }
  }
}
