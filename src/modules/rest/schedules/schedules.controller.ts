/** `/v1/schedules`: what is submitted by the clock. */
import { Delete, Get, Inject, Put, Res } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { ScheduleView } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { type OwnSchedule, ScheduleOperations, type ShownSchedules } from '../../operations/schedules.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, Sent } from '../parameters.js'
import { scheduleId } from '../schemas/common.js'
import * as schemas from '../schemas/operations.js'
import { PageDto } from '../workflows/workflows.dto.js'
import { OnlyNew } from './only-new.js'
import { DryRunDto, ScheduleDto } from './schedules.dto.js'

type Upserted = { outcome: string; changed: readonly string[]; schedule?: unknown }

@RestController('schedules', 'schedules')
export class SchedulesController {
  constructor(@Inject(ScheduleOperations) private readonly schedules: ScheduleOperations) {}

  @Get()
  @Operation('listSchedules', { summary: 'Schedules, by id', answer: schemas.schedulePage })
  list(@Asking() by: Principal, @Asked(PageDto) query: object): Promise<ShownSchedules> {
    return this.schedules.list(by, query)
  }

  @Put(':id')
  @Operation('putSchedule', {
    summary: 'Make a schedule, or change it to what is sent',
    description: 'Safe to repeat. `If-None-Match: *` only makes: 412 when there is one. `dryRun=true` only says what would change.',
    answer: schemas.scheduleChanged,
    others: [{ status: 201, description: 'It was made', answer: schemas.scheduleChanged }],
  })
  async put(
    @Asking() by: Principal,
    @At('id', scheduleId) id: string,
    @Asked(DryRunDto) { dryRun = false }: { dryRun?: boolean },
    @OnlyNew() onlyNew: boolean,
    @Sent(ScheduleDto, { examples: { nightly: { rules: '0 3 * * *', timeZone: 'Europe/Berlin', canvas: { task: 'report.make' } } } })
    sent: Omit<OwnSchedule, 'id'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Upserted> {
    const definition = { ...sent, id }
    if (dryRun) return this.schedules.compare(by, definition)
    const done = await this.schedules.upsert(by, definition, { onlyNew })
    if (done.outcome === 'created') reply.status(201)
    return done
  }

  @Get(':id')
  @Operation('getSchedule', { summary: 'What it is, what comes next, its last runs', answer: schemas.schedule })
  get(@Asking() by: Principal, @At('id', scheduleId) id: string): Promise<ScheduleView> {
    return this.schedules.get(by, id)
  }

  @Delete(':id')
  @Operation('deleteSchedule', { summary: 'Remove it; its workflows go on', status: 204 })
  delete(@Asking() by: Principal, @At('id', scheduleId) id: string): Promise<void> {
    return this.schedules.delete(by, id)
  }
}
