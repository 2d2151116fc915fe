/**
 * The cases of own.json: their shape, and the tasks that they use beyond those of the README.
 *
 * Shared by the tests here; pure but for reading the file.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Canvas,
  type Fluent,
  fluent,
  type Json,
  type Outcome,
  readCanvas,
  type SubmitOptions,
  type TaskContext,
  type TaskDefinition,
  type WireError,
} from '../../src/engine/index.js'
import type { Mark, RecordMark } from './tasks.js'

export interface OwnCase {
  id: string
  /** The rule of docs/canvas-semantics.md that it shows: `4.3`. */
  rule: string
  canvas: Json
  /** Of its submit. */
  options?: SubmitOptions
  /** Methods of the builders called on the canvas before it is submitted; canvases among their arguments are in our JSON form. */
  calls?: [method: 'clone' | 'link' | 'onError' | 'set' | 'skew', ...args: Json[]][]
  /** What the canvas is in our JSON form after the calls. */
  written?: Json
  /** Paths of the faults for which the canvas is refused; nothing else is expected of such a case. */
  refused?: string[]
  /** Submitted before the worker that can run it starts. */
  late?: boolean
  /** The outcome. An error is without its stack and with its code only where there is one, a ChordError without its message. */
  expect?: unknown
  /** The states of all nodes in definition order. */
  states?: string[]
  /** The workflow's state. */
  status?: string
  /** What callbacks noted: a multiset, or a list where `ordered`. */
  marks?: Mark[]
  ordered?: boolean
}

export const ownCases = JSON.parse(readFileSync(new URL('./own.json', import.meta.url), 'utf8')) as OwnCase[]

/** The canvas of a case after its calls. */
export function canvasOf({ canvas, calls = [] }: OwnCase): Canvas {
  let built: Fluent = fluent(readCanvas(canvas))
  for (const [method, ...args] of calls) {
    const call = built[method as keyof Fluent] as unknown as (...args: unknown[]) => Fluent
    built = call.apply(built, method === 'link' || method === 'onError' ? args.map((callback) => readCanvas(callback)) : args)
  }
  return built
}

const caseOf = (ctx: TaskContext): string => String(ctx.kwargs.case)
const tagOf = (ctx: TaskContext): string => String(ctx.kwargs.tag)

/** Adds its `members` to its chord, asks for `retries` first, fails where it `fails`; gives its tag. */
function grow(ctx: TaskContext): Json {
  const { members, retries = 0, fails = false, tag = null } = ctx.kwargs
  for (const member of members as Json[]) ctx.addToChord(readCanvas(member))
  if (ctx.attempt <= Number(retries)) ctx.retry({ countdownMs: 0 })
  if (fails) throw new Error('grown in vain')
  return tag
}

interface Fault {
  name?: string
  message?: string
  code?: string | number
  cause?: Fault
}

function errorFrom({ name = 'Error', message = '', code, cause }: Fault): Error {
  const error = new Error(message, cause && { cause: errorFrom(cause) })
  return Object.assign(error, { name }, code !== undefined && { code })
}

function fault({ kwargs }: TaskContext): never {
  throw 'thrown' in kwargs ? kwargs.thrown : errorFrom(kwargs as Fault)
}

/** Notes all that an error callback is given; of the request the names of its fields, for ids differ. */
function callbackArguments(args: Json[]): unknown {
  const [request, error, traceback, ...rest] = args as [{ [name: string]: Json }, { type: string; message: string }, Json, ...Json[]]
  const { task, args: given, kwargs, attempt } = request
  const { type, message } = error
  const seen = { task, args: given, kwargs, attempt, error: { type, message }, traceback: typeof traceback === 'string', rest }
  return { request: Object.keys(request).sort(), ...seen }
}

