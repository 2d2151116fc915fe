/** The list of workflows and their counts by state. */
import { expect, test } from 'vitest'
import { chain, chord, group, signature, type WorkflowFilter, type WorkflowHandle } from '../../src/engine/index.js'
import { PartitionKeys } from '../../src/engine/redis/keys.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, Gate, TestEngine } from './harness.js'

const redis = useRedis()

/** Ids of all pages of this many. */
async function listed(engine: TestEngine, filter: WorkflowFilter = {}, limit = 100): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await engine.client.workflows.list({ ...filter, limit, ...(cursor === undefined ? {} : { cursor }) })
    ids.push(...page.workflows.map(({ id }) => id))
    if (page.cursor === null) return ids
    cursor = page.cursor
  }
}

/** The list is in order of milliseconds: waits until the one after this workflow's has begun. */
async function laterThan(handle: WorkflowHandle): Promise<void> {
  const { createdAt } = await handle.status()
  await until(async () => Date.now() > createdAt + 1)
}

/** One of each state, plain and not. */
async function oneOfEach(engine: TestEngine) {
  const gate = new Gate()
  await engine.worker({ ...COMMON, gate: gate.handler })
  const { client } = engine
  const submit = {
    pending: call('unknown'),
    pendingChain: chain(call('unknown'), call('echo')),
    started: call('gate'),
    startedChain: chain(call('gate'), call('echo')),
  }
  const done = {
    success: (await engine.run(call('echo', [1]))).handle.id,
    successGroup: (await engine.run(group([call('echo', [1]), call('echo', [2])]))).handle.id,
    failure: (await engine.run(call('boom'))).handle.id,
    failureChain: (await engine.run(chain(call('boom'), call('echo')))).handle.id,
    revoked: (await engine.run(call('echo', [1], { expiresAtMs: 1 }))).handle.id,
  }
  const open = Object.fromEntries(
    await Promise.all(Object.entries(submit).map(async ([name, canvas]) => [name, (await client.submit(canvas)).id] as const)),
  ) as { [name in keyof typeof submit]: string }
  await gate.entries(2)
  return { gate, ids: { ...done, ...open } }
}

const COUNTS = { PENDING: 2, STARTED: 2, SUCCESS: 2, FAILURE: 2, REVOKED: 1, total: 9 }

test('workflows are listed by state and counted, plain tasks as well as canvases', async () => {
  const engine = await TestEngine.open(redis.url)
  const { ids, gate } = await oneOfEach(engine)
  const sorted = (...names: (keyof typeof ids)[]) => names.map((name) => ids[name]).sort()
  expect((await listed(engine, { state: 'PENDING' })).sort()).toEqual(sorted('pending', 'pendingChain'))
  expect((await listed(engine, { state: 'STARTED' })).sort()).toEqual(sorted('started', 'startedChain'))
  expect((await listed(engine, { state: 'SUCCESS' })).sort()).toEqual(sorted('success', 'successGroup'))
  expect((await listed(engine, { state: 'FAILURE' })).sort()).toEqual(sorted('failure', 'failureChain'))
  expect(await listed(engine, { state: ['REVOKED'] })).toEqual([ids.revoked])
  expect((await listed(engine, { state: ['REVOKED', 'FAILURE'] })).length).toBe(3)
  expect(await engine.client.workflows.count()).toEqual(COUNTS)
  gate.open()
  await until(async () => (await engine.client.workflows.count()).STARTED === 0, { what: 'the gates have ended' })
  expect(await engine.client.workflows.count()).toEqual({ ...COUNTS, STARTED: 0, SUCCESS: 4 })
})

test('the newest come first, in pages of any size', async () => {
  const engine = await TestEngine.open(redis.url, 2)
  const ids: string[] = []
  for (let k = 0; k < 12; k++) {
    const handle = await engine.client.submit(k % 3 === 0 ? chain(call('echo'), call('echo')) : call('echo'))
    await laterThan(handle)
    ids.unshift(handle.id)
  }
  for (const limit of [1, 5, 12, 1_000]) expect(await listed(engine, {}, limit)).toEqual(ids)
})

