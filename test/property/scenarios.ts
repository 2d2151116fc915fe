/**
 * Small situations, each of which one guard of the scripts exists for. A scenario says what went wrong: nothing on a sound engine
 * (guards.test.ts), something when that guard is broken on purpose (mutations.test.ts).
 *
 * No scenario sleeps: it waits for a fact, and a fact that does not come is trouble too.
 */
import { Redis } from 'ioredis'
import {
  type Canvas,
  Client,
  chain,
  chord,
  group,
  type Json,
  signature,
  type TaskDefinition,
  TaskRegistry,
  Worker,
  type WorkerOptions,
  type WorkflowHandle,
} from '../../src/engine/index.js'
import { requeueOnce } from '../support/dead-letters.js'
import { type ProxyRequest, RedisProxy, type Verdict } from '../support/proxy.js'
import { type RedisServer, uniqueName } from '../support/redis-server.js'
import { SeededRandom } from '../support/seed.js'
import { until } from '../support/wait.js'
import { loseEveryReplyOnce } from './faults.js'
import { Journal, journalled, listening } from './journal.js'
import { forgotten } from './keys.js'
import { faultyTasks, requeueTroubles } from './requeue-trial.js'
import { insist, shaped, specs, troubles } from './trial.js'

export type Scenario = (server: RedisServer) => Promise<unknown[]>

/** Seconds on a quiet machine; on one that is ten times overloaded a sound engine took more than 6. */
const SOON_MS = 20_000
const LEASE_MS = 1_000

/** Engines and proxies of one scenario, closed with it. */
class Stage {
  readonly namespace = uniqueName()
  readonly journal = new Journal()
  private readonly closing: (() => Promise<unknown>)[] = []

  constructor(readonly server: RedisServer) {}

  async proxy(): Promise<RedisProxy> {
    const proxy = await RedisProxy.start(this.server)
    this.closing.push(() => proxy.close())
    return proxy
  }

  async client(url = this.server.url): Promise<Client> {
    const client = await insist(() => Client.connect({ redis: url, namespace: this.namespace }))
    this.closing.push(() => client.close())
    return client
  }

  async worker(url = this.server.url, options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const { namespace, journal } = this
    const tasks = journalled(journal.write, () => worker.process)
    const worker: Worker = new Worker({ redis: url, namespace, tasks, logger: listening(journal.write), ...options })
    await worker.start()
    this.closing.push(() => worker.stop({ graceMs: 0 }))
    return worker
  }

  async close(): Promise<void> {
    for (const close of this.closing.reverse()) await close().catch(() => undefined)
  }
}

const scenario =
  (play: (stage: Stage) => Promise<unknown[]>): Scenario =>
  async (server) => {
    const stage = new Stage(server)
    try {
      return await play(stage)
    } catch (error) {
      return [String(error)]
    } finally {
      await stage.close()
    }
  }

/** A task that stays in its handler until it is let go, and then answers who ran it. */
class Held {
  entered = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly answer: Json) {}

  get task(): TaskDefinition {
    const handler = async (): Promise<Json> => {
      this.entered++
      await new Promise<void>((resolve) => this.waiting.push(resolve))
      return this.answer
    }
    return { name: 'held', handler }
  }

  tasks(): TaskRegistry {
    return new TaskRegistry().register(this.task).register({ name: 'all', handler: (_ctx, [list]) => list })
  }

  letGo(count = Number.POSITIVE_INFINITY): void {
    for (const go of this.waiting.splice(0, count)) go()
  }

  inside(count: number): Promise<unknown> {
    return until(() => this.entered >= count, { timeoutMs: SOON_MS, what: `${count} handlers of ${JSON.stringify(this.answer)} run` })
  }
}

const heldChord = (count: number) =>
  chord(
    Array.from({ length: count }, () => signature('held')),
    signature('all'),
  )

const isTurnWithCompletions = ({ key, args }: ProxyRequest): boolean => key === 'script:turn' && args.length > 13

/** Ends when a turn that brings completions was executed, not only told to open its lane again. */
function taken(way: RedisProxy): Promise<void> {
  return new Promise<void>((resolve) => {
    way.intercept(isTurnWithCompletions, 'reply', (_request, reply) => {
      if (reply.toString('latin1', 0, 12).includes('ok')) resolve()
      return 'pass'
    })
  })
}

/** What random canvases show, undisturbed. */
const random = scenario(async (stage) => {
  const client = await stage.client()
  await stage.worker()
  const list = specs(new SeededRandom(20_260_801), 60, 60)
  return [...(await troubles({ client, journal: () => stage.journal, timeoutMs: SOON_MS }, list)), ...stage.journal.unexplained()]
})

