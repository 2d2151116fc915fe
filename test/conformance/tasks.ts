/**
 * The tasks of the conformance cases (see the table in README.md here): what the reference runs in Celery, written for our engine.
 *
 * Pure but for `record`, which gets what the callbacks noted. Used by the conformance worker, the property tests and whoever needs
 * tasks with a known meaning. The evaluator in test/support gives the same tasks a meaning of its own and imports nothing from here.
 */
import type { Canvas, Json, TaskContext, TaskDefinition } from '../../src/engine/index.js'

/** What a callback noted: `[tag, [result]]` for `mark`, `[tag, errorType]` for `errmark`. */
export type Mark = [tag: string, seen: unknown]

/** Keeps a mark under its case's id. A promise is awaited before the callback's node succeeds. */
export type RecordMark = (caseId: string, mark: Mark) => void | Promise<void>

type Handler = TaskDefinition['handler']

class ValueError extends Error {
  override readonly name = 'ValueError'
}

const tagOf = (ctx: TaskContext): string => String(ctx.kwargs.tag ?? '')

function othersOf(ctx: TaskContext): { [name: string]: Json } {
  const { tag: _tag, ...others } = ctx.kwargs
  return others
}

function node(args: Json[], tag: string, immutable: boolean): Canvas {
  return { kind: 'task', task: 'node', args, kwargs: { tag }, options: {}, immutable }
}

function sumOf(value: Json): number {
  return Array.isArray(value) ? value.reduce<number>((sum, item) => sum + sumOf(item), 0) : (value as number)
}

function flaky(ctx: TaskContext, args: Json[]): Json {
  const fails = Number(ctx.kwargs.fails ?? 0)
  if (ctx.attempt - 1 < fails) ctx.retry({ countdownMs: 0, maxRetries: null })
  return { t: tagOf(ctx), a: args, k: {} }
}

function swapchain(ctx: TaskContext, args: Json[]): never {
  const steps = [node(args, `${tagOf(ctx)}.1`, true), node([], `${tagOf(ctx)}.2`, false)]
  return ctx.replace({ kind: 'chain', steps, options: {} })
}

function swapgroup(ctx: TaskContext, args: Json[]): never {
  const members = Array.from({ length: Number(ctx.kwargs.n) }, (_, i) => node([...args, i], `${tagOf(ctx)}.g`, true))
  return ctx.replace({ kind: 'group', members, options: {} })
}

const errorTypeOf = (error: Json | undefined): unknown => (error as { type?: Json } | undefined)?.type ?? null

interface Fault {
  type: string
  message: string
  cause?: Fault
}

/** An outcome in few words: of an error its type, and what it comes from at last. */
function brief(outcome: Json): Json {
  const { state, result = null, results = [], error } = outcome as { state: string; result?: Json; results?: Json[]; error?: Json }
  if (state === 'SUCCESS') return { ok: result }
  if (state === 'GROUP') return { group: results.map(brief) }
  if (error === undefined) return { [state]: [null, null, null] }
  const seen = error as unknown as Fault
  let root = seen
  while (root.cause) root = root.cause
  return { [state]: [seen.type, root.type, root.message] }
}

/** The tasks. `record` is called by `mark` and `errmark` while they run. */
export function conformanceTasks(record: RecordMark): TaskDefinition[] {
  const handlers: { [name: string]: Handler } = {
    node: (ctx, args) => ({ t: tagOf(ctx), a: args, k: othersOf(ctx) }),
    const: (ctx) => ctx.kwargs.value ?? null,
    ident: (_ctx, [x]) => x ?? null,
    add: (_ctx, [x, y]) => (x as number) + (y as number),
    mul: (_ctx, [x, y]) => (x as number) * (y as number),
    xsum: (_ctx, [list]) => sumOf(list ?? []),
    boom: (ctx) => {
      throw new ValueError(tagOf(ctx))
    },
    flaky,
    exhaust: (ctx) => ctx.retry({ countdownMs: 0, maxRetries: 1, error: new ValueError(tagOf(ctx)) }),
    swap: (ctx, args) => ctx.replace(node(args, `${tagOf(ctx)}.r`, true)),
    swapchain,
    swapgroup,
    outcomes: (_ctx, [list = null]) => (Array.isArray(list) ? list.map(brief) : list),
    mark: async (ctx, args) => {
      await record(String(ctx.kwargs.case), [tagOf(ctx), args])
      return args[0] ?? null
    },
    errmark: async (ctx, [, error]) => {
      await record(String(ctx.kwargs.case), [tagOf(ctx), errorTypeOf(error)])
      return null
    },
  }
  return Object.entries(handlers).map(([name, handler]) => ({ name, handler }))
}
