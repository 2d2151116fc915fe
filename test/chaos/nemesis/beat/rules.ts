/** What must hold in every history of schedules, a function per promise. Each answers sentences, or counts; none when it holds. Pure. */
import type { WorkflowRecord } from '../record.js'
import { grantedAt, type Violation } from '../rules.js'
import type { BeatRecord, ScheduleRecord } from './record.js'

/** These may revoke a run for the next one. */
const REVOKING = new Set(['cancelOther', 'terminateOther'])

/** The nominal times that a watched schedule has had. */
export function expected({ made }: ScheduleRecord, untilMs: number): number[] {
  const [grid] = made?.grids ?? []
  if (made === undefined || !made.watched || grid === undefined) return []
  return Array.from(
    { length: Math.max(0, Math.floor((untilMs - made.first) / grid.periodMs) + 1) },
    (_, k) => made.first + k * grid.periodMs,
  )
}

/** S1: every nominal time has a workflow, but for as many as the overlap policy left out by its own count. */
export function missedTicks(schedule: ScheduleRecord, untilMs: number): { missed: number[]; leftOut: number } {
  const without = expected(schedule, untilMs).filter((nominal) => !schedule.ticks.has(nominal))
  const leftOut = Math.min(without.length, schedule.counts?.skipped ?? 0)
  return { missed: without.slice(leftOut), leftOut }
}

/** S2: no nominal time has two workflows, and no two beats heard that they had submitted one. How many there are too many. */
export function doubledTicks({ ticks, heard }: ScheduleRecord): number {
  const submitted = heard.filter(({ kind, answer }) => kind === 'tick' && answer === 'fired').map(({ nominal }) => nominal)
  const times = new Map<number, number>()
  for (const [nominal, list] of ticks) times.set(nominal, new Set(list.map(({ workflow }) => workflow)).size)
  for (const nominal of new Set(submitted)) {
    const said = submitted.filter((one) => one === nominal).length
    times.set(nominal ?? 0, Math.max(said, times.get(nominal ?? 0) ?? 0))
  }
  return [...times.values()].reduce((sum, count) => sum + Math.max(0, count - 1), 0)
}

/** S3: a nominal time is one of the timetable, and none is older than the schedule. */
export function strangeTimes({ id, made, ticks }: ScheduleRecord): Violation[] {
  if (made === undefined) return [{ invariant: 'S3 time', what: `${id} was never made` }]
  const isMeant = (nominal: number): boolean =>
    made.grids.some(({ periodMs, offsetMs }) => (nominal - offsetMs) % periodMs === 0) && (!made.watched || nominal >= made.first)
  return [...ticks.keys()]
    .filter((nominal) => !isMeant(nominal))
    .map((nominal) => ({ invariant: 'S3 time', what: `${id} fired for ${nominal}, which is none of its times` }))
}

/** S3: the first time of a schedule comes next after it was made. */
export function lateStarts({ id, made }: ScheduleRecord, wallOrigin: number): Violation[] {
  const [grid] = made?.grids ?? []
  if (made === undefined || grid === undefined || made.first <= wallOrigin + made.t + grid.periodMs) return []
  return [{ invariant: 'S3 time', what: `${id} leaves out times before ${made.first}` }]
}

/** S4: a schedule that nobody moved takes up no tick again, and passes none over. */
export function stepsBack({ id, made, heard, counts }: ScheduleRecord): Violation[] {
  if (!made?.watched) return []
  const again = heard.filter(({ kind, answer }) => kind === 'tick' && answer === 'known')
  const found = again.map(({ nominal, beat }) => ({ invariant: 'S4 step back', what: `${beat} took up ${id} ${nominal} once more` }))
  const missed = counts?.missed ?? 0
  return missed === 0 ? found : [...found, { invariant: 'S4 step back', what: `${id} counts ${missed} ticks as missed` }]
}

/** S5: what a beat, or who asked, heard was submitted is there; what was submitted has ended right. */
export function wrongEnds({ id, made, ticks, triggers, heard }: ScheduleRecord): Violation[] {
  const found: Violation[] = []
  const runs = [...ticks.values()].flat()
  const states = REVOKING.has(made?.overlap ?? '') ? ['SUCCESS', 'REVOKED'] : ['SUCCESS']
  for (const { workflow, state, ended, nominal } of [...runs, ...triggers])
    if (!ended || !states.includes(state))
      found.push({ invariant: 'S5 end', workflow, what: `${id} ${nominal} is ${state}${ended ? '' : ', not ended'}` })
  for (const { kind, nominal, answer } of heard)
    if (kind === 'tick' && answer === 'fired' && !ticks.has(nominal ?? 0))
      found.push({ invariant: 'S5 lost', what: `${id} ${nominal} was submitted, and there is no such workflow` })
  return found
}

/** S5: a trigger that was answered has its workflow. Whether a deleted schedule had one waiting is not known, so that only those that had started count. */
export function lostTriggers({ changes, workflows }: BeatRecord): Violation[] {
  return changes
    .filter(
      ({ type, kind, answer, workflow }) => type === 'ok' && kind === 'trigger' && answer === 'fired' && !workflows.has(workflow ?? ''),
    )
    .map(({ schedule, workflow }) => ({ invariant: 'S5 lost', workflow: workflow ?? '', what: `a trigger of ${schedule} was answered` }))
}

/** The sweep writes its line when it has heard the answer: how much later it may stand, ms. */
const LINE_LATE_MS = 10_000

/**
 * Attempts that ran in two workers, or twice in one, though the sweep had not given the first one up. No fault hits workers here, and Redis forgets nothing:
 * no other reason counts.
 */
function repeats(record: BeatRecord, { executions }: WorkflowRecord): string[] {
  return [...executions].flatMap(([node, list]) =>
    list.flatMap((again, k) => {
      const before = list[k - 1]
      if (before === undefined || before.attempt !== again.attempt || before.run !== again.run) return []
      const given = record.givenUp.get(before.worker) ?? []
      const explained = given.some((t) => grantedAt(before) < t && t < again.start + LINE_LATE_MS)
      return explained ? [] : [`${node} ran in ${before.worker} and again in ${again.worker}`]
    }),
  )
}

/** S6: what a schedule submits runs once per workflow, and nothing runs that no schedule has submitted. */
export function wrongRuns(record: BeatRecord): { strangers: number; violations: Violation[] } {
  const violations: Violation[] = []
  let strangers = 0
  for (const workflow of record.general.workflows.values()) {
    if (workflow.executions.size === 0) continue
    if (!record.workflows.has(workflow.id)) strangers++
    for (const what of repeats(record, workflow)) violations.push({ invariant: 'S6 ran twice', workflow: workflow.id, what })
  }
  for (const { workflow, state } of record.workflows.values())
    if (state === 'SUCCESS' && (record.general.workflows.get(workflow)?.executions.size ?? 0) === 0)
      violations.push({ invariant: 'S6 never ran', workflow, what: 'it ended SUCCESS, and no task of it ran' })
  return { strangers, violations }
}

/** S7: a change is refused for a reason that its maker can know: never. */
export const refusedChanges = ({ changes }: BeatRecord): Violation[] =>
  changes
    .filter(({ type }) => type === 'fail')
    .map(({ kind, schedule, error }) => ({ invariant: 'S7 change', what: `${kind} of ${schedule}: ${error ?? 'refused'}` }))
