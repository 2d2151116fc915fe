/** `/v1/schedules`: whether they fire, and runs that somebody asks for. */
import { Get, Inject, Post } from '@nestjs/common'
import type { BackfillOptions, BackfillReport, PreviewTick, TimingRule, TriggerAnswer } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { ScheduleOperations } from '../../operations/schedules.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, Sent } from '../parameters.js'
import { scheduleId } from '../schemas/common.js'
import * as schemas from '../schemas/operations.js'
import { PauseDto } from '../workflows/workflows.dto.js'
import { BackfillDto, PreviewDto, PreviewTimingDto, TriggerDto } from './schedules.dto.js'

type Preview = { rules: TimingRule; count?: number; after?: number }

@RestController('schedules', 'schedules')
export class ScheduleRunsController {
  constructor(@Inject(ScheduleOperations) private readonly schedules: ScheduleOperations) {}

  @Post(':id/pause')
  @Operation('pauseSchedule', { summary: 'It does not fire until it is resumed', answer: schemas.scheduleSwitched })
  async pause(
    @Asking() by: Principal,
    @At('id', scheduleId) id: string,
    @Sent(PauseDto, { examples: { 'with a reason': { reason: 'the target is down' } } }) options: object,
  ): Promise<{ id: string; changed: boolean }> {
    return { id, changed: await this.schedules.pause(by, id, options) }
  }

  @Post(':id/resume')
  @Operation('resumeSchedule', { summary: 'It goes on with the next time after now', answer: schemas.scheduleSwitched })
  async resume(@Asking() by: Principal, @At('id', scheduleId) id: string): Promise<{ id: string; changed: boolean }> {
    return { id, changed: await this.schedules.resume(by, id) }
  }

  @Post(':id/trigger')
  @Operation('triggerSchedule', { summary: 'Run it now', answer: schemas.triggered })
  trigger(
    @Asking() by: Principal,
    @At('id', scheduleId) id: string,
    @Sent(TriggerDto, { examples: { once: { overlap: 'allowAll', requestId: 'by-hand-1' } } }) options: object,
  ): Promise<TriggerAnswer> {
    return this.schedules.trigger(by, id, options)
  }

  @Post(':id/backfill')
  @Operation('backfillSchedule', { summary: 'Run it for times that have passed', answer: schemas.backfilled })
  backfill(
    @Asking() by: Principal,
    @At('id', scheduleId) id: string,
    @Sent(BackfillDto, { examples: { 'look first': { from: 1_767_139_200_000, to: 1_767_225_600_000, dryRun: true } } })
    options: Omit<BackfillOptions, 'onProgress'>,
  ): Promise<BackfillReport> {
    return this.schedules.backfill(by, id, options)
  }

  @Get(':id/preview')
  @Operation('previewSchedule', { summary: 'The times that come next', answer: schemas.ticks })
  async preview(
    @Asking() by: Principal,
    @At('id', scheduleId) id: string,
    @Asked(PreviewDto) query: object,
  ): Promise<{ ticks: PreviewTick[] }> {
    return { ticks: await this.schedules.preview(by, id, query) }
  }

  @Post('preview')
  @Operation('previewTiming', { summary: 'The times of rules that are no schedule yet', answer: schemas.ticks })
  async previewTiming(
    @Asking() by: Principal,
    @Sent(PreviewTimingDto, { examples: { 'three nights': { rules: '0 3 * * *', timeZone: 'Europe/Berlin', count: 3 } } })
    { count, after, ...timing }: Preview,
  ): Promise<{ ticks: PreviewTick[] }> {
    return { ticks: await this.schedules.preview(by, timing, { ...(count && { count }), ...(after !== undefined && { after }) }) }
  }
}
