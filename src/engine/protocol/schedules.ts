/** Schedules as they are stored (redis/lua/lib/schedule.lua), and the ids of what they submit. Pure. */
import { derivedWorkflowId } from './ids.js'

/** What becomes of a run that is due while an earlier one of its schedule goes on. Temporal's six. */
export const OVERLAP_POLICIES = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'terminateOther', 'allowAll'] as const
/**
 * `skip`: it is left out. `bufferOne`: it waits until the earlier one has ended, and while one waits, others are left out. `bufferAll`: as many as 1,000
 * wait. `cancelOther`: the earlier one is revoked, and it starts when that has ended. `terminateOther`: the earlier one is terminated, and it starts at
 * once. `allowAll`: both run.
 */
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number]

const LETTERS: { readonly [policy in OverlapPolicy]: string } = {
  skip: 's',
  bufferOne: 'b',
  bufferAll: 'B',
  cancelOther: 'c',
  terminateOther: 't',
  allowAll: 'a',
}

/** The letter that stands for a policy where it is stored. */
export const overlapLetter = (policy: OverlapPolicy): string => LETTERS[policy]

/** Why a run of a schedule was submitted: its time had come; somebody asked for a time that had passed; somebody asked for one now. */
export const RUN_KINDS = ['tick', 'backfill', 'trigger'] as const
/** One of {@link RUN_KINDS}. */
export type RunKind = (typeof RUN_KINDS)[number]

/** A run of a schedule, as text: `t:<nominal>`, `b:<nominal>`, `m:<asked for at>:<token>`. */
export interface RunName {
  kind: RunKind
  /** The time for which it is, Unix ms. */
  nominalTime: number
  /** Of a trigger: what tells two of the same instant apart. */
  token?: string
}

export function runText({ kind, nominalTime, token }: RunName): string {
  if (kind === 'trigger') return `m:${nominalTime}:${token ?? ''}`
  return `${kind === 'tick' ? 't' : 'b'}:${nominalTime}`
}

export function parseRun(text: string): RunName | undefined {
  const [, letter, time, token] = /^([tbm]):(\d+)(?::(\S*))?$/.exec(text) ?? []
  if (letter === undefined) return undefined
  const kind = letter === 't' ? 'tick' : letter === 'b' ? 'backfill' : 'trigger'
  return { kind, nominalTime: Number(time), ...(token === undefined ? {} : { token }) }
}

/** Whose schedule it is and its id, as one name: what keys and ids are made of. */
export const scheduleName = (tenant: string, id: string): string => `${tenant}:${id}`

export function splitName(name: string): { tenant: string; id: string } {
  const colon = name.indexOf(':')
  return { tenant: name.slice(0, colon), id: name.slice(colon + 1) }
}

/**
 * The id of the workflow of a run: the same whoever submits it, so that a (schedule, nominal time) has one at most. A backfill of a time that has been
 * fired finds that workflow while it is kept, and so does a request for a run that is repeated.
 */
export function runId(partition: number, name: string, run: RunName): string {
  const what = run.kind === 'trigger' ? `m:${run.token}` : `t:${run.nominalTime}`
  return derivedWorkflowId(partition, `schedule ${name} ${what}`)
}

/** What Redis keeps of a schedule beside its definition. */
export interface ScheduleState {
  version: string
  /** The nominal time that comes next, Unix ms; null: none. */
  next: number | null
  /** When it fires: behind the nominal time by its jitter. */
  due: number | null
  fired: number
  skipped: number
  missed: number
  /** Times that fired, or wait to; what people asked for does not count. */
  ticks: number
}

export function parseState(text: string): ScheduleState | undefined {
  const parts = text.split(' ')
  if (parts.length !== 10) return undefined
  const [version = '0', next, due, , , , fired, skipped, missed, ticks] = parts
  const time = (part: string | undefined): number | null => (part === '-' ? null : Number(part))
  return {
    version,
    next: time(next),
    due: time(due),
    fired: Number(fired),
    skipped: Number(skipped),
    missed: Number(missed),
    ticks: Number(ticks),
  }
}

/** A run of a schedule that has been submitted. */
export interface ScheduleRun extends RunName {
  workflow: string
  /** When, Unix ms. */
  firedAt: number
  /** How much later than it was due, ms. */
  latenessMs: number
}

/** Reads field `l` of a schedule: the newest first. */
export function parseRuns(text: string): ScheduleRun[] {
  return text.split('\n').flatMap((line) => {
    const [workflow = '', what = '', firedAt, latenessMs] = line.split(' ')
    const run = parseRun(what)
    return run === undefined ? [] : [{ workflow, ...run, firedAt: Number(firedAt), latenessMs: Number(latenessMs) }]
  })
}

/** By what schedule a workflow was submitted, and for when. */
export interface ScheduledBy {
  id: string
  kind: RunKind
  /** The time for which it was submitted, Unix ms. */
  nominalTime: number
  /** How much later than it was due, ms. */
  latenessMs: number
}

/** Reads field `B` of a workflow. */
export function parseScheduledBy(text: string | null): ScheduledBy | undefined {
  const [name = '', what = '', late] = (text ?? '').split(' ')
  const run = parseRun(what)
  return run === undefined ? undefined : { id: splitName(name).id, kind: run.kind, nominalTime: run.nominalTime, latenessMs: Number(late) }
}
