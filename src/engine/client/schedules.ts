/**
 * Schedules: made, changed, paused, asked for a run, looked at. Every change is made to the schedule as it was read; where somebody else was faster, it is
 * read again. So any number of these may be called at once, by people, deployments and programs, and one next run comes of it.
 */
import { randomBytes } from 'node:crypto'
import { Backfill, type BackfillOptions, type BackfillReport } from '../beat/backfill.js'
import { differences, parseSchedule, type Schedule, type ScheduleDefinition, scheduleText } from '../beat/definition.js'
import { Ticks } from '../beat/plan.js'
import { type PreviewTick, preview } from '../beat/preview.js'
import { checkSchedule, fireItem, type ReadySchedule, readySchedule, storePieces } from '../beat/submissions.js'
import { readTiming, type Timing, type TimingRule, timetableOf } from '../beat/timing/index.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName, checkText, checkWhole } from '../protocol/ids.js'
import { revocation } from '../protocol/revoked.js'
import { OVERLAP_POLICIES, type OverlapPolicy, overlapLetter, type RunName, runId, scheduleName } from '../protocol/schedules.js'
import { type RedisConnection, redisFull } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import {
  dropSchedule,
  type FireAnswer,
  fire,
  listSchedules,
  partitionOfSchedule,
  readSchedules,
  type StoredSchedule,
  writeSchedule,
} from '../redis/schedules.js'
import { explained, explainedRead } from './failures.js'
import { type ScheduleView, viewOf } from './schedule-view.js'

/** How a schedule as given differs from the one of its id. */
export interface ScheduleDifference {
  outcome: 'created' | 'changed' | 'unchanged'
  /** Options that differ from those before, by their names: `timing`, `canvas`, `overlap`, … */
  changed: string[]
}

/** What became of {@link Schedules.upsert}. */
export interface ScheduleChanged extends ScheduleDifference {
  schedule: ScheduleView
}

/** What became of a run that somebody asked for. */
export interface TriggerAnswer {
  /**
   * `fired`: it was submitted; `known`: this request had been before; `waiting`: an earlier run goes on, it starts when that has ended; `skipped`: an earlier
   * run goes on.
   */
  outcome: 'fired' | 'known' | 'waiting' | 'skipped'
  /** The id of its workflow: also of one that waits. */
  workflow: string
}

/** Which schedule is meant, beside its id. */
export interface ScheduleOf {
  /** Whose schedule it is. Default `-`. */
  tenant?: string
}

