/** Remote control of workers: what each command does, who is told, and what is said of those who do not answer. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client, type Gathered, group, Worker } from '../../src/engine/index.js'
import { COMMON, call, Gate, type Handlers, registryOf, TestEngine } from '../engine/harness.js'
import { RedisProxy } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

const redis = useRedis()
// Not shorter: on a machine with many times its load a heartbeat may be late by half a second and more.
const FAST = { leaseMs: 2_000 }

const valuesOf = <T>({ answers }: Gathered<T>): T[] => answers.map(({ value }) => value)
const namesOf = <T>({ answers }: Gathered<T>): string[] => answers.map(({ worker }) => worker.name).sort()

async function recordOf(id: string): Promise<string | null> {
  const admin = redis.connect()
  return admin.hget((await admin.keys(`*:w:${id}`))[0] as string, '0')
}

/** Tokens that wait for a worker of the queue. */
async function tokensOf(engine: TestEngine, queue = 'default'): Promise<number> {
  const admin = redis.connect()
  const [key] = await admin.keys(`${engine.namespace}:*:wake:${queue}`)
  return key === undefined ? 0 : admin.llen(key)
}

describe('who is told', () => {
  test('all workers, or those that are named, by name or id', async () => {
    const engine = await TestEngine.open(redis.url)
    for (const name of ['a', 'a', 'b']) await engine.worker(COMMON, { name })
    const { control } = engine.client
    expect(namesOf(await control.ping())).toEqual(['a', 'a', 'b'])
    expect(namesOf(await control.ping({ workers: 'a' }))).toEqual(['a', 'a'])
    const [first] = (await engine.client.workers()).map(({ id }) => id)
    const some = await control.ping({ workers: [first as string, 'b'] })
    expect(namesOf(some)).toEqual(['a', 'b'])
    expect(some).toMatchObject({ refused: [], unanswered: [] })
    expect(valuesOf(some)).toEqual(['pong', 'pong'])
  })

  test('a name that no worker has is an error that says where, and nobody is told', async () => {
    const engine = await TestEngine.open(redis.url)
    const worker = await engine.worker(COMMON, { name: 'a', concurrency: 5 })
    const told = engine.client.control.grow(1, { workers: ['a', 'x'] })
    await expect(told).rejects.toMatchObject({ code: 'not-found', path: 'workers[1]', message: 'workers[1]: no worker is called "x"' })
    expect(worker.concurrency).toBe(5)
  })

  test('nobody, when there is no worker', async () => {
    const engine = await TestEngine.open(redis.url)
    expect(await engine.client.control.ping()).toEqual({ answers: [], refused: [], unanswered: [] })
  })

  test('arguments that cannot be are refused before anybody is told', async () => {
    const { control } = (await TestEngine.open(redis.url)).client
    await expect(control.grow(0)).rejects.toMatchObject({ code: 'request-invalid', path: 'by' })
    await expect(control.shrink(1.5)).rejects.toMatchObject({ code: 'request-invalid', path: 'by' })
    await expect(control.active({ limit: 1_001 })).rejects.toMatchObject({ code: 'request-invalid', path: 'limit' })
    await expect(control.addConsumer('a b')).rejects.toMatchObject({ code: 'name-invalid', path: 'queue' })
    await expect(control.shutdown({ mode: 'hot' as never })).rejects.toMatchObject({ code: 'request-invalid', path: 'mode' })
    await expect(control.shutdown({ graceMs: -1 })).rejects.toMatchObject({ code: 'request-invalid', path: 'graceMs' })
    await expect(control.ping({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'request-invalid', path: 'timeoutMs' })
  })
})

describe('how fast', () => {
  test('an idle worker answers at once, one whose slots are all taken within two rounds of upkeep', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ hold: gate.handler }, { concurrency: 1 })
    const took = async () => (await engine.client.control.ping()).answers[0]?.ms ?? Number.POSITIVE_INFINITY
    const idle: number[] = []
    for (let k = 0; k < 5; k++) idle.push(await took())
    await engine.client.submit(call('hold'))
    await gate.entries(1)
    const busy = [await took(), await took()]
    console.log(`a ping took ${idle.join(', ')} ms while idle, ${busy.join(', ')} ms while full`)
    // The upkeep looks once a second: faster than that is by the waker. The median, for a machine that is busy with other things.
    expect(idle.sort((a, b) => a - b)[2]).toBeLessThan(200)
    expect(Math.max(...busy)).toBeLessThan(2_500)
    gate.open()
  })
})

