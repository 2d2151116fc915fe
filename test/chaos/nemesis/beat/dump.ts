/** What Redis holds of schedules when nothing moves any more: a line for every workflow that one of them submitted. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../../../src/engine/index.js'
import { insist } from '../ground.js'
import type { BeatArena } from './arena.js'
import type { FiredEntry } from './history.js'
import { CHANGED, changedId, type PlannedSchedule } from './schedules.js'

const AT_A_TIME = 64
const PAGE = 1_000
/** How long what is due may take to be fired, and what runs to end, ms. */
const SETTLE_MS = 60_000
const LOOK_MS = 100

/** Beats hear that a tick was fired by a name of its own. */
export const tickName = (schedule: string, nominal: number): string => `${schedule} ${nominal}`

/** Waits until all ticks up to now have been decided on; answers up to when, wall ms. What has not been decided in time is missed. */
export async function caughtUp({ parts }: BeatArena, watched: readonly PlannedSchedule[]): Promise<number> {
  const { control, now, wallOrigin } = parts
  const untilMs = Math.floor(wallOrigin + now())
  const deadline = performance.now() + SETTLE_MS
  let open = watched.map(({ definition }) => definition.id)
  while (open.length > 0 && performance.now() < deadline) {
    await sleep(LOOK_MS)
    const views = await each(open, (id) => insist(() => control.schedules.get(id)))
    open = views.filter(({ next, waiting }) => (next ?? 0) <= untilMs || waiting.length > 0).map(({ id }) => id)
  }
  return untilMs
}

/** Everything that schedules have submitted, when it has ended, or not in time; then what they counted. No beat runs any more. */
export async function dumpSchedules(
  { parts }: BeatArena,
  watched: readonly PlannedSchedule[],
  beats: ReadonlyMap<string, string>,
): Promise<FiredEntry[]> {
  const { control, write } = parts
  await ended(control)
  const ids = [...watched.map(({ definition }) => definition.id), ...Array.from({ length: CHANGED }, (_, n) => changedId(n))]
  const found: FiredEntry[] = []
  for (const id of ids) {
    const view = await insist(() => control.schedules.get(id))
    write({ op: 'counts', schedule: id, ...view.counts, waiting: view.waiting.length })
    const workflows = await workflowsOf(control, id)
    found.push(...(await each(workflows, (workflow) => firedEntry(parts, id, workflow, beats))))
  }
  return found
}

async function ended(control: Client): Promise<void> {
  const deadline = performance.now() + SETTLE_MS
  for (;;) {
    const { PENDING = 0, STARTED = 0 } = await insist(() => control.workflows.count())
    if (PENDING + STARTED === 0 || performance.now() > deadline) return
    await sleep(LOOK_MS)
  }
}

async function workflowsOf(control: Client, schedule: string): Promise<string[]> {
  const found = new Set<string>()
  let cursor: string | null | undefined
  do {
    const from = cursor === undefined || cursor === null ? {} : { cursor }
    const page = await insist(() => control.workflows.list({ schedule, limit: PAGE, ...from }))
    for (const { id } of page.workflows) found.add(id)
    cursor = page.cursor
  } while (cursor !== null)
  return [...found]
}

async function firedEntry(
  { control, wallOrigin }: BeatArena['parts'],
  schedule: string,
  workflow: string,
  beats: ReadonlyMap<string, string>,
): Promise<FiredEntry> {
  const { state, ended: over, createdAt, schedule: by } = await insist(() => control.workflow(workflow).status())
  if (by === undefined) throw new Error(`workflow ${workflow} is listed under ${schedule} and has no schedule`)
  const { kind, nominalTime: nominal, latenessMs } = by
  const beat = beats.get(tickName(schedule, nominal)) ?? null
  return { t: createdAt - wallOrigin, op: 'fired', schedule, kind, nominal, workflow, state, ended: over, latenessMs, at: createdAt, beat }
}

/** Some at a time, in order. */
async function each<T, R>(list: readonly T[], of: (one: T) => Promise<R>): Promise<R[]> {
  const found: R[] = []
  for (let from = 0; from < list.length; from += AT_A_TIME) found.push(...(await Promise.all(list.slice(from, from + AT_A_TIME).map(of))))
  return found
}