/** A part of the list of schedules. */
export interface SchedulePage {
  schedules: ScheduleView[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

const MAX_LISTED = 1_000
const MAX_REASON = 1_000
/** Times that somebody else may be faster. */
const MOST_TRIES = 1_000
const MAX_PREVIEW = 10_000
const TOKEN = /^[A-Za-z0-9._-]{1,64}$/

/** What a schedule is before there is one. */
const NEW_SCHEDULE: Omit<StoredSchedule, 'name'> = {
  state: { version: '0', next: null, due: null, fired: 0, skipped: 0, missed: 0, ticks: 0 },
  ...{ paused: '', running: [], waiting: [], runs: '', definition: '' },
}

/** What is written, of what was read. Undefined: nothing is to be changed. */
type Change = { schedule: Schedule; paused: string; from: 'now' | 'kept' }

/** Schedules of a namespace: `client.schedules`. */
export class Schedules {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /**
   * Makes a schedule, or changes the one of this id so that it is as given. Safe to repeat: what is as given is left alone. A change of its times counts from
   * now on; any other change keeps the time that comes next. One that is paused stays paused.
   * @param options `onlyNew`: one that is there already is left alone
   * @throws ChordisError `schedule-invalid`, `canvas-invalid`, `name-invalid`, `request-invalid` with the path; `already-exists` with `onlyNew`; `redis-full`,
   * `redis-unavailable`, `outcome-unknown`
   */
  async upsert(definition: ScheduleDefinition, { onlyNew = false }: { onlyNew?: boolean } = {}): Promise<ScheduleChanged> {
    // What cannot be submitted is refused here, not at night.
    const schedule = checkSchedule(definition)
    let outcome: ScheduleChanged['outcome'] = 'unchanged'
    let changed: string[] = []
    const view = await this.change(schedule.tenant, schedule.id, (stored, before) => {
      if (onlyNew && stored !== undefined) throw new ChordisError('already-exists', `there is a schedule ${schedule.id}`)
      const told = stored === undefined ? ({ outcome: 'created', changed: [] } as const) : difference(before, schedule)
      outcome = told.outcome
      changed = [...told.changed]
      if (outcome === 'unchanged') return undefined
      const times = before === undefined || ['timing', 'jitterMs', 'maxRuns'].some((name) => changed.includes(name))
      return { schedule, paused: stored?.paused ?? '', from: times ? 'now' : 'kept' }
    })
    return { outcome, changed, schedule: view as ScheduleView }
  }

  /** What {@link upsert} would do. Writes nothing. Throws what that throws. */
  async compare(definition: ScheduleDefinition): Promise<ScheduleDifference> {
    const schedule = checkSchedule(definition)
    const { tenant, id } = schedule
    const name = nameOf(tenant, id)
    const { found } = await explainedRead(() => readSchedules(this.connection, this.namespace, this.partition(name), [name]))
    const [stored] = found
    if (stored === undefined) return { outcome: 'created', changed: [] }
    return difference(readable(tenant, id, stored), schedule)
  }

  /** A schedule: what it is, what comes next, its last runs. @throws ChordisError `not-found`, `name-invalid`, `redis-unavailable` */
  async get(id: string, { tenant = '-' }: ScheduleOf = {}): Promise<ScheduleView> {
    return viewOf((await this.found(tenant, id)).stored)
  }

  /**
   * Schedules in the order of tenants and ids. One whose definition is damaged is left out; {@link get} says so, and an upsert mends it.
   * @param options `tenant`: only its; `limit` 1 to 1,000, default 100; `cursor`: as answered with the part before
   * @throws ChordisError `name-invalid`, `request-invalid`, `redis-unavailable`
   */
  async list({ tenant, limit = 100, cursor }: { tenant?: string; limit?: number; cursor?: string } = {}): Promise<SchedulePage> {
    if (tenant !== undefined) checkName(tenant, 'tenant')
    checkWhole(limit, 1, MAX_LISTED, 'limit')
    const prefix = tenant === undefined ? '' : scheduleName(tenant, '')
    const after = cursor ?? prefix
    if (!after.startsWith(prefix)) throw new ChordisError('request-invalid', 'must be one that was answered', { path: 'cursor' })
    const { found, more } = await explainedRead(() => listSchedules(this.connection, this.namespace, { prefix, after, limit }))
    return { schedules: found.flatMap(viewable), cursor: more }
  }

  /**
   * Nothing of it starts until it is resumed: what waits for an earlier run waits on. Its workflows that run go on. What it misses is not caught up.
   * @param options `reason`: up to 1,000 characters
   * @returns false: it was paused before, and the reason stays as it was
   * @throws ChordisError `not-found`, `request-invalid`, `redis-unavailable`
   */
  async pause(id: string, { tenant = '-', reason }: ScheduleOf & { reason?: string } = {}): Promise<boolean> {
    if (reason !== undefined) checkText(reason, MAX_REASON, 'reason')
    let did = false
    await this.change(tenant, id, (stored, schedule, now) => {
      if (stored === undefined || schedule === undefined) throw notFound(id)
      did = stored.paused === ''
      if (!did) return undefined
      const paused = JSON.stringify({ by: 'user', at: now, ...(reason === undefined ? {} : { reason }) })
      return { schedule, paused, from: 'now' }
    })
    return did
  }

  /** It goes on with the next time after now. @returns false: it was not paused. @throws ChordisError `not-found`, `redis-unavailable` */
  async resume(id: string, { tenant = '-' }: ScheduleOf = {}): Promise<boolean> {
    let did = false
    await this.change(tenant, id, (stored, schedule) => {
      if (stored === undefined || schedule === undefined) throw notFound(id)
      did = stored.paused !== ''
      return did ? { schedule, paused: '', from: 'now' } : undefined
    })
    return did
  }

  /** Removes a schedule. Its workflows go on. @returns false: there was none. @throws ChordisError `name-invalid`, `redis-unavailable` */
  async delete(id: string, { tenant = '-' }: ScheduleOf = {}): Promise<boolean> {
    return explained(() => dropSchedule(this.connection, this.namespace, nameOf(tenant, id)))
  }

  /**
   * Submits what the schedule submits now, paused or not; its times stay as they are.
   * @param options `overlap`: instead of the schedule's; `requestId`: 1 to 64 of `[A-Za-z0-9._-]`, the same one submits once while the workflow is kept
   * @throws ChordisError `not-found`, `request-invalid`, `redis-full`, `redis-unavailable`; `outcome-unknown`: with the same request id it may be repeated
   */
  async trigger(
    id: string,
    { tenant = '-', overlap, requestId }: ScheduleOf & { overlap?: OverlapPolicy; requestId?: string } = {},
  ): Promise<TriggerAnswer> {
    checkOverlap(overlap)
    if (requestId !== undefined && !TOKEN.test(requestId))
      throw new ChordisError('request-invalid', 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -', { path: 'requestId' })
    const token = requestId ?? randomBytes(8).toString('hex')
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { stored, schedule, now } = await this.found(tenant, id)
      const ready = readySchedule(schedule, stored.state.version)
      const run = { kind: 'trigger', nominalTime: now, token } as const
      const [answer] = await this.fire(ready, [run], 'm', overlap)
      if (answer === 'gone') throw notFound(id)
      if (answer !== 'stale')
        return { outcome: answer as TriggerAnswer['outcome'], workflow: runId(this.partition(ready.name), ready.name, run) }
    }
    throw contended(id)
  }

  /**
   * Submits the runs of times that have passed, the oldest first. A time that was fired before, by a tick or a backfill, is not fired again while its
   * workflow is kept.
   * @param options `from` (inclusive) and `to` (exclusive), Unix ms; `overlap`: default `bufferAll`, one after another; `limit`: runs at most, 1 to 10,000, default
   * 1,000; `dryRun`: only counts; `onProgress` is told after every call
   * @throws ChordisError `not-found`, `request-invalid`, `redis-full`, `redis-unavailable`; `outcome-unknown`: some were submitted, it may be repeated
   */
  async backfill(id: string, options: ScheduleOf & BackfillOptions): Promise<BackfillReport> {
    const { tenant = '-', overlap = 'bufferAll' } = options
    checkOverlap(overlap)
    const backfill = new Backfill(options)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { stored, schedule, now } = await this.found(tenant, id)
      const ready = readySchedule(schedule, stored.state.version)
      backfill.begin(timetableOf(schedule.timing), now)
      const done = await backfill.run((runs) => this.fire(ready, runs, 'b', overlap))
      if (done === 'gone') throw notFound(id)
      if (done === 'ok') return backfill.report
    }
    throw contended(id)
  }

  /**
   * The times that come next, of a schedule or of rules that are no schedule yet. Jitter is left out.
   * @param what the id of a schedule, or its times: rules with a time zone
   * @param options `count`: 1 to 10,000, default 10; `after`: Unix ms, default now by Redis's clock
   * @throws ChordisError `not-found`, `schedule-invalid`, `request-invalid`, `redis-unavailable`
   */
  async preview(
    what: string | Timing | { rules: TimingRule | readonly TimingRule[]; timeZone?: string },
    { tenant = '-', count = 10, after }: ScheduleOf & { count?: number; after?: number } = {},
  ): Promise<PreviewTick[]> {
    checkWhole(count, 1, MAX_PREVIEW, 'count')
    if (typeof what === 'string') {
      const { schedule, now } = await this.found(tenant, what)
      return preview(schedule.timing, after ?? now, count)
    }
    const { rules, ...rest } = what
    return preview(readTiming({ ...rest, rules: Array.isArray(rules) ? rules : [rules] }, 'schedule'), after ?? (await this.now()), count)
  }

  private async now(): Promise<number> {
    return (await explainedRead(() => readSchedules(this.connection, this.namespace, 0, ['-:-']))).now
  }

  private partition(name: string): number {
    return partitionOfSchedule(this.namespace, name)
  }

  private async found(tenant: string, id: string): Promise<{ stored: StoredSchedule; schedule: Schedule; now: number }> {
    const name = nameOf(tenant, id)
    const { now, found } = await explainedRead(() => readSchedules(this.connection, this.namespace, this.partition(name), [name]))
    const [stored] = found
    if (stored === undefined) throw notFound(id)
    return { stored, schedule: parseSchedule({ tenant, id }, stored.definition), now }
  }

  private async fire(
    ready: ReadySchedule,
    runs: readonly RunName[],
    kind: 'm' | 'b',
    overlap: OverlapPolicy | undefined,
  ): Promise<FireAnswer[]> {
    const partition = this.partition(ready.name)
    const step = { kind, overlap: overlap === undefined ? '' : overlapLetter(overlap), expected: '-', next: null, due: null }
    const why = (terminate: boolean): string => JSON.stringify(revocation('another run of its schedule was asked for', terminate))
    return explained(async () => {
      for (const run of runs) await storePieces(this.connection, this.namespace, partition, ready, run)
      const items = runs.map((run) => fireItem(ready, partition, run, step))
      const call = { cancelled: why(false), terminated: why(true), items }
      const answers = (await fire(this.connection, this.namespace, partition, call)).map(({ answer }) => answer)
      if (answers.includes('full')) throw redisFull('workflows')
      return answers
    })
  }

  /** Reads, decides and writes until nobody was faster. Answers the schedule as it is then; undefined: there was none, and none was made. */
  private async change(
    tenant: string,
    id: string,
    decide: (stored: StoredSchedule | undefined, schedule: Schedule | undefined, now: number) => Change | undefined,
  ): Promise<ScheduleView | undefined> {
    const name = nameOf(tenant, id)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { now, found } = await explained(() => readSchedules(this.connection, this.namespace, this.partition(name), [name]))
      const [stored] = found
      const change = decide(stored, stored && readable(tenant, id, stored), now)
      if (change === undefined) return stored && viewOf(stored)
      const written = await this.write(name, change, stored, now)
      if (written !== undefined) return viewOf(written)
    }
    throw contended(id)
  }