/** The same of plain graphs; and one whose hub has more successors than a node can name. */
const graphs = scenario(async (stage) => {
  const client = await stage.client()
  await stage.worker()
  const list = shaped('graph', specs(new SeededRandom(20_260_803), 60, 40))
  const trouble: unknown[] = await troubles({ client, journal: () => stage.journal, timeoutMs: SOON_MS }, list)
  const nodes = Array.from({ length: 400 }, (_, k) => ({
    name: `p${k}`,
    canvas: signature('node', [], {}, { priority: k % 10 }) as Canvas,
    after: ['hub', 'quick'],
  }))
  const failing = (tag: string, delayMs: number) => ({
    name: tag,
    canvas: signature('boom', [], { tag }, { countdownMs: delayMs }),
    after: [],
  })
  const handle = await client.submit({ kind: 'graph', nodes: [failing('hub', 60), failing('quick', 0), ...nodes], options: {} })
  const outcome = await handle.outcome({ waitMs: SOON_MS })
  if (outcome?.state !== 'FAILURE' || outcome.error.message !== 'hub') trouble.push(outcome)
  return [...trouble, ...stage.journal.unexplained()]
})

/** The same while every reply is lost once. */
const lost = scenario(async (stage) => {
  const observer = await stage.client()
  const ways = await Promise.all([stage.proxy(), stage.proxy()])
  for (const proxy of ways) loseEveryReplyOnce(proxy)
  const client = await stage.client(ways[0]?.url)
  await stage.worker(ways[1]?.url)
  const list = specs(new SeededRandom(20_260_802), 8, 15)
  const trial = { client, observer, journal: () => stage.journal, timeoutMs: 4 * SOON_MS, twice: true }
  return [...(await troubles(trial, list)), ...stage.journal.unexplained()]
})

/** A worker is cut off, given up, and comes back with results after others have taken its work. */
const late = scenario(async (stage) => {
  const client = await stage.client()
  const way = await stage.proxy()
  const [cutOff, other] = [new Held('cut off'), new Held('other')]
  await stage.worker(way.url, { tasks: cutOff.tasks(), leaseMs: LEASE_MS })
  const handle = await client.submit(heldChord(8))
  await cutOff.inside(8)
  way.hold()
  await stage.worker(stage.server.url, { tasks: other.tasks(), leaseMs: LEASE_MS })
  await other.inside(8)
  other.letGo(4)
  await until(async () => (await handle.status()).counts.success === 4, { timeoutMs: SOON_MS, what: 'four members succeed' })
  const told = taken(way)
  cutOff.letGo()
  way.pass()
  await told
  other.letGo()
  const outcome = await handle.outcome({ waitMs: SOON_MS })
  await until(async () => (await handle.status()).ended, { timeoutMs: SOON_MS, what: 'the chord ends' })
  const { counts } = await handle.status()
  const right = { state: 'SUCCESS', result: Array.from({ length: 8 }, () => 'other') }
  return JSON.stringify(outcome) === JSON.stringify(right) && counts.success === 9 ? [] : [outcome, counts]
})

/** A worker is cut off, and what its task said of itself meanwhile arrives after another one has taken the task. */
const report = scenario(async (stage) => {
  const client = await stage.client()
  const way = await stage.proxy()
  const [cutOff, other] = [new Held('cut off'), new Held('other')]
  let say: (text: string) => void = () => undefined
  const handler: TaskDefinition['handler'] = (ctx, args) => {
    say = (text) => ctx.updateState(text)
    return cutOff.task.handler(ctx, args)
  }
  await stage.worker(way.url, { tasks: new TaskRegistry().register({ name: 'held', handler }), leaseMs: LEASE_MS })
  const handle = await client.submit(chain(signature('held'), signature('held')))
  await cutOff.inside(1)
  way.hold()
  say('CUT_OFF')
  await stage.worker(stage.server.url, { tasks: other.tasks(), leaseMs: LEASE_MS })
  await other.inside(1)
  const [key = ''] = (await stage.server.call('KEYS', `${stage.namespace}:*:w:*`)) as string[]
  const before = await stage.server.call('HGETALL', key)
  const told = taken(way)
  way.pass()
  await told
  const [after, shown] = [await stage.server.call('HGETALL', key), await handle.task('0').state()]
  other.letGo()
  await other.inside(2)
  other.letGo()
  const outcome = await handle.outcome({ waitMs: SOON_MS })
  const untouched = JSON.stringify(before) === JSON.stringify(after)
  return untouched && shown === 'STARTED' && outcome?.state === 'SUCCESS' ? [] : [before, after, shown, outcome]
})

