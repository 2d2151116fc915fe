/** What a worker tells who listens: only what Redis confirmed, each thing once, and nothing is gathered when nobody does. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chain, group, type Json, signature, type TaskContext, type TaskEvent, type WorkflowEvent } from '../../src/engine/index.js'
import { Namespace } from '../../src/engine/redis/namespace.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { allOf, type Grant, Hand, type Look } from './hand.js'
import { COMMON, call, Gate, type Handlers, TestEngine, type WorkerSettings } from './harness.js'

const redis = useRedis()
/** As 0, and tell the news: of completions, of workflows too. */
const [TELL_TASKS, TELL] = [3 as Look, 6 as Look]

class Listener {
  readonly tasks: TaskEvent[] = []
  readonly workflows: WorkflowEvent[] = []
  task(event: TaskEvent): void {
    this.tasks.push(event)
  }
  workflow(event: WorkflowEvent): void {
    this.workflows.push(event)
  }
  of(workflow: string): string[] {
    return this.workflows.filter((event) => event.workflow === workflow).map(({ type }) => type)
  }
  types(task?: string): string[] {
    return this.tasks.filter((event) => task === undefined || event.task === task).map(({ type }) => type)
  }
}

async function listening(handlers: Handlers, settings: WorkerSettings = {}): Promise<{ engine: TestEngine; heard: Listener }> {
  const engine = await TestEngine.open(redis.url)
  const heard = new Listener()
  await engine.worker({ ...COMMON, ...handlers }, { listener: heard, ...settings })
  return { engine, heard }
}

describe('attempts', () => {
  test('a task that succeeds is told as started and, when Redis knows it, as succeeded with its result', async () => {
    const { engine, heard } = await listening({})
    const { handle } = await engine.run(call('add', [1, 2]))
    await until(() => heard.tasks.length === 2)
    const of = { id: `${handle.id}:0`, task: 'add', workflow: handle.id, attempt: 1 }
    expect(heard.tasks[0]).toEqual({ type: 'started', ...of, waitedMs: expect.any(Number) as number })
    expect(heard.tasks[1]).toEqual({ type: 'succeeded', ...of, result: 3, ignored: false, ranMs: expect.any(Number) as number })
  })

  test('what is told to have succeeded has succeeded in Redis', async () => {
    const states: string[] = []
    const engine = await TestEngine.open(redis.url)
    const client = await engine.connect()
    const task = async (event: TaskEvent) => {
      if (event.type !== 'succeeded') return
      const nodes = await client.workflow(event.workflow).results()
      states.push(nodes.find(({ id }) => event.id === `${event.workflow}:${id}`)?.state ?? 'no such node')
    }
    await engine.worker(COMMON, { listener: { task } })
    await engine.run(chain(group(...[1, 2, 3].map((n) => call('echo', [n]))), call('add')))
    await until(() => states.length === 4)
    expect(new Set(states)).toEqual(new Set(['SUCCESS']))
  })

  test('each step of a chain is told once', async () => {
    const { engine, heard } = await listening({})
    await engine.run(chain(...Array.from({ length: 10 }, () => call('echo', [1]))))
    await until(() => heard.types().filter((type) => type === 'succeeded').length === 10)
    expect(heard.types().filter((type) => type === 'started')).toHaveLength(10)
  })

  test('a retry, progress, an ignored end, a replacement and a failure have names of their own', async () => {
    const { engine, heard } = await listening({
      twice: {
        handler: (ctx: TaskContext) => {
          ctx.progress(1, 2)
          if (ctx.attempt === 1) throw new TypeError('not yet')
          return 'done'
        },
        options: { retry: { auto: true, factorMs: 1 } },
      },
      ignored: (ctx: TaskContext) => ctx.ignore(),
      replaced: (ctx: TaskContext) => ctx.replace(signature('echo', [7])),
    })
    for (const task of ['twice', 'ignored', 'replaced', 'boom']) await engine.run(call(task))
    await until(() => heard.types('boom').includes('failed'))
    expect(heard.types('twice')).toEqual(['started', 'progressed', 'retried', 'started', 'progressed', 'succeeded'])
    expect(heard.tasks.find(({ type }) => type === 'retried')).toMatchObject({
      attempt: 1,
      error: { type: 'TypeError', message: 'not yet' },
    })
    expect(heard.types('ignored')).toEqual(['started', 'succeeded'])
    expect(heard.types('replaced')).toEqual(['started', 'replaced'])
    expect(heard.tasks.find(({ type }) => type === 'failed')).toMatchObject({ task: 'boom', error: { type: 'TypeError' } })
  })

  test('a task that asks for another attempt after it has expired is told as revoked, not as retried', async () => {
    const gate = new Gate()
    const slow = async (ctx: TaskContext, args: Json[]) => {
      await gate.handler(ctx, args)
      ctx.retry({ countdownMs: 0 })
    }
    const { engine, heard } = await listening({ slow })
    const handle = await engine.client.submit(signature('slow', [], {}, { expires: 2 }))
    await gate.entries(1)
    const key = await workflowKey(engine, handle.id)
    await until(async () => String(await redis.server.call('HGET', key, '0')).endsWith('x'))
    gate.open()
    await until(() => heard.of(handle.id).length > 0)
    expect(heard.types('slow')).toEqual(['started', 'revoked'])
    expect(heard.of(handle.id)).toEqual(['revoked', 'ended'])
  })

  test('a completion whose lease was lost is told as lost, and not as what it came to', async () => {
    const gate = new Gate()
    const held = async (ctx: TaskContext, args: Json[]) => {
      await gate.handler(ctx, args)
      ctx.progress(1)
    }
    const { engine, heard } = await listening({ held })
    const { id } = await engine.client.submit(call('held', [1]))
    await gate.entries(1)
    await redis.server.call('HSET', await workflowKey(engine, id), '0', 'L thief:0:1 1 0 0 - -')
    gate.open()
    await until(() => engine.complaints.some((message) => message.startsWith('leases were lost')))
    expect(heard.types()).toEqual(['started', 'lost'])
    expect(heard.of(id)).toEqual([])
  })

  test('how long a task waited is told where it waited for a worker only, and how long it ran', async () => {
    const engine = await TestEngine.open(redis.url)
    const heard = new Listener()
    const submitted = performance.now()
    const lone = await engine.client.submit(call('slow', [1]))
    const steps = await engine.client.submit(chain(call('slow', [1]), call('slow', [2])))
    const delayed = await engine.client.submit(signature('slow', [1], {}, { countdownMs: 1 }))
    await sleep(30)
    const slow = async () => {
      await sleep(20)
    }
    await engine.worker({ slow }, { listener: heard })
    await until(() => heard.types().filter((type) => type === 'succeeded').length === 4)
    const most = performance.now() - submitted
    const waits = Object.fromEntries(heard.tasks.flatMap((event) => (event.type === 'started' ? [[event.id, event.waitedMs]] : [])))
    for (const id of [`${lone.id}:0`, `${steps.id}:0`]) {
      expect(waits[id]).toBeGreaterThan(25)
      expect(waits[id]).toBeLessThan(most)
    }
    expect(waits[`${steps.id}:1`]).toBeNull()
    expect(waits[`${delayed.id}:0`]).toBeNull()
    for (const event of heard.tasks) if (event.type === 'succeeded') expect(event.ranMs).toBeGreaterThan(15)
  })

  test('a listener that throws or rejects is logged and changes nothing', async () => {
    const engine = await TestEngine.open(redis.url)
    const listener = {
      task: () => {
        throw new Error('thrown')
      },
      workflow: () => Promise.reject(new Error('rejected')),
    }
    await engine.worker(COMMON, { listener })
    expect((await engine.run(call('echo', [5]))).outcome).toEqual({ state: 'SUCCESS', result: 5 })
    await until(() => engine.complaints.filter((message) => message === 'a listener failed').length >= 4)
  })
})

