import { expect, test } from 'vitest'
import { ChordisError, chain, chord, group, type Json, signature, UnrecoverableError } from '../../src/engine/index.js'
import { keysOf } from '../support/dead-letters.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, callAlone, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

const HANDLERS: Handlers = {
  ...COMMON,
  fail: (_ctx, [message = 'failed']) => {
    throw new TypeError(String(message))
  },
  refuse: () => {
    throw new ChordisError('limit-exceeded', 'too much')
  },
}

async function opened(partitions = 1): Promise<TestEngine> {
  const engine = await TestEngine.open(redis.url, partitions)
  await engine.worker(HANDLERS)
  return engine
}

async function indexes(engine: TestEngine): Promise<{ dead: string[]; deadof: string[] }> {
  const connection = redis.connect()
  const keys = await keysOf(connection, engine.namespace, '-')
  const [dead, deadof] = await Promise.all([connection.zrange(keys.of('dead'), '0', '-1'), connection.zrange(keys.of('deadof'), '0', '-1')])
  return { dead, deadof }
}

test('a task that failed by itself is a dead letter, with its error, its attempts and the moment', async () => {
  const engine = await opened()
  const from = Date.now()
  const { handle } = await engine.run(chain(call('echo', [7]), signature('fail', ['no'], { a: 1 }).set({ queue: 'default' }), call('echo')))
  const [letter] = (await engine.client.deadLetters.list()).letters
  expect(letter).toMatchObject({
    id: `${handle.id}:1`,
    task: 'fail',
    queue: 'default',
    workflow: handle.id,
    tenant: '-',
    error: { type: 'TypeError', message: '7' },
    attempts: 1,
  })
  expect(letter?.failedAt).toBeGreaterThanOrEqual(from - 2)
  expect(await engine.client.deadLetters.get(`${handle.id}:1`)).toMatchObject({ ...letter, args: [7, 'no'], kwargs: { a: 1 }, errors: [] })
  expect(await engine.client.deadLetters.count()).toBe(1)
})

test('what failed because of others is none: skipped tasks, bodies with a ChordError, expired tasks, places', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...HANDLERS, become: (ctx) => ctx.replace(call('fail', ['inside'])) })
  await engine.run(chain(chord([call('echo'), call('fail', ['member'])], call('echo')), call('echo')))
  await engine.run(call('become'))
  await engine.run(call('echo', [1], { expiresAtMs: 1 }))
  const { letters } = await engine.client.deadLetters.list()
  expect(letters.map(({ task, error }) => [task, error.message])).toEqual([
    ['fail', 'inside'],
    ['fail', 'member'],
  ])
})

test('an attempt that is tried again is none before the last', async () => {
  const engine = await TestEngine.open(redis.url)
  const counts: number[] = []
  const failing = async () => {
    counts.push(await engine.client.deadLetters.count())
    throw new Error('again')
  }
  await engine.worker({ failing: { handler: failing, options: { retry: { auto: true, maxRetries: 2, factorMs: 1 } } } })
  await engine.run(call('failing'))
  expect(counts).toEqual([0, 0, 0])
  expect((await engine.client.deadLetters.list()).letters).toMatchObject([{ attempts: 3 }])
})

test('the list is filtered by task, error, tenant, workflow and time', async () => {
  const engine = await opened()
  const one = await engine.run(call('fail', ['disk full']))
  const two = await engine.run(call('refuse'))
  const { handle } = await engine.client
    .submit(call('fail', ['other']), { tenant: 'acme' })
    .then(async (handle) => ({ handle, ended: await handle.outcome({ waitMs: 5_000 }) }))
  const { deadLetters } = engine.client
  const ids = async (filter: Parameters<typeof deadLetters.list>[0]) =>
    (await deadLetters.list(filter)).letters.map(({ workflow }) => workflow)
  const [o, t, h] = [one.handle.id, two.handle.id, handle.id]
  expect(await ids({})).toEqual([h, t, o])
  expect(await ids({ task: 'fail' })).toEqual([h, o])
  expect(await ids({ error: 'disk' })).toEqual([o])
  expect(await ids({ error: 'TypeError' })).toEqual([h, o])
  expect(await ids({ error: 'limit-exceeded' })).toEqual([t])
  expect(await ids({ tenant: 'acme' })).toEqual([h])
  expect(await ids({ workflow: t })).toEqual([t])
  const times = (await deadLetters.list()).letters.map(({ failedAt }) => failedAt as number)
  expect(await ids({ before: times[1] as number })).not.toContain(t)
  expect(await ids({ after: times[1] as number })).not.toContain(times[2] === times[1] ? '' : o)
  await expect(deadLetters.list({ limit: 0 })).rejects.toMatchObject({ code: 'request-invalid', path: 'limit' })
  await expect(deadLetters.list({ cursor: 'x' })).rejects.toMatchObject({ code: 'request-invalid', path: 'cursor' })
  await expect(deadLetters.list({ before: '1' as never })).rejects.toMatchObject({ code: 'request-invalid', path: 'before' })
})