  /** The schedule as it is written; undefined: somebody was faster. */
  private async write(
    name: string,
    { schedule, paused, from }: Change,
    stored: StoredSchedule = { ...NEW_SCHEDULE, name },
    now: number,
  ): Promise<StoredSchedule | undefined> {
    const { next, due } = from === 'kept' ? stored.state : this.firstOf(name, schedule, paused, stored, now)
    const { maxRuns, pauseOnFailure } = schedule
    const definition = scheduleText(schedule)
    const written = await explained(() =>
      writeSchedule(this.connection, this.namespace, {
        ...{ name, version: stored.state.version, seen: stored.state.next },
        ...{ overlap: overlapLetter(schedule.overlap), maxRuns, pauseOnFailure, next, due, definition, paused },
      }),
    )
    if (written === null) throw redisFull('schedules')
    return written ? { ...stored, state: { ...stored.state, next, due }, paused, definition } : undefined
  }

  private firstOf(name: string, schedule: Schedule, paused: string, stored: StoredSchedule, now: number) {
    const over = schedule.maxRuns > 0 && stored.state.ticks >= schedule.maxRuns
    if (over || paused !== '') return { next: null, due: null }
    return new Ticks(name, schedule, timetableOf(schedule.timing)).first(now)
  }
}

const nameOf = (tenant: string, id: string): string => scheduleName(checkName(tenant, 'tenant'), checkName(id, 'id'))

/** `before` is undefined where what is stored cannot be read. */
function difference(before: Schedule | undefined, schedule: Schedule): ScheduleDifference {
  const changed = before === undefined ? [] : differences(before, schedule)
  return { outcome: before !== undefined && changed.length === 0 ? 'unchanged' : 'changed', changed }
}

/** What cannot be read is replaced by what is given. */
function readable(tenant: string, id: string, { definition }: StoredSchedule): Schedule | undefined {
  try {
    return parseSchedule({ tenant, id }, definition)
  } catch {
    return undefined
  }
}

function viewable(stored: StoredSchedule): ScheduleView[] {
  try {
    return [viewOf(stored)]
  } catch {
    return []
  }
}

function checkOverlap(overlap: OverlapPolicy | undefined): void {
  if (overlap !== undefined && !OVERLAP_POLICIES.includes(overlap))
    throw new ChordisError('request-invalid', `must be one of ${OVERLAP_POLICIES.join(', ')}`, { path: 'overlap' })
}

const notFound = (id: string): ChordisError => new ChordisError('not-found', `there is no schedule ${id}`)
const contended = (id: string): ChordisError =>
  new ChordisError('timeout', `schedule ${id} is changed by others faster than it can be read`)
