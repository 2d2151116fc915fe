/** A revocation meets everything that can happen to a task at the same moment: whoever is first wins, every node ends, and nothing stays behind. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Canvas, chain, chord, group, type Worker, type WorkflowHandle } from '../../../src/engine/index.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { useRedis } from '../../support/redis-server.js'
import { type SeededRandom, seeded } from '../../support/seed.js'
import { until } from '../../support/wait.js'
import { COMMON, call, end, TestEngine } from '../harness.js'

const redis = useRedis()
const ROUNDS = process.env.CHORDIS_VERIFY === '1' ? 10_000 : 400
const IN_FLIGHT = 16
const TERMINAL = ['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED']

/** Each ends, tries again, fires a join, replaces itself, or adds to a chord within some milliseconds. */
const SHAPES: ((ms: number) => Canvas)[] = [
  (ms) => call('ends', [1, ms]),
  (ms) => chain(call('ends', [1, ms]), call('ends', [ms]), call('echo')),
  (ms) => chain(call('again', [1, ms]), call('echo')),
  (ms) => chord([call('ends', [1, ms]), call('ends', [2, ms]), call('again', [3, 1])], call('add')),
  (ms) => chain(call('more', [1, ms]), call('echo')),
  (ms) => chord([call('adds', [1, ms]), call('ends', [2, ms])], call('add')),
  (ms) =>
    chord([chain(call('ends', [1, ms]), group([call('echo'), call('boom')])), call('more', [2, ms])], call('args')).onError(call('echo')),
]

const handlers = {
  ...COMMON,
  ends: async (_ctx: unknown, [value, ms]: unknown[]) => {
    await sleep(Number(ms))
    return value as number
  },
  again: async (ctx: { attempt: number; retry(options: object): never }, [value, ms]: unknown[]) => {
    await sleep(Number(ms))
    return ctx.attempt < 3 ? ctx.retry({ countdownMs: ctx.attempt - 1, maxRetries: 3 }) : (value as number)
  },
  more: async (ctx: { replace(canvas: Canvas): never }, [value, ms]: unknown[]) => {
    await sleep(Number(ms))
    return ctx.replace(chord([call('ends', [value, ms]), call('echo', [1])], call('add')))
  },
  adds: async (ctx: { addToChord(canvas: Canvas): void }, [value, ms]: unknown[]) => {
    await sleep(Number(ms))
    ctx.addToChord(chain(call('ends', [value, ms]), call('echo')))
    return value as number
  },
}

async function revokeSomehow(handle: WorkflowHandle, random: SeededRandom): Promise<void> {
  const terminate = random.chance(0.2)
  if (random.chance(0.7)) await handle.revoke({ terminate })
  else {
    const nodes = await handle.results()
    for (const { id } of nodes.filter(() => random.chance(0.5))) await handle.task(id).revoke({ terminate })
  }
}

test(`${ROUNDS} revocations race ends, retries, joins, replacements and lost leases: every node ends once, and nothing is left`, async () => {
  const engine = await TestEngine.open(redis.url)
  const random = seeded()
  const workers: Worker[] = [await engine.worker(handlers), await engine.worker(handlers)]
  const db = redis.connect()
  const namespace = new Namespace({ namespace: engine.namespace })
  await namespace.load(db)
  const seen: { [state: string]: number } = {}
  let left = ROUNDS
  let reaped = 0

  const round = async (): Promise<void> => {
    const shape = random.pick(SHAPES) as (typeof SHAPES)[number]
    const [ms, after, loss] = [random.int(0, 4), random.int(0, 12), random.chance(0.1)]
    const handle = await engine.client.submit(shape(ms))
    await sleep(after)
    if (loss) {
      reaped++
      const { process } = random.pick(workers) as Worker
      await namespace.runAtEpoch(db, 0, (epoch) => calls.reap(epoch, process, '', 1, 3, 0))
    }
    await revokeSomehow(handle, random)
    const { outcome, nodes } = await end(handle)
    expect(nodes.filter(({ state }) => !TERMINAL.includes(state))).toEqual([])
    const { counts } = await handle.status()
    for (const state of TERMINAL) expect(counts[state.toLowerCase() as 'success']).toBe(nodes.filter((node) => node.state === state).length)
    seen[outcome.state] = (seen[outcome.state] ?? 0) + 1
    await handle.forget()
  }
  const lane = async (): Promise<void> => {
    while (left-- > 0) await round()
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  expect(seen).toMatchObject({ SUCCESS: expect.any(Number), REVOKED: expect.any(Number) })
  expect(reaped).toBeGreaterThan(0)
  const mayStay = /:(meta|namespace|beats|repairs|ended|p:\w+|w:|wake:\w+|active|spread|counts|events)$|:namespace$|:a:|:p:/
  const traces = async (): Promise<string[]> => (await db.keys(`${engine.namespace}:*`)).filter((key) => !mayStay.test(key))
  await until(async () => (await traces()).length === 0, { what: 'no key of a workflow, a list or a timer is left' })
}, 600_000)
