/** The tasks of the load. Each does one thing, so that the right value of a workflow is known before it runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, signature, type TaskContext, type TaskDefinition } from '../../../src/engine/index.js'
import { runOf } from '../../support/grant-times.js'

type Handler = TaskDefinition['handler']

const pause = async (ctx: TaskContext): Promise<void> => {
  if (ctx.kwargs.ms) await sleep(Number(ctx.kwargs.ms))
}

const numbers = (args: Json[]): number[] => args.flat(9) as number[]

/** Keeps the event loop for that long, as a long calculation does. */
function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

export const HANDLERS: { [name: string]: Handler } = {
  /** Its first argument, after keyword `ms`. */
  work: async (ctx, [value = null]) => {
    await pause(ctx)
    return value
  },
  /** The same at once, without a promise. */
  echo: (_ctx, [value = null]) => value,
  /** What schedules submit: its argument is the schedule's id. */
  tick: async (ctx, [schedule = null]) => {
    await pause(ctx)
    return schedule
  },
  add: (_ctx, args) => numbers(args).reduce((sum, n) => sum + n, 0),
  /** Count and sum of a list. */
  total: (_ctx, [list]) => {
    const all = numbers([list ?? null])
    return { count: all.length, sum: all.reduce((sum, n) => sum + n, 0) }
  },
  /** A text of that many characters. */
  text: (_ctx, [length]) => 'x'.repeat(Number(length)),
  /** Characters of all texts of a list. */
  lengths: (_ctx, [list]) => (list as string[]).reduce((sum, text) => sum + text.length, 0),
  /** Tries again until the third attempt. */
  stumble: (ctx, [value = null]) => (ctx.attempt < 3 ? ctx.retry({ countdownMs: 20, maxRetries: 5 }) : value),
  /** Becomes `work` of the same value. */
  become: (ctx, [value = null]) => ctx.replace(signature('work', [value], ctx.kwargs)),
  /** Adds one more member, `work(more)`, to its chord. */
  extend: (ctx, [value = null, more = null]) => {
    ctx.addToChord(signature('work', [more]))
    return value
  },
  /** Fails in every run before run `until`; then it is `work`. */
  frail: async (ctx, [value = null]) => {
    await pause(ctx)
    if (runOf(ctx) < Number(ctx.kwargs.until)) throw new TypeError('not in this run')
    return value
  },
  /** Becomes `frail` of the same value. */
  waver: (ctx, [value = null]) => ctx.replace(signature('frail', [value], ctx.kwargs)),
  refuse: () => {
    throw new TypeError('as it should')
  },
  /** What an error callback answers. */
  heard: () => 'heard',
  block: (_ctx, [ms]) => {
    block(Number(ms))
    return 'done'
  },
  /** Ends its process, every time. */
  poison: () => process.exit(66),
}
