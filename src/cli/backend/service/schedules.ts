/** The schedules of a service. */
import type { Schemas } from '../../../api-client/index.js'
import type {
  BackfillOptions,
  BackfillReport,
  OverlapPolicy,
  PreviewTick,
  ScheduleChanged,
  ScheduleDefinition,
  ScheduleDifference,
  ScheduleOf,
  SchedulePage,
  ScheduleView,
  TriggerAnswer,
} from '../../../engine/index.js'
import type { Backend } from '../backend.js'
import { type ApiOf, LONG_MS } from './api.js'
import { wasThere } from './workflow.js'

export class ServiceSchedules implements Pick<Backend['schedules'], keyof Backend['schedules']> {
  constructor(private readonly apiOf: ApiOf) {}

  get(id: string, { tenant }: ScheduleOf = {}): Promise<ScheduleView> {
    return this.apiOf(tenant).getSchedule(id) as unknown as Promise<ScheduleView>
  }

  list({ tenant, ...page }: ScheduleOf & { limit?: number; cursor?: string } = {}): Promise<SchedulePage> {
    return this.apiOf(tenant).listSchedules(page) as unknown as Promise<SchedulePage>
  }

  upsert({ id, tenant, ...definition }: ScheduleDefinition): Promise<ScheduleChanged> {
    return this.apiOf(tenant).putSchedule(id, definition as Schemas['ScheduleRequest']) as unknown as Promise<ScheduleChanged>
  }

  compare({ id, tenant, ...definition }: ScheduleDefinition): Promise<ScheduleDifference> {
    return this.apiOf(tenant).putSchedule(id, definition as Schemas['ScheduleRequest'], { dryRun: true })
  }

  async pause(id: string, { tenant, ...reason }: ScheduleOf & { reason?: string } = {}): Promise<boolean> {
    return (await this.apiOf(tenant).pauseSchedule(id, reason)).changed
  }

  async resume(id: string, { tenant }: ScheduleOf = {}): Promise<boolean> {
    return (await this.apiOf(tenant).resumeSchedule(id)).changed
  }

  delete(id: string, { tenant }: ScheduleOf = {}): Promise<boolean> {
    return wasThere(this.apiOf(tenant).deleteSchedule(id))
  }

  trigger(id: string, { tenant, ...how }: ScheduleOf & { overlap?: OverlapPolicy; requestId?: string } = {}): Promise<TriggerAnswer> {
    return this.apiOf(tenant).triggerSchedule(id, how)
  }

  async preview(id: string, { tenant, ...query }: ScheduleOf & { count?: number; after?: number } = {}): Promise<PreviewTick[]> {
    return (await this.apiOf(tenant).previewSchedule(id, query)).ticks
  }

  backfill(id: string, { tenant, onProgress: _onProgress, ...options }: ScheduleOf & BackfillOptions): Promise<BackfillReport> {
    return this.apiOf(tenant).backfillSchedule(id, options, { timeoutMs: LONG_MS })
  }
}
