/** `chordis schedules`: looks at schedules, and tells them what to do. */
import {
  type OverlapPolicy,
  type ScheduleOf,
  type ScheduleRun,
  severalAtOnce,
  type TriggerAnswer,
  type WorkflowState,
} from '../../engine/index.js'
import type { Backend } from '../backend/backend.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { isMissing } from '../failure.js'
import { type ListedSchedule, listLines, type ShownRun, showLines } from '../schedule-lines.js'

/** States that are asked for at the same time. */
const AT_ONCE = 16

export interface ListSchedulesArguments extends ScheduleOf {
  limit: number
  cursor?: string
}

export interface TriggerArguments extends ScheduleOf {
  overlap?: OverlapPolicy
  requestId?: string
}

/** Schedules, as commands ask them. */
export type Schedules = Backend['schedules']
type StateOf = (run: ScheduleRun) => Promise<WorkflowState | null>

/** Asks the schedules of a namespace something. `stateOf`: of the workflow of a run; null when it is gone. */
export function withSchedules(context: Context, ask: (schedules: Schedules, stateOf: StateOf) => Promise<void>): Promise<number> {
  return withBackend(context, async (backend) => {
    await ask(backend.schedules, async ({ workflow }) => {
      try {
        return (await backend.workflow(workflow).status()).state
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    })
    return 0
  })
}

/** `chordis schedules list`. */
export function list(context: Context, options: ListSchedulesArguments): Promise<number> {
  return withSchedules(context, async (schedules, stateOf) => {
    const page = await schedules.list(options)
    const listed = await severalAtOnce(page.schedules, AT_ONCE, async (view): Promise<ListedSchedule> => {
      const [last] = view.runs
      return { ...view, lastState: last === undefined ? null : await stateOf(last) }
    })
    if (context.json) context.print(JSON.stringify({ schedules: listed, cursor: page.cursor }))
    else if (listed.length === 0) context.print('no schedule')
    else for (const line of listLines(listed, page.cursor, context.out, Date.now())) context.print(line)
  })
}

/** `chordis schedules show ID`. */
export function show(context: Context, id: string, of: ScheduleOf): Promise<number> {
  return withSchedules(context, async (schedules, stateOf) => {
    const view = await schedules.get(id, of)
    const runs = await Promise.all(view.runs.map(async (run): Promise<ShownRun> => ({ ...run, state: await stateOf(run) })))
    if (context.json) context.print(JSON.stringify({ ...view, runs }))
    else for (const line of showLines(view, runs, context.out, Date.now())) context.print(line)
  })
}

/** Does something with one schedule, and says what came of it: an object for programs, a line for people. */
function change(context: Context, act: (schedules: Schedules) => Promise<{ answer: object; line: string }>): Promise<number> {
  return withSchedules(context, async (schedules) => {
    const { answer, line } = await act(schedules)
    context.print(context.json ? JSON.stringify(answer) : line)
  })
}

/** `chordis schedules pause ID`. */
export function pause(context: Context, id: string, options: ScheduleOf & { reason?: string }): Promise<number> {
  return change(context, async (schedules) => {
    const changed = await schedules.pause(id, options)
    return { answer: { id, paused: true, changed }, line: changed ? `${id} is paused; what runs goes on` : `${id} was paused before` }
  })
}

/** `chordis schedules resume ID`. */
export function resume(context: Context, id: string, of: ScheduleOf): Promise<number> {
  return change(context, async (schedules) => {
    const changed = await schedules.resume(id, of)
    return { answer: { id, paused: false, changed }, line: changed ? `${id} goes on with its next time` : `${id} was not paused` }
  })
}

const TRIGGERED: { readonly [outcome in Exclude<TriggerAnswer['outcome'], 'skipped'>]: string } = {
  fired: 'was submitted',
  known: 'was submitted before, by the same request',
  waiting: 'starts when an earlier run has ended',
}

/** `chordis schedules trigger ID`. */
export function trigger(context: Context, id: string, options: TriggerArguments): Promise<number> {
  return change(context, async (schedules) => {
    const { outcome, workflow } = await schedules.trigger(id, options)
    if (outcome === 'skipped') return { answer: { id, outcome, workflow: null }, line: 'left out: an earlier run goes on' }
    return { answer: { id, outcome, workflow }, line: `${workflow}  ${TRIGGERED[outcome]}` }
  })
}

/** `chordis schedules delete ID`. */
export function remove(context: Context, id: string, of: ScheduleOf): Promise<number> {
  return change(context, async (schedules) => {
    const deleted = await schedules.delete(id, of)
    return { answer: { id, deleted }, line: deleted ? `${id} is gone; its workflows go on` : `there was no ${id}` }
  })
}