describe('what they tell', () => {
  test('active and reserved list what is held, the oldest first, as many as are asked for', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    // Short tasks first, so that the worker holds some ahead of its only slot.
    const worker = await engine.worker({ ...COMMON, hold: gate.handler }, { concurrency: 2, ...FAST })
    const first = await engine.client.submit(call('hold', [1]))
    await gate.entries(1)
    const second = await engine.client.submit(call('hold', [2]))
    await gate.entries(2)
    const { control } = engine.client
    const [all] = valuesOf(await control.active())
    expect(all).toMatchObject({ total: 2, attempts: [{ id: `${first.id}:0` }, { id: `${second.id}:0`, task: 'hold', attempt: 1 }] })
    expect(all?.attempts[0]?.runningMs).toBeGreaterThanOrEqual(all?.attempts[1]?.runningMs ?? Number.POSITIVE_INFINITY)
    expect(valuesOf(await control.active({ limit: 1 }))).toMatchObject([{ total: 2, attempts: [{ id: `${first.id}:0` }] }])
    expect(valuesOf(await control.reserved())).toEqual([{ total: 0, attempts: [] }])
    expect(valuesOf(await control.stats())).toMatchObject([{ state: 'running', slots: 2, running: 2, queues: ['default'] }])
    expect(worker.active(10).total).toBe(2)
    gate.open()
  })

  test('reserved lists what was granted ahead of its slot', async () => {
    const engine = await TestEngine.open(redis.url)
    let held = new Gate()
    const hold: Gate['handler'] = (...call) => held.handler(...call)
    const worker = await engine.worker({ ...COMMON, hold }, { concurrency: 4 })
    const allHold = () => {
      const { total, attempts } = worker.active(10)
      return total === 4 && attempts.every(({ task }) => task === 'hold')
    }
    // The rate of short tasks lets the worker hold more than it runs, if they were quick enough; then long ones come.
    for (let round = 0; round < 10; round++) {
      const quick = Array.from({ length: 3_000 }, () => call('echo'))
      const handle = await engine.client.submit(group([...quick, ...Array.from({ length: 200 }, () => call('hold'))]))
      await until(allHold, { intervalMs: 1, timeoutMs: 30_000, what: 'long tasks run' })
      if (worker.reserved(10).total > 0) break
      held.open()
      await handle.result({ timeoutMs: 30_000 })
      held = new Gate()
    }
    const { total, attempts } = worker.reserved(2)
    expect(total).toBeGreaterThan(0)
    expect(attempts[0]).toMatchObject({ task: 'hold', attempt: 1 })
    held.open()
  })
})

describe('slots', () => {
  test('grow: what waited starts; shrink: nothing is stopped, and no more than that runs afterwards', async () => {
    const engine = await TestEngine.open(redis.url)
    const gates = [new Gate(), new Gate()]
    const handlers = { first: gates[0]?.handler as Gate['handler'], second: gates[1]?.handler as Gate['handler'] }
    const worker = await engine.worker(handlers, { concurrency: 1, ...FAST })
    const handles = await Promise.all(Array.from({ length: 4 }, (_, k) => engine.client.submit(call('first', [k]))))
    await gates[0]?.entries(1)
    expect(valuesOf(await engine.client.control.grow(3))).toEqual([{ slots: 4 }])
    await gates[0]?.entries(4)
    expect(valuesOf(await engine.client.control.shrink(2))).toEqual([{ slots: 2 }])
    expect(worker.active(10).total).toBe(4)
    gates[0]?.open()
    for (const handle of handles) expect((await handle.results())[0]?.attempts ?? 1).toBe(1)
    await Promise.all(handles.map((handle) => handle.result()))
    await Promise.all(Array.from({ length: 5 }, () => engine.client.submit(call('second'))))
    await gates[1]?.entries(2)
    const [active] = valuesOf(await engine.client.control.active())
    expect(active?.total).toBe(2)
    expect(gates[1]?.entered).toBe(2)
    gates[1]?.open()
  })

  test('fewer than one and more than 10,000 are refused by the worker, which keeps what it has', async () => {
    const engine = await TestEngine.open(redis.url)
    const worker = await engine.worker(COMMON, { name: 'a', concurrency: 3 })
    const { answers, refused } = await engine.client.control.shrink(3)
    expect(answers).toEqual([])
    expect(refused).toMatchObject([
      { worker: { name: 'a' }, error: { code: 'request-invalid', message: expect.stringContaining('1 to 10,000') } },
    ])
    expect((await engine.client.control.grow(9_998)).refused.length).toBe(1)
    expect(worker.concurrency).toBe(3)
  })
})