test('pages follow one another over partitions, each letter once, the newest first, whatever is requeued in between', async () => {
  const engine = await opened(3)
  const handles = await Promise.all(
    Array.from({ length: 60 }, (_, k) => engine.client.submit(group(call('fail', [k]), callAlone('fail', [k])))),
  )
  for (const handle of handles) await handle.outcome({ waitMs: 20_000 })
  const seen: string[] = []
  const times: number[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await engine.client.deadLetters.list({ limit: 7, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...page.letters.map(({ id }) => id))
    times.push(...page.letters.map(({ failedAt }) => failedAt as number))
    if (page.letters[0]) await engine.client.deadLetters.drop(page.letters[0].id)
    cursor = page.cursor
  }
  expect(seen).toHaveLength(120)
  expect(new Set(seen).size).toBe(120)
  expect(times).toEqual([...times].sort((a, b) => b - a))
})

test('a dry run says which are meant and changes nothing; dropping takes them out of the list, their tasks stay failed', async () => {
  const engine = await opened()
  const { handle } = await engine.run(group(call('fail', ['x']), call('fail', ['y']), call('refuse')))
  const { deadLetters } = engine.client
  expect(await deadLetters.requeue({ task: 'fail' }, { dryRun: true })).toMatchObject({ matched: 2, changed: 0 })
  expect(await deadLetters.drop({ task: 'fail' }, { dryRun: true })).toMatchObject({ matched: 2, changed: 0 })
  expect(await deadLetters.count()).toBe(3)
  expect(await deadLetters.drop({ task: 'fail' })).toMatchObject({ matched: 2, changed: 2 })
  expect((await deadLetters.list()).letters.map(({ task }) => task)).toEqual(['refuse'])
  expect((await handle.results()).map(({ state }) => state)).toEqual(['FAILURE', 'FAILURE', 'FAILURE'])
  expect(await deadLetters.drop(`${handle.id}:0`)).toMatchObject({ matched: 1, changed: 0 })
  await expect(deadLetters.get(`${handle.id}:7`)).rejects.toMatchObject({ code: 'not-found' })
})

test('dead letters go with their workflow: by retention, and when it is forgotten', async () => {
  const engine = await opened()
  const failing = () => group(Array.from({ length: 1_500 }, () => callAlone('fail')))
  const short = await engine.client.submit(failing(), { retentionMs: 0 })
  const kept = await engine.run(failing())
  await until(async () => (await short.status().catch(() => null)) === null, { what: 'the workflow without retention is gone' })
  expect(await engine.client.deadLetters.count()).toBe(1_500)
  await kept.handle.forget()
  expect(await indexes(engine)).toEqual({ dead: [], deadof: [] })
})

test('of more than 10,000 the oldest go', async () => {
  const engine = await opened()
  const first = await engine.run(call('fail', ['the oldest']))
  await engine.run(group(Array.from({ length: 10_000 }, () => callAlone('fail'))))
  await until(async () => (await engine.client.deadLetters.count()) === 10_000, { what: 'the index is trimmed' })
  const { dead, deadof } = await indexes(engine)
  expect(dead).not.toContain(`${first.handle.id}:0`)
  expect(new Set(deadof)).toEqual(new Set(dead))
  expect(await engine.client.deadLetters.requeue(`${first.handle.id}:0`)).toMatchObject({ changed: 1 })
})

test('an attempt that must not be tried again is a dead letter at once', async () => {
  const engine = await TestEngine.open(redis.url)
  const failing = (): Json => {
    throw new UnrecoverableError('never')
  }
  await engine.worker({ failing: { handler: failing, options: { retry: { auto: true, maxRetries: 5 } } } })
  await engine.run(call('failing'))
  expect((await engine.client.deadLetters.list()).letters).toMatchObject([{ attempts: 1, error: { message: 'never' } }])
})
