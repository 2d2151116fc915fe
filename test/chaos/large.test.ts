import { describe, expect, onTestFinished, test } from 'vitest'
import { type Canvas, Client, chain, chord, group, signature, TaskRegistry, Worker, type WorkflowHandle } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

/** The sizes that are promised, and a tenth of them where every run counts. */
const VERIFY = process.env.CHORDIS_VERIFY === '1'
const SCALE = VERIFY ? 1 : 0.1
const WIDE = 100_000 * SCALE
const LONG = 10_000 * SCALE

/**
 * Longest that one script may take, in `verify` alone. SLOWLOG counts µs by the clock on the wall, and on a busy machine Redis waits for a core in the middle of
 * a script; so a graph gets twelve tries: a script that does too much is slow in each of them. What scripts do at most is counted in engine/turn-bounds.test.ts.
 */
const BUDGET_US = VERIFY ? 20_000 : Number.POSITIVE_INFINITY
const TRIES = 12

describe('large graphs', () => {
  const redis = useRedis({ appendonly: true, config: { 'slowlog-log-slower-than': 1_000, 'slowlog-max-len': 100_000 } })

  /** Script calls that took more than a millisecond, longest first. */
  async function slowScripts(): Promise<{ us: number; call: string }[]> {
    const entries = (await redis.server.call('SLOWLOG', 'GET', -1)) as [number, number, number, string[]][]
    const scripts = entries.filter(([, , , [command = '']]) => /^(eval|fcall)/i.test(command))
    return scripts.map(([, , us, words]) => ({ us, call: words.slice(0, 12).join(' ').slice(0, 300) })).sort((a, b) => b.us - a.us)
  }

  /** Runs it, looks at what became of it, and at how long Redis was held up. */
  async function run(name: string, canvas: Canvas, look: (handle: WorkflowHandle) => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      await redis.server.call('SLOWLOG', 'RESET')
      await look(await once(name, canvas))
      const over = (await slowScripts()).filter(({ us }) => us > BUDGET_US)
      if (over.length === 0 || tries === TRIES) return expect(over).toEqual([])
    }
  }

  async function once(name: string, canvas: Canvas): Promise<WorkflowHandle> {
    const namespace = redis.ns()
    const client = await Client.connect({ redis: redis.url, namespace })
    const tasks = new TaskRegistry()
    tasks.register({ name: 'one', handler: (_ctx, [x = 0]) => Number(x) + 1 })
    tasks.register({ name: 'sum', handler: (_ctx, [list]) => (list as number[]).reduce((sum, n) => sum + n, 0) })
    tasks.register({ name: 'boom', handler: () => Promise.reject(new RangeError('the first step')) })
    const worker = new Worker({ redis: redis.url, namespace, tasks, concurrency: 500 })
    onTestFinished(async () => {
      await worker.stop({ graceMs: 0 })
      await client.close()
    })
    await worker.start()
    const from = performance.now()
    const handle = await client.submit(canvas, { limits: { nodes: 2 * WIDE } })
    const stored = performance.now()
    await until(async () => (await handle.status()).ended, { timeoutMs: 300_000, intervalMs: 50, what: `${name} ends` })
    const ended = performance.now()
    const { counts } = await handle.status()
    const [slowest] = await slowScripts()
    const perNode = (((ended - from) / counts.total) * 1_000).toFixed(1)
    console.log(
      `${name}: ${counts.total} tasks, submit ${Math.round(stored - from)} ms, end ${Math.round(ended - from)} ms, ${perNode} µs a task, ` +
        `slowest script ${slowest ? `${(slowest.us / 1_000).toFixed(1)} ms` : 'under 1 ms'}`,
    )
    return handle
  }

  const steps = (count: number) => Array.from({ length: count }, () => signature('one'))

  test(`a chain that opens into a group of ${WIDE} and closes again`, async () => {
    await run('chain -> group -> task', chain(signature('one', [1]), group(steps(WIDE)), signature('sum')), async (handle) => {
      expect(await handle.result()).toBe(3 * WIDE)
      const { counts } = await handle.status()
      expect(counts).toEqual({ total: WIDE + 2, success: WIDE + 2, failure: 0, revoked: 0, skipped: 0, remaining: 0 })
    })
  }, 600_000)

  test(`a group of ${WIDE} whose opening step fails is skipped in bounded steps`, async () => {
    await run('failure -> group', chain(signature('boom'), group(steps(WIDE)), signature('sum')), async (handle) => {
      expect(await handle.outcome()).toMatchObject({ state: 'FAILURE', error: { type: 'RangeError' } })
      expect((await handle.status()).counts).toMatchObject({ failure: 1, skipped: WIDE + 1, remaining: 0 })
    })
  }, 600_000)

  test(`a chain of ${LONG}`, async () => {
    await run('chain', chain(steps(LONG)), async (handle) => {
      expect(await handle.result()).toBe(LONG)
      const nodes = await handle.results()
      expect(nodes.map(({ result }) => result)).toEqual(Array.from({ length: LONG }, (_, i) => i + 1))
    })
  }, 600_000)

  test(`a chain of ${LONG} whose first step fails`, async () => {
    await run('failing chain', chain(signature('boom'), steps(LONG - 1)), async (handle) => {
      expect(await handle.outcome()).toMatchObject({ state: 'FAILURE', error: { type: 'RangeError', message: 'the first step' } })
      expect((await handle.status()).counts).toMatchObject({ total: LONG, failure: 1, skipped: LONG - 1, remaining: 0 })
    })
  }, 600_000)

  test(`a chord of ${LONG} members of which no two are alike`, async () => {
    const members = Array.from({ length: LONG }, (_, i) => signature('one', [i], {}, { retry: { factorMs: i + 1 } }))
    await run('heterogeneous chord', chord(members, signature('sum')), async (handle) => {
      expect(await handle.result()).toBe((LONG * (LONG + 1)) / 2)
    })
  }, 600_000)

  test(`a chord of ${LONG} members, half of which fail`, async () => {
    const members = Array.from({ length: LONG }, (_, i) => (i % 2 === 0 ? signature('one', [i]) : signature('boom')))
    await run('failing chord', chord(members, chain(signature('sum'), signature('one'))), async (handle) => {
      expect(await handle.outcome()).toMatchObject({
        state: 'FAILURE',
        error: { type: 'ChordError', cause: { message: 'the first step' } },
      })
      expect((await handle.status()).counts).toMatchObject({ success: LONG / 2, failure: LONG / 2 + 1, skipped: 1, remaining: 0 })
    })
  }, 600_000)

  test(`${LONG} chains of three side by side, and a task over their results`, async () => {
    const members = Array.from({ length: LONG }, (_, i) => chain(signature('one', [i]), signature('one'), signature('one')))
    await run('many chains', chord(members, signature('sum')), async (handle) => {
      expect(await handle.result()).toBe((LONG * (LONG - 1)) / 2 + 3 * LONG)
    })
  }, 600_000)
})