/** Gives what its attempts share: one id, and the arguments of each. */
function sameId(ids: Map<string, string>, ctx: TaskContext, args: Json[]): Json {
  const first = ids.get(caseOf(ctx)) ?? `${ctx.id} ${JSON.stringify(args)}`
  ids.set(caseOf(ctx), first)
  if (ctx.attempt < 3) ctx.retry({ countdownMs: 0 })
  return [first === `${ctx.id} ${JSON.stringify(args)}` ? 'one id' : 'several ids', args]
}

/** Retries as often as it has `waits`, and says whether each wait was at least as long (ms). */
function backoff(ended: Map<string, number>, time: Time, ctx: TaskContext): Json {
  const waits = ctx.kwargs.waits as number[]
  const waited = time.now() - (ended.get(caseOf(ctx)) ?? 0)
  const least = waits[ctx.attempt - 2]
  if (least !== undefined && waited < least) return `${waited} ms before attempt ${ctx.attempt} instead of ${least}`
  if (ctx.attempt > waits.length) return 'waited long enough'
  ended.set(caseOf(ctx), time.now())
  return ctx.retry()
}

/** The clock that its tasks go by, ms. */
export interface Time {
  now(): number
  pass(ms: number): Promise<void> | void
}

const REAL_TIME: Time = { now: () => Date.now(), pass: (ms) => sleep(ms) }

/** The tasks that own.json needs beyond those of the README. */
export function ownTasks(record: RecordMark, time: Time = REAL_TIME): TaskDefinition[] {
  const ids = new Map<string, string>()
  const ended = new Map<string, number>()
  const handlers: { [name: string]: TaskDefinition['handler'] } = {
    skip: (ctx) => ctx.ignore(),
    grow,
    fault,
    become: (ctx) => ctx.replace(readCanvas(ctx.kwargs.canvas)),
    again: (ctx) => (ctx.attempt < Number(ctx.kwargs.upTo) ? ctx.retry({ countdownMs: 0, maxRetries: null }) : ctx.attempt),
    sameid: (ctx, args) => sameId(ids, ctx, args),
    backoff: (ctx) => backoff(ended, time, ctx),
    now: () => time.now(),
    waited: (_ctx, [since, ms]) => time.now() - Number(since) >= Number(ms),
    slow: async (ctx, [ms]) => {
      await time.pass(Number(ms))
      return ctx.kwargs.retry ? ctx.retry({ countdownMs: 0 }) : 'ended'
    },
    tries: async (ctx) => {
      await record(caseOf(ctx), [tagOf(ctx), ctx.attempt])
      if (ctx.kwargs.throws !== undefined) throw new Error(String(ctx.kwargs.throws))
      return ctx.retry({ countdownMs: 0 })
    },
    errargs: (ctx, args) => record(caseOf(ctx), [tagOf(ctx), callbackArguments(args)]),
  }
  return Object.entries(handlers).map(([name, handler]) => ({ name, handler }))
}

/** Rule, title and case, for `test.each`. */
export const titled = (cases: OwnCase[]) => cases.map((one) => [one.rule, one.id.replaceAll('-', ' '), one] as const)
/** Cases that are no refusals. */
export const accepted = ownCases.filter(({ refused }) => refused === undefined)

type PlainError = { type: string; message?: string; code?: string; cause?: PlainError }

function plainError({ type, message, code, cause }: WireError, expected: PlainError | undefined): PlainError {
  const said = type === 'ChordError' || (expected !== undefined && expected.message === undefined) ? {} : { message }
  return { type, ...said, ...(code === undefined ? {} : { code }), ...(cause ? { cause: plainError(cause, expected?.cause) } : {}) }
}

/** What is compared: where the expectation leaves a message out, so does this. */
export function plain(outcome: Outcome | null, expected: unknown): unknown {
  const { results, error } = (expected ?? {}) as { results?: unknown[]; error?: PlainError }
  if (outcome?.state === 'GROUP') return { state: 'GROUP', results: outcome.results.map((one, k) => plain(one, results?.[k])) }
  if (outcome && 'error' in outcome && outcome.error) return { state: outcome.state, error: plainError(outcome.error, error) }
  return outcome
}