/** The sweep is about to give a process up that beats again at the last moment. */
const lastMoment = scenario(async (stage) => {
  const client = await stage.client()
  const [way, sweepers] = await Promise.all([stage.proxy(), stage.proxy()])
  const held = new Held('slow')
  const slow = await stage.worker(way.url, { tasks: held.tasks(), leaseMs: LEASE_MS })
  await client.submit(heldChord(3))
  await held.inside(3)
  let beat = (): void => undefined
  const silence = new Promise<void>((resolve) => {
    beat = resolve
  })
  way.intercept(
    ({ key }) => key === 'script:beat',
    'request',
    () => silence.then(() => 'pass' as const),
  )
  const isReap = ({ key, args }: ProxyRequest): boolean => key === 'script:reap' && args.some((arg) => String(arg) === slow.process)
  sweepers.intercept(isReap, 'request', async (): Promise<Verdict> => {
    const beaten = way.next(({ key }) => key === 'script:beat')
    beat()
    await beaten
    return 'pass'
  })
  const answer = new Promise<string>((resolve) => {
    sweepers.intercept(isReap, 'reply', (_request, reply) => {
      resolve(String(reply))
      return 'pass'
    })
  })
  await stage.worker(sweepers.url, { leaseMs: LEASE_MS })
  return (await answer).includes('alive') ? [] : [await answer]
})

/** A step has long succeeded when its time to expire comes. */
const expiry = scenario(async (stage) => {
  const client = await stage.client()
  const held = new Held('done')
  const quick: TaskDefinition = { name: 'quick', handler: () => 1 }
  await stage.worker(stage.server.url, { tasks: held.tasks().register(quick) })
  const handle = await client.submit(chain(signature('quick').set({ expiresInMs: 200 }), signature('held')))
  await held.inside(1)
  const timers = async (): Promise<boolean> => ((await stage.server.call('KEYS', `${stage.namespace}:*:timers`)) as string[]).length === 0
  await until(timers, { timeoutMs: SOON_MS, what: 'no timer is left' })
  held.letGo()
  const outcome = await handle.outcome({ waitMs: SOON_MS })
  const { counts } = await handle.status()
  return outcome?.state === 'SUCCESS' && counts.success === 2 && counts.revoked === 0 ? [] : [outcome, counts]
})

/** Every ready entry is there three times. */
const stale = scenario(async (stage) => {
  const client = await stage.client()
  const canvas = chord(
    Array.from({ length: 20 }, (_, k) => signature('node', [k], { tag: 'h' })),
    signature('node', [], { tag: 'b' }),
  )
  const handle = await client.submit(canvas)
  const [list = ''] = (await stage.server.call('KEYS', `${stage.namespace}:*:q:*`)) as string[]
  const entries = (await stage.server.call('LRANGE', list, 0, -1)) as string[]
  await stage.server.call('RPUSH', list, ...entries, ...entries)
  await stage.worker()
  await handle.outcome({ waitMs: SOON_MS })
  await until(async () => (await stage.server.call('LLEN', list)) === 0, { timeoutMs: SOON_MS, what: 'the ready list is empty' })
  const { counts } = await handle.status()
  return [...stage.journal.unexplained(), ...(counts.success === 21 ? [] : [counts])]
})

/** More nodes are released, and skipped, than one script may touch. */
const wide = scenario(async (stage) => {
  const client = await stage.client()
  await stage.worker()
  const many = group(Array.from({ length: 1_300 }, () => signature('ident')))
  const fine = await client.submit(chain(signature('const', [], { value: 7 }), many))
  const failed = await client.submit(chain(signature('boom', [], { tag: 'x' }), many))
  for (const handle of [fine, failed]) await until(async () => (await handle.status()).ended, { timeoutMs: SOON_MS, what: 'it ends' })
  const [right, skipped] = await Promise.all([fine.status(), failed.status()])
  return right.counts.success === 1_301 && skipped.counts.skipped === 1_300 ? [] : [right.counts, skipped.counts]
})

/** Workflows are kept for no time at all. */
const retention = scenario(async (stage) => {
  const client = await stage.client()
  await stage.worker()
  for (const value of [1, 2, 3]) await client.submit(signature('const', [], { value }), { retentionMs: 0 })
  await forgotten(stage.server, stage.namespace, { workers: true, timeoutMs: SOON_MS })
  return []
})