describe('workflows', () => {
  test('the outcome is told once and the end once, by whichever of several workers ended it', async () => {
    const engine = await TestEngine.open(redis.url)
    const heard = new Listener()
    for (let k = 0; k < 3; k++) await engine.worker(COMMON, { listener: heard, concurrency: 2 })
    const ended = await Promise.all(
      Array.from({ length: 30 }, (_, k) => engine.run(k % 2 ? call('echo', [k]) : group(call('echo', [k]), call('echo', [k])))),
    )
    await until(() => heard.workflows.length >= 60)
    for (const { handle } of ended) expect(heard.of(handle.id)).toEqual(['succeeded', 'ended'])
  })

  test('a failure is told with its counts, and the end only when the callbacks are done', async () => {
    const { engine, heard } = await listening({})
    const { handle } = await engine.run(signature('boom').onError(signature('args')))
    await until(() => heard.of(handle.id).includes('ended'))
    expect(heard.of(handle.id)).toEqual(['failed', 'ended'])
    expect(heard.workflows.at(-1)).toEqual({
      type: 'ended',
      workflow: handle.id,
      state: 'FAILURE',
      counts: { success: 1, failure: 1, revoked: 0, skipped: 0 },
    })
  })

  test('a workflow that expires in a queue without takers is told by the upkeep', async () => {
    const { engine, heard } = await listening({}, { queues: ['elsewhere'] })
    const handle = await engine.client.submit(signature('echo', [1], {}, { expires: 0.05 }))
    await until(() => heard.of(handle.id).length === 2)
    expect(heard.of(handle.id)).toEqual(['revoked', 'ended'])
    expect(heard.tasks).toEqual([])
  })
})