test('rows say what a status says', async () => {
  const engine = await TestEngine.open(redis.url)
  const { ids } = await oneOfEach(engine)
  const { workflows } = await engine.client.workflows.list()
  expect(workflows).toHaveLength(9)
  for (const { task, paused, ...row } of workflows) {
    const { rootId, children, ...status } = await engine.client.workflow(row.id).status()
    expect({ rootId, children }).toEqual({ rootId: row.id, children: 0 })
    expect(row).toEqual(status)
    expect(paused).toBe(false)
    expect(task).toBe(
      { [ids.success]: 'echo', [ids.failure]: 'boom', [ids.started]: 'gate', [ids.pending]: 'unknown', [ids.revoked]: 'echo' }[row.id] ??
        null,
    )
  }
})

test('the list is filtered by task, tag, name, tenant and time, and by several at once', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  const plain = await client.submit(call('one'))
  await laterThan(plain)
  const wide = await client.submit(chain(...Array.from({ length: 70 }, (_, k) => call(`step${k}`))), {
    tags: ['nightly', 'eu', 'nightly'],
    name: 'night "report"',
  })
  await laterThan(wide)
  const acme = await client.submit(chord([call('one'), call('two')], call('three')), { tags: ['nightly'], tenant: 'acme' })
  expect(await listed(engine, { task: 'one' })).toEqual([acme.id, plain.id])
  expect(await listed(engine, { task: 'step69' })).toEqual([wide.id])
  expect(await listed(engine, { task: 'step70' })).toEqual([])
  expect(await listed(engine, { tag: 'nightly' })).toEqual([acme.id, wide.id])
  expect(await listed(engine, { tag: 'night' })).toEqual([])
  expect(await listed(engine, { tag: 'eu' })).toEqual([wide.id])
  expect(await listed(engine, { name: 'night "report"' })).toEqual([wide.id])
  expect(await listed(engine, { name: 'night' })).toEqual([])
  expect(await listed(engine, { tenant: 'acme' })).toEqual([acme.id])
  expect(await listed(engine, { tenant: '-' })).toEqual([wide.id, plain.id])
  expect(await listed(engine, { tenant: 'nobody' })).toEqual([])
  expect(await listed(engine, { tag: 'nightly', tenant: '-' })).toEqual([wide.id])
  expect(await listed(engine, { tag: 'nightly', task: 'two', state: 'PENDING' })).toEqual([acme.id])
  const { createdAt } = await wide.status()
  expect(await listed(engine, { after: createdAt + 1_000 })).toEqual([])
  expect(await listed(engine, { before: createdAt - 1_000 })).toEqual([])
  expect(await listed(engine, { after: createdAt, before: createdAt + 1, tag: 'eu' })).toEqual([wide.id])
  expect(await client.workflows.count({ tenant: 'acme' })).toMatchObject({ PENDING: 1, total: 1 })
  expect(await client.workflows.count({ tenant: '-' })).toMatchObject({ PENDING: 2, total: 2 })
  expect(await client.workflows.count()).toMatchObject({ PENDING: 3, total: 3 })
})

test('a canvas that is stored in pieces is listed with its tags once all of it is there', async () => {
  const engine = await TestEngine.open(redis.url)
  const handle = await engine.client.submit(chain(...Array.from({ length: 300 }, () => call('echo', ['x'.repeat(4_000)]))), {
    tags: ['large'],
    tenant: 'acme',
  })
  expect(await listed(engine, { tag: 'large' })).toEqual([handle.id])
  expect(await engine.client.workflows.count({ tenant: 'acme' })).toMatchObject({ PENDING: 1, total: 1 })
})

test('a workflow of a tenant that succeeds, fails, is requeued and succeeds is counted right all the way', async () => {
  const engine = await TestEngine.open(redis.url)
  let broken = true
  const { client } = engine
  await engine.worker({ ...COMMON, maybe: () => (broken ? Promise.reject(new Error('broken')) : 1) })
  const options = { tenant: 'acme', tags: ['t1'] }
  const one = await end(await client.submit(call('maybe'), options))
  const plain = await engine.run(call('maybe'))
  expect(await client.workflows.count()).toMatchObject({ FAILURE: 2, total: 2 })
  broken = false
  expect(await client.deadLetters.requeue({})).toMatchObject({ changed: 2 })
  for (const { handle } of [one, plain]) await end(handle)
  expect(await client.workflows.count()).toMatchObject({ SUCCESS: 2, total: 2 })
  expect(await client.workflows.count({ tenant: 'acme' })).toMatchObject({ SUCCESS: 1, total: 1 })
  expect(await listed(engine, { state: 'SUCCESS', tag: 't1' })).toEqual([one.handle.id])
  expect(await listed(engine, { state: 'FAILURE' })).toEqual([])
})