describe('consumers', () => {
  test('an idle worker begins to serve a queue, is woken for it, and stops to serve it', async () => {
    const engine = await TestEngine.open(redis.url)
    const worker = await engine.worker(COMMON, { queues: ['default'] })
    const { control } = engine.client
    const waiting = await engine.client.submit(call('echo', ['early'], { queue: 'late' }))
    expect(valuesOf(await control.addConsumer('late'))).toEqual([{ queues: ['default', 'late'] }])
    expect(await waiting.result()).toBe('early')
    expect(await (await engine.client.submit(call('echo', ['then'], { queue: 'late' }))).result()).toBe('then')
    expect(valuesOf(await control.cancelConsumer('late'))).toEqual([{ queues: ['default'] }])
    const left = await engine.client.submit(call('echo', ['left'], { queue: 'late' }))
    expect(await (await engine.client.submit(call('echo', ['on']))).result()).toBe('on')
    expect((await left.results())[0]?.state).toBe('PENDING')
    // Whoever serves that queue finds its token: this worker blocks for it no more.
    expect(await tokensOf(engine, 'late')).toBe(1)
    expect(worker.queues).toEqual(['default'])
  })

  test('told twice is told once', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const { control } = engine.client
    await control.addConsumer('late')
    expect(valuesOf(await control.addConsumer('late'))).toEqual([{ queues: ['default', 'late'] }])
    await control.cancelConsumer('late')
    expect(valuesOf(await control.cancelConsumer('late'))).toEqual([{ queues: ['default'] }])
  })
})

describe('quiet', () => {
  test('what runs goes on with its lease, nothing more is fetched or woken for, and resume takes it up', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler }, { name: 'quiet', ...FAST })
    const running = await engine.client.submit(call('hold', ['done']))
    await gate.entries(1)
    expect(valuesOf(await engine.client.control.quiet())).toEqual([{ state: 'quiet' }])
    const from = Date.now()
    const waiting = await engine.client.submit(call('echo', ['later']))
    // Somebody else sweeps the dead: the quiet one is none of them.
    await engine.worker({ other: () => 1 }, { name: 'other', queues: ['other'], ...FAST })
    await until(() => Date.now() > from + 6_000, { what: 'three leases have passed' })
    expect(await recordOf(running.id)).toMatch(/^L /)
    expect((await waiting.results())[0]?.state).toBe('PENDING')
    // The token of that submit is still there, for a worker that works.
    expect(await tokensOf(engine)).toBe(1)
    gate.open()
    expect(await running.result()).toBe('done')
    expect(valuesOf(await engine.client.control.resume({ workers: 'quiet' }))).toEqual([{ state: 'running' }])
    expect(await waiting.result()).toBe('later')
    expect(gate.entered).toBe(1)
    expect(engine.complaints).toEqual([])
  })

  test('what has not started goes back, uncharged, and another worker runs it', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    const worker = await engine.worker({ ...COMMON, hold: gate.handler }, { name: 'a', concurrency: 4 })
    // The rate of short tasks lets the worker hold more than it runs; then long ones come.
    const calls = [...Array.from({ length: 3_000 }, () => call('echo')), ...Array.from({ length: 200 }, () => call('hold'))]
    const handle = await engine.client.submit(group(calls))
    await until(() => worker.reserved(1).total > 0 && worker.active(10).total === 4, { intervalMs: 1, what: 'some wait behind long tasks' })
    worker.quiet()
    expect([worker.reserved(1).total, worker.active(10).total]).toEqual([0, 4])
    const second = new Gate()
    second.open()
    await engine.worker({ ...COMMON, hold: second.handler }, { name: 'b' })
    await until(() => second.entered === 200 - gate.entered, { what: 'the other one runs the rest' })
    gate.open()
    await handle.result()
    const attempts = new Set((await handle.results()).map((node) => node.attempts))
    expect([...attempts]).toEqual([1])
    expect(gate.entered).toBe(4)
  })
})