test('a workflow that fails because its worker was lost is told by the one that found that out', async () => {
  const { engine, heard } = await listening({}, { queues: ['elsewhere'], leaseMs: 600, maxDeliveries: 1 })
  const connection = new Redis(redis.url)
  onTestFinished(() => connection.disconnect())
  const dead = await Hand.open(connection, engine, ['echo'], 'dead')
  const { id } = await engine.client.submit(call('echo', [1]))
  await dead.turn(2, 1, [])
  // It was begun alone, so nobody else can be to blame.
  expect(await dead.begin(id, '0', 'a')).toEqual(['ok'])
  await until(() => heard.of(id).length === 2)
  expect(heard.of(id)).toEqual(['failed', 'ended'])
})

describe('one turn', () => {
  async function hand(name: string): Promise<{ engine: TestEngine; worker: Hand; connection: Redis }> {
    const engine = await TestEngine.open(redis.url)
    const connection = new Redis(redis.url)
    onTestFinished(() => connection.disconnect())
    return { engine, connection, worker: await Hand.open(connection, engine, ['echo'], name) }
  }
  const newsOf = (reply: unknown): unknown => (reply as unknown[])[5]

  test('tells nothing to who did not ask, and keeps nothing for it', async () => {
    const { engine, worker, connection } = await hand('quiet')
    await engine.client.submit(call('echo', [1]))
    const [, , , , [grant]] = await worker.turn(2, 1, [])
    const reply = await worker.turn(2, 0, allOf(grant as Grant, 1, 'S|1'))
    expect(reply).toHaveLength(5)
    expect(Object.keys(await fieldsOf(connection, engine, 'quiet')).filter((name) => name.startsWith('v'))).toEqual([])
  })

  test('that is repeated, because its answer was lost, tells the same news', async () => {
    const { engine, worker } = await hand('repeats')
    const { id } = await engine.client.submit(group(call('echo', [1]), call('echo', [2])))
    const [, , , , [grant]] = await worker.turn(TELL, 2, [])
    const completions = allOf(grant as Grant, 1, 'S|1')
    const first = newsOf(await worker.turn(TELL, 0, completions))
    expect(first).toMatch(new RegExp(`^woe ${id} e 1 0 0 S `))
    worker.sequence--
    expect(newsOf(await worker.turn(TELL, 0, completions))).toBe(first)
  })

  test('tells nothing of workflows to who listens to attempts only', async () => {
    const { engine, worker, connection } = await hand('half')
    await engine.client.submit(group(call('echo', [1]), call('echo', [2])))
    const [, , , , [grant]] = await worker.turn(TELL_TASKS, 2, [])
    expect(newsOf(await worker.turn(TELL_TASKS, 0, allOf(grant as Grant, 1, 'S|1')))).toBe('')
    expect(Object.keys(await fieldsOf(connection, engine, 'half')).filter((name) => name.startsWith('v'))).toEqual([])
  })

  test('names completions whose lease was lost, also when it is repeated', async () => {
    const { engine, worker } = await hand('late')
    const { id } = await engine.client.submit(call('echo', [1]))
    const [, , , , [grant]] = await worker.turn(TELL, 1, [])
    const [head, ...rest] = allOf(grant as Grant, 1, 'S|1')
    const completions = [head === '' ? id : String(head), ...rest.slice(0, 4), '0', 'S|1']
    await worker.turn(TELL, 0, completions)
    expect(newsOf(await worker.turn(TELL, 0, completions))).toBe(`n ${id}:0`)
    worker.sequence--
    expect(newsOf(await worker.turn(TELL, 0, completions))).toBe(`n ${id}:0`)
  })

  test('names completions of a workflow that turned out to be damaged', async () => {
    const { engine, worker, connection } = await hand('damaged')
    const { id } = await engine.client.submit(chain(call('echo', [1]), call('echo')))
    const [, , , , [grant]] = await worker.turn(TELL, 1, [])
    await connection.hset(await workflowKey(engine, id), 't0', 'nonsense')
    const news = String(newsOf(await worker.turn(TELL, 0, allOf(grant as Grant, 1, 'S|1')))).split('\n')
    expect(news).toContain(`n ${id}:0`)
    expect(news.some((line) => line.startsWith(`woe ${id} x `))).toBe(true)
  })
})

async function namespaceOf(engine: TestEngine, connection: Redis): Promise<Namespace> {
  const namespace = new Namespace({ namespace: engine.namespace })
  await namespace.load(connection)
  return namespace
}

async function workflowKey(engine: TestEngine, id: string): Promise<string> {
  const connection = new Redis(redis.url)
  onTestFinished(() => connection.disconnect())
  return (await namespaceOf(engine, connection)).keys(0).of('workflow', id)
}

async function fieldsOf(connection: Redis, engine: TestEngine, process: string): Promise<{ [field: string]: string }> {
  return connection.hgetall((await namespaceOf(engine, connection)).keys(0).of('process', process))
}
