// Tasks that pools run, in the plainest form: a module of the user's, loaded in every thread and process.
import { setTimeout as sleep } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'

const task = (name, handler, options = {}) => ({ name, handler, options })

export const tasks = [
  task('where', () => ({ pid: process.pid, threadId })),
  task('echo', (_ctx, [value = null]) => value),
  task('total', (_ctx, [list]) => list.flat(9).reduce((sum, n) => sum + n, 0)),
  /** Never gives the loop back. */
  task('spin', () => {
    for (;;);
  }),
  task('spinOnce', (ctx) => {
    if (ctx.attempt > 1) return 'second'
    for (;;);
  }),
  /** Keeps the loop for a while, and says so. */
  task('block', (_ctx, [ms]) => {
    console.log('blocks')
    for (const until = performance.now() + ms; performance.now() < until; );
    return 'blocked'
  }),
  /** Waits for ever, signal or not. */
  task('hang', () => new Promise(() => setInterval(() => {}, 1_000))),
  /** Waits until its signal fires, and says why. */
  task('waits', async (ctx, [answers = true]) => {
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))
    if (!answers) throw ctx.signal.reason
    return { reason: ctx.signal.reason.name }
  }),
  /** As waits, and says on its standard output what it was told. */
  task('says', async (ctx) => {
    console.log('begun')
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))
    console.log(`told ${ctx.signal.reason.name} ${ctx.signal.reason.code}`)
    return 'too late'
  }),
  task('crash', async (_ctx, [ms = 0]) => {
    await sleep(ms)
    process.exit(7)
  }),
  task('killed', () => process.kill(process.pid, 'SIGKILL')),
  task('nap', (_ctx, [value, ms]) => sleep(ms, value)),
  task('become', (ctx, [value]) => ctx.replace({ kind: 'task', task: 'echo', args: [value], kwargs: {}, options: {}, immutable: true })),
  task('adds', (ctx, [value]) => {
    ctx.addToChord({ kind: 'task', task: 'echo', args: [value * 10], kwargs: {}, options: {}, immutable: true })
    return value
  }),
  /** Starts two children and waits for a third one, which gets their ids and whether they had been there. */
  task('parents', async (ctx) => {
    const echo = (value) => ({ kind: 'task', task: 'echo', args: [value], kwargs: {}, options: {}, immutable: true })
    const started = [await ctx.startChild(echo(1), { name: 'first' }), await ctx.startChild(echo(2))]
    const refused = await ctx.startChild(echo(3), { spread: true }).catch((error) => error.code)
    if (ctx.attempt < 2) return ctx.retry({ countdownMs: 1 })
    return ctx.executeChild(echo([...started.map(({ duplicate }) => duplicate), refused]), { name: 'last' })
  }),
  task('tries', (ctx) => (ctx.attempt < 3 ? ctx.retry({ countdownMs: 1 }) : ctx.attempt)),
  task('throws', () => {
    throw Object.assign(new RangeError('too far'), { code: 'E_FAR' })
  }),
  task('tells', async (ctx) => {
    ctx.logger.warn({ err: new Error('odd') }, 'seen from the pool')
    ctx.progress(1, 2, 'half')
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))
    return 'told'
  }),
  task('eats', (_ctx, [mb]) => {
    globalThis.eaten = Array.from({ length: mb }, () => new Array(131_072).fill(1.5))
    return { pid: process.pid, threadId }
  }),
  task('calls', (_ctx, args, kwargs) => ({ args, kwargs })),
]