describe('shutdown', () => {
  test('warm: what runs may end; the worker has stopped and is no longer listed', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    const worker = await engine.worker({ hold: gate.handler }, { graceMs: 1 })
    const handle = await engine.client.submit(call('hold', ['end']))
    await gate.entries(1)
    expect(valuesOf(await engine.client.control.shutdown({ graceMs: 60_000 }))).toEqual([{ state: 'stopping' }])
    await until(async () => (await engine.client.workers())[0]?.state === 'stopping', { what: 'it is shown as stopping' })
    gate.open()
    await worker.ended
    expect(await handle.result()).toBe('end')
    expect(await engine.client.workers()).toEqual([])
  })

  test('cold: everything goes back uncharged within a second, also in the middle of a warm one', async () => {
    const engine = await TestEngine.open(redis.url)
    let started = 0
    const hold = () => {
      started++
      return new Promise(() => {})
    }
    const settings = { graceMs: 60_000, ...FAST }
    const cold = await engine.worker({ hold }, settings)
    const handle = await engine.client.submit(call('hold'))
    await until(() => started === 1, { what: 'it runs' })
    await engine.client.control.shutdown({ mode: 'cold' })
    const from = performance.now()
    await cold.ended
    const took = performance.now() - from
    console.log(`a cold shutdown took ${Math.round(took)} ms`)
    expect(took).toBeLessThan(1_000)
    expect(await recordOf(handle.id)).toBe('Q 1 0 0 - -')
    const second = await engine.worker({ hold }, settings)
    await until(() => started === 2, { what: 'it runs again' })
    await engine.client.control.shutdown({ mode: 'warm' })
    await engine.client.control.shutdown({ mode: 'cold' })
    await second.ended
    expect(await recordOf(handle.id)).toBe('Q 1 0 0 - -')
  })

  test('quiet, as a mode of shutdown, is quiet; one that stops is told to be neither quiet nor to resume', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ hold: gate.handler }, { graceMs: 60_000 })
    await engine.client.submit(call('hold'))
    await gate.entries(1)
    expect(valuesOf(await engine.client.control.shutdown({ mode: 'quiet' }))).toEqual([{ state: 'quiet' }])
    await engine.client.control.shutdown()
    expect((await engine.client.control.resume()).refused).toMatchObject([{ error: { code: 'closed' } }])
    gate.open()
  })
})