/** Somebody forgets a workflow whose tasks run, and again when it has ended; then its id is used again, without what it left in the timers. */
const forget = scenario(async (stage) => {
  const client = await stage.client()
  const held = new Held('done')
  await stage.worker(stage.server.url, { tasks: held.tasks() })
  const id = 'forgotten'
  const step = signature('held').set({ expiresInMs: 1_500 })
  const handle = await client.submit(chain(step, signature('all')), { id })
  await held.inside(1)
  const early = await handle.forget().catch((error: { code?: string }) => error.code ?? error)
  held.letGo()
  const outcome = await handle.outcome({ waitMs: SOON_MS })
  const late = await handle.forget()
  const again = await client.submit(signature('nobody'), { id })
  const timers = async (): Promise<boolean> => ((await stage.server.call('KEYS', `${stage.namespace}:*:timers`)) as string[]).length === 0
  await until(timers, { timeoutMs: SOON_MS, what: 'no timer is left' })
  const { state } = await again.status()
  return early === 'not-ended' && outcome?.state === 'SUCCESS' && late && state === 'PENDING' ? [] : [early, outcome, late, state]
})

/** Dead letters of random canvases are requeued until all that was to succeed has. */
const requeue = scenario(async (stage) => {
  const client = await stage.client()
  const tasks = faultyTasks(stage.journal.write, () => worker.process)
  const worker = await stage.worker(stage.server.url, { tasks })
  const redis = new Redis(stage.server.url)
  const { namespace, journal } = stage
  const trial = { client, observer: client, redis, namespace, journal: () => journal, timeoutMs: 2 * SOON_MS }
  const numbers = new SeededRandom(7)
  const list = [...specs(numbers, 20, 60), ...shaped('graph', specs(numbers, 10, 40))]
  try {
    return await requeueTroubles(trial, list)
  } finally {
    redis.disconnect()
  }
})

/** Fails while it is broken. */
class Shaky {
  broken = true
  ran = 0

  tasks(): TaskRegistry {
    const handler = (): void => {
      this.ran++
      if (this.broken) throw new Error('broken')
    }
    const boom = (): never => {
      throw new Error('for ever')
    }
    return new TaskRegistry()
      .register({ name: 'shaky', handler })
      .register({ name: 'boom', handler: boom })
      .register({ name: 'all', handler: () => null })
  }
}

const ended = (handle: WorkflowHandle) =>
  until(async () => (await handle.status()).ended, { timeoutMs: SOON_MS, what: `${handle.id} ends` })

/**
 * A task with many behind it fails and is requeued when it has been repaired, while no worker helps: it may run when nothing is skipped any more.
 * Asked for once more, it runs no more; and nothing is left in the end.
 */
const requeueWide = scenario(async (stage) => {
  const client = await stage.client()
  const shaky = new Shaky()
  const worker = await stage.worker(stage.server.url, { tasks: shaky.tasks() })
  const members = Array.from({ length: 2_500 }, () => signature('all').set({ immutable: true }))
  const handle = await client.submit(chain(signature('shaky'), group(members)))
  await ended(handle)
  await worker.stop()
  shaky.broken = false
  const redis = new Redis(stage.server.url)
  try {
    const once = () => requeueOnce(redis, stage.namespace, handle.id, '0', 1)
    for (let answer = await once(); answer === 'begun'; ) answer = await once()
    const { counts: before } = await handle.status()
    await stage.worker(stage.server.url, { tasks: shaky.tasks() })
    await ended(handle)
    await once()
    const { counts: after } = await handle.status()
    const letters = await client.deadLetters.count()
    await handle.forget()
    return before.skipped === 0 && after.success === 2_501 && shaky.ran === 2 && letters === 0 ? [] : [before, after, shaky.ran, letters]
  } finally {
    redis.disconnect()
  }
})

/** Of a group one member fails for ever: the workflow has failed, also when the other one is requeued and succeeds; then it is forgotten. */
const requeueGroup = scenario(async (stage) => {
  const client = await stage.client()
  const shaky = new Shaky()
  await stage.worker(stage.server.url, { tasks: shaky.tasks() })
  const handle = await client.submit(group(signature('shaky'), signature('boom')))
  await ended(handle)
  shaky.broken = false
  await client.deadLetters.requeue(`${handle.id}:0`)
  await ended(handle)
  const { state } = await handle.status()
  await handle.forget()
  const left = (await stage.server.call('KEYS', `${stage.namespace}:*:dead*`)) as string[]
  return state === 'FAILURE' && left.length === 0 ? [] : [state, left]
})

export const SCENARIOS = {
  random,
  graphs,
  lost,
  late,
  report,
  lastMoment,
  expiry,
  stale,
  wide,
  retention,
  forget,
  requeue,
  requeueWide,
  requeueGroup,
}