test('a workflow whose outcome is known while its callbacks run is in the state of its outcome', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  await engine.worker({ ...COMMON, gate: gate.handler })
  const handle = await engine.client.submit(signature('echo', [1], {}, { link: signature('gate') } as never))
  await gate.entries(1)
  await until(async () => (await handle.status()).outcomeAt !== null)
  expect(await listed(engine, { state: 'SUCCESS' })).toEqual([handle.id])
  expect(await engine.client.workflows.count()).toMatchObject({ SUCCESS: 1, total: 1 })
  gate.open()
  await end(handle)
  expect(await engine.client.workflows.count()).toMatchObject({ SUCCESS: 1, total: 1 })
})

test('a damaged workflow is listed as one that failed', async () => {
  const engine = await TestEngine.open(redis.url)
  const keys = new PartitionKeys(engine.namespace, 0)
  const [control, string, tagged] = await Promise.all([
    engine.client.submit(call('echo')),
    engine.client.submit(call('echo')),
    engine.client.submit(call('echo'), { tags: ['x'], tenant: 'acme' }),
  ])
  await redis.server.call('HSET', keys.of('workflow', control.id), 's', 'nonsense')
  await redis.server.call('HSET', keys.of('workflow', tagged.id), 's', 'nonsense')
  await redis.server.call('DEL', keys.of('workflow', string.id))
  await redis.server.call('SET', keys.of('workflow', string.id), 'text')
  // Under its state it stands once a script has met it.
  const { workflows } = await engine.client.workflows.list()
  expect(workflows.map(({ state }) => state)).toEqual(['FAILURE', 'FAILURE', 'FAILURE'])
  await engine.worker(COMMON)
  await until(async () => (await engine.client.workflows.count()).FAILURE === 3, { what: 'all are set aside' })
  expect(await engine.client.workflows.count()).toMatchObject({ FAILURE: 3, total: 3 })
  expect((await listed(engine, { state: 'FAILURE' })).sort()).toEqual([control.id, string.id, tagged.id].sort())
})

test('what is not a filter, a limit or a cursor is refused by path', async () => {
  const { client } = await TestEngine.open(redis.url)
  const refused = (options: object) => expect(client.workflows.list(options as never)).rejects
  await refused({ state: 'RETRY' }).toMatchObject({ code: 'request-invalid', path: 'state' })
  await refused({ limit: 0 }).toMatchObject({ code: 'request-invalid', path: 'limit' })
  await refused({ cursor: 'x' }).toMatchObject({ code: 'request-invalid', path: 'cursor' })
  await refused({ tag: 'a b' }).toMatchObject({ code: 'name-invalid', path: 'tag' })
  await refused({ after: 1.5 }).toMatchObject({ code: 'request-invalid', path: 'after' })
  await refused({ task: 7 }).toMatchObject({ code: 'request-invalid', path: 'task' })
})

test('nothing of the index is left when workflows have been forgotten, or their retention is over', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const { client } = engine
  const kept = { retentionMs: 1 }
  await Promise.all([
    client.submit(call('echo'), kept),
    client.submit(call('boom'), kept),
    client.submit(call('echo', [], { expiresAtMs: 1 }), kept),
    client.submit(chain(call('echo'), call('echo')), { ...kept, tags: ['a', 'b'] }),
    client.submit(call('echo'), { ...kept, tags: ['a'], tenant: 'acme' }),
  ])
  const { handle } = await end(await client.submit(call('boom'), { tags: ['a'], tenant: 'acme' }))
  expect(await handle.forget()).toBe(true)
  const left = async () => ((await redis.server.call('KEYS', `${engine.namespace}:*`)) as string[]).map((key) => key.replace(/^.*\}:/, ''))
  await until(async () => !(await left()).some((key) => /^(w|l|labels|ended)(:|$)/.test(key)), { what: 'retention took all' })
  expect(await client.workflows.count()).toEqual({ PENDING: 0, STARTED: 0, SUCCESS: 0, FAILURE: 0, REVOKED: 0, total: 0 })
  expect(await client.workflows.list()).toEqual({ workflows: [], cursor: null })
})