describe('lost messages', () => {
  /** A worker whose only way to Redis is the proxy. */
  async function behindProxy(
    engine: TestEngine,
    handlers: Handlers = COMMON,
    leaseMs = 6_000,
  ): Promise<{ worker: Worker; proxy: RedisProxy }> {
    const proxy = await RedisProxy.start({ host: '127.0.0.1', port: redis.server.port })
    onTestFinished(() => proxy.close())
    const worker = new Worker({
      redis: proxy.url,
      namespace: engine.namespace,
      tasks: registryOf(handlers),
      name: 'far',
      leaseMs,
      concurrency: 10,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    })
    await worker.start()
    onTestFinished(() => worker.stop({ graceMs: 0 }))
    return { worker, proxy }
  }

  test('a worker that is cut off is named as unanswered, the others answer, and what it finds later it does not do', async () => {
    const engine = await TestEngine.open(redis.url)
    const near = await engine.worker(COMMON, { name: 'near', concurrency: 10 })
    const { worker, proxy } = await behindProxy(engine)
    proxy.hold()
    const { answers, refused, unanswered } = await engine.client.control.grow(1, { timeoutMs: 700 })
    expect(answers).toMatchObject([{ worker: { name: 'near' }, value: { slots: 11 } }])
    expect(refused).toEqual([])
    expect(unanswered).toMatchObject([{ name: 'far', alive: true }])
    proxy.pass()
    // It is back, and asks for its commands: the one that nobody waits for any more is gone.
    expect(namesOf(await engine.client.control.ping({ workers: 'far', timeoutMs: 20_000 }))).toEqual(['far'])
    expect([near.concurrency, worker.concurrency]).toEqual([11, 10])
  })

  test('a command whose answer is lost on the way is answered again and executed once', async () => {
    const engine = await TestEngine.open(redis.url)
    const { worker, proxy } = await behindProxy(engine)
    const lost = proxy.intercept(
      ({ key, nth }) => key === 'script:answer' && nth <= 2,
      'request',
      () => 'cut-mid',
    )
    const gathered = await engine.client.control.grow(1, { timeoutMs: 20_000 })
    expect(valuesOf(gathered)).toEqual([{ slots: 11 }])
    expect(lost.hits).toBe(2)
    expect(worker.concurrency).toBe(11)
  })

  test('a command whose handing over is not confirmed is handed over again, lies there once and is executed once', async () => {
    const engine = await TestEngine.open(redis.url)
    const far = await behindProxy(engine)
    const proxy = await RedisProxy.start({ host: '127.0.0.1', port: redis.server.port })
    onTestFinished(() => proxy.close())
    const client = await Client.connect({ redis: proxy.url, namespace: engine.namespace })
    onTestFinished(() => client.close())
    const lost = proxy.loseEachOnce({ key: ({ key }) => (key === 'script:command' ? key : undefined) })
    far.proxy.hold()
    const told = client.control.grow(1, { timeoutMs: 20_000 })
    await until(() => proxy.count('script:command') === 2, { what: 'it was handed over twice' })
    const admin = redis.connect()
    const [commands] = await until(async () => {
      const keys = await admin.keys(`${engine.namespace}:*:c:*`)
      return keys.length === 1 && keys
    })
    expect(await admin.llen(commands as string)).toBe(1)
    far.proxy.pass()
    expect(valuesOf(await told)).toEqual([{ slots: 11 }])
    expect(lost.hits).toBe(1)
    expect(far.worker.concurrency).toBe(11)
  })

  test('the dead are named and not waited for when others are alive', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON, { name: 'alive' })
    const { worker, proxy } = await behindProxy(engine, COMMON, 600)
    proxy.hold()
    await until(async () => (await engine.client.workers()).some(({ alive }) => !alive), { what: 'it is dead', intervalMs: 5 })
    const from = performance.now()
    const { answers, unanswered } = await engine.client.control.ping({ timeoutMs: 30_000 })
    expect(performance.now() - from).toBeLessThan(15_000)
    expect(answers.map(({ worker: { name } }) => name)).toEqual(['alive'])
    expect(unanswered.every(({ name, alive }) => name === 'far' && !alive)).toBe(true)
    proxy.pass()
    await worker.stop({ graceMs: 0 })
  })

  test('when Redis goes away the caller is told that it does not know', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const proxy = await RedisProxy.start({ host: '127.0.0.1', port: redis.server.port })
    onTestFinished(() => proxy.close())
    const client = await Client.connect({ redis: proxy.url, namespace: engine.namespace })
    onTestFinished(() => client.close())
    const cut = proxy.intercept(
      ({ key }) => key === 'script:command',
      'reply',
      () => {
        proxy.refuse()
        return 'cut'
      },
    )
    await expect(client.control.ping({ timeoutMs: 500 })).rejects.toMatchObject({ code: 'outcome-unknown' })
    expect(cut.hits).toBe(1)
  })

  test('of more than a hundred commands that wait for one worker, those above are refused', async () => {
    const engine = await TestEngine.open(redis.url)
    const { proxy } = await behindProxy(engine)
    proxy.hold()
    const told = await Promise.all(Array.from({ length: 103 }, () => engine.client.control.ping({ timeoutMs: 1_500 })))
    expect(told.filter(({ unanswered }) => unanswered.length === 1).length).toBe(100)
    expect(told.flatMap(({ refused }) => refused.map(({ error }) => error.code))).toEqual(Array(3).fill('limit-exceeded'))
    proxy.pass()
  })
})
