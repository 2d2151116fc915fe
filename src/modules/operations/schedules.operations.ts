/** What can be done with schedules: those of the credential's tenant, or, of one of all tenants, those of nobody unless a tenant is named. */
import { Inject, Injectable } from '@nestjs/common'
import {
  type BackfillOptions,
  type BackfillReport,
  ChordisError,
  Client,
  type OverlapPolicy,
  type PreviewTick,
  type ScheduleChanged,
  type ScheduleDefinition,
  type ScheduleDifference,
  type ScheduleView,
  type Timing,
  type TimingRule,
  type TriggerAnswer,
} from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import type { Principal } from '../access/principal.js'
import type { Scope } from '../access/scopes.js'
import { demandCalls } from './calls.js'
import { demandSize, GRAPH_LIMITS, type GraphLimits, graphLimits } from './graph-limits.js'
import { hideSchedule, type Shown } from './redact.js'
import { tenantOf } from './workflows.operations.js'

/** A schedule without the tenant, which the credential decides. */
export type OwnSchedule = Omit<ScheduleDefinition, 'tenant'>

/** A part of the list of schedules. */
export interface ShownSchedules {
  schedules: Shown<ScheduleView>[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** What can be done with schedules. */
@Injectable()
export class ScheduleOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(GRAPH_LIMITS) private readonly limits: GraphLimits = graphLimits(),
  ) {}

  /** Of all tenants where the credential is. */
  async list(principal: Principal, options: { limit?: number; cursor?: string } = {}): Promise<ShownSchedules> {
    principal.demand('schedules:read')
    const page = await this.client.schedules.list({ ...options, ...tenantOf(principal) })
    return { ...page, schedules: page.schedules.map((schedule) => shown(principal, schedule)) }
  }

  async get(principal: Principal, id: string): Promise<Shown<ScheduleView>> {
    principal.demand('schedules:read')
    return shown(principal, await this.client.schedules.get(id, { tenant: principal.home }))
  }

  /** Makes it, or changes it to what is given; `onlyNew`: does not change one. Throws as `Schedules.upsert`. */
  async upsert(
    principal: Principal,
    definition: OwnSchedule,
    options: { onlyNew?: boolean } = {},
  ): Promise<Omit<ScheduleChanged, 'schedule'> & { schedule: Shown<ScheduleView> }> {
    const made = await this.operate(principal, 'schedules:write', 'schedule.upsert', definition.id, {}, () => {
      demandSize(this.limits, definition.canvas, 'schedule.canvas')
      demandCalls(principal, definition.canvas, this.limits)
      return this.client.schedules.upsert(bound(principal, definition), options)
    })
    return { ...made, schedule: shown(principal, made.schedule) }
  }

  /** How a schedule as given differs from the one of its id. */
  async compare(principal: Principal, definition: OwnSchedule): Promise<ScheduleDifference> {
    principal.demand('schedules:read')
    demandSize(this.limits, definition.canvas, 'schedule.canvas')
    return this.client.schedules.compare(bound(principal, definition))
  }

  /** Does not fire until it is resumed. False: it did not before. */
  async pause(principal: Principal, id: string, options: { reason?: string } = {}): Promise<boolean> {
    const { home: tenant } = principal
    return this.operate(principal, 'schedules:write', 'schedule.pause', id, options, () =>
      this.client.schedules.pause(id, { tenant, ...options }),
    )
  }

  async resume(principal: Principal, id: string): Promise<boolean> {
    const { home: tenant } = principal
    return this.operate(principal, 'schedules:write', 'schedule.resume', id, {}, async () => {
      await this.demandStored(principal, id)
      return this.client.schedules.resume(id, { tenant })
    })
  }

  /** @throws ChordisError `not-found` */
  async delete(principal: Principal, id: string): Promise<void> {
    const { home: tenant } = principal
    await this.operate(principal, 'schedules:write', 'schedule.delete', id, {}, async () => {
      if (!(await this.client.schedules.delete(id, { tenant }))) throw new ChordisError('not-found', `there is no schedule ${id}`)
    })
  }

  /** Runs it now. */
  async trigger(principal: Principal, id: string, options: { overlap?: OverlapPolicy; requestId?: string } = {}): Promise<TriggerAnswer> {
    const { home: tenant } = principal
    return this.operate(principal, 'schedules:trigger', 'schedule.trigger', id, options, async () => {
      await this.demandStored(principal, id)
      return this.client.schedules.trigger(id, { tenant, ...options })
    })
  }

  /** Runs it for times that have passed. */
  async backfill(principal: Principal, id: string, options: Omit<BackfillOptions, 'onProgress'>): Promise<BackfillReport> {
    const { home: tenant } = principal
    return this.operate(principal, 'schedules:trigger', 'schedule.backfill', id, options, async () => {
      await this.demandStored(principal, id)
      return this.client.schedules.backfill(id, { tenant, ...options })
    })
  }

  /** The times that come next, of a schedule or of rules that are none yet. */
  async preview(
    principal: Principal,
    what: string | Timing | { rules: TimingRule | readonly TimingRule[]; timeZone?: string },
    options: { count?: number; after?: number } = {},
  ): Promise<PreviewTick[]> {
    principal.demand('schedules:read')
    return this.client.schedules.preview(what, { tenant: principal.home, ...options })
  }

  private async demandStored(principal: Principal, id: string): Promise<void> {
    if (!principal.callsAll) demandCalls(principal, (await this.client.schedules.get(id, { tenant: principal.home })).canvas)
  }

  private async operate<T>(
    principal: Principal,
    scope: Scope,
    action: string,
    id: string,
    detail: object,
    work: () => T | Promise<T>,
  ): Promise<T> {
    const operation = async () => {
      principal.demand(scope)
      return work()
    }
    return this.audit.follow(principal, action, id, operation, { ...detail })
  }
}

const bound = ({ home }: Principal, definition: OwnSchedule): ScheduleDefinition => ({ ...definition, tenant: home })

const shown = (principal: Principal, schedule: ScheduleView): Shown<ScheduleView> =>
  principal.may('payloads:read') ? schedule : hideSchedule(schedule)
