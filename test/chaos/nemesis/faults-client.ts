/** Faults of who submits: cut off, killed between pieces, in doubt, in a hurry; and of what others may do to a queue by hand. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../../src/engine/index.js'
import { type ProxyRequest, RedisProxy, type Verdict } from '../../support/proxy.js'
import type { SeededRandom } from '../../support/random.js'
import { doubleReadyEntries } from '../../support/ready-entries.js'
import type { ScriptName } from '../../support/scripts.js'
import { startModule } from '../../support/typescript-child.js'
import type { Arena } from './arena.js'
import { attempt } from './attempt.js'
import type { Fault } from './fault.js'
import { loseReply } from './faults-network.js'
import { bounded, insist } from './ground.js'
import type { SubmitterSetup } from './submitter.js'
import { caseOf, largeCase, unitOf } from './workload.js'

function clientFault(
  name: string,
  doc: string,
  /** Answers whether it hit something. */
  strike: (proxy: RedisProxy, arena: Arena, random: SeededRandom) => Promise<boolean>,
): Fault {
  return {
    name,
    lane: 'client',
    doc,
    async inject(arena, random) {
      const { clientProxy } = arena.parts
      if (clientProxy === undefined) return null
      if (!(await strike(clientProxy, arena, random))) return null
      return arena.probeClient(arena.now())
    },
  }
}

async function blackHole(proxy: RedisProxy): Promise<boolean> {
  proxy.blackhole()
  await sleep(1_500)
  proxy.pass()
  return true
}

async function flap(proxy: RedisProxy): Promise<boolean> {
  for (let k = 0; k < 20; k++) {
    proxy.reset()
    await sleep(100)
  }
  return true
}

async function cutMid(proxy: RedisProxy): Promise<boolean> {
  const fault = proxy.intercept(
    ({ key }) => key === 'script:submit',
    'request',
    () => (fault.hits === 0 ? 'cut-mid' : 'pass'),
  )
  const until = performance.now() + 5_000
  while (fault.hits === 0 && performance.now() < until) await sleep(5)
  fault.off()
  return fault.hits > 0
}

const lostReply = (script: ScriptName): Fault =>
  clientFault(`client-lost-reply-${script}`, `the client does not hear what \`${script}\` answered`, (proxy, arena, random) =>
    loseReply([proxy], script, random.int(1, 4), PIECES.has(script) ? () => large(arena) : undefined),
  )

const PIECES = new Set<ScriptName>(['stage', 'activate'])

/** Begins a large workflow; its end is waited for by the load. */
function large(arena: Arena): Promise<void> {
  arena.parts.load.background(largeCase(arena.name('large')))
  return Promise.resolve()
}

/** The submitter dies after some of its pieces; another one sends the same workflow again, and it runs once. */
async function submitterKilled(arena: Arena, random: SeededRandom): Promise<number | null> {
  const { redis, parts } = arena
  const proxy = await RedisProxy.start(redis)
  const item = largeCase(arena.name('orphan'))
  const setup: SubmitterSetup = { redis: proxy.url, namespace: parts.namespace, id: item.id as string }
  const phase = random.pick(['script:submit', 'script:stage', 'script:stage', 'script:activate'])
  try {
    const child = await startModule(new URL('./submitter.js', import.meta.url), { args: [JSON.stringify(setup)], timeoutMs: 40_000 })
    const fault = proxy.intercept(
      ({ key }: ProxyRequest) => key === phase,
      'reply',
      async (): Promise<Verdict> => {
        await child.kill9()
        return 'cut'
      },
    )
    await bounded(child.exited).finally(() => child.kill9())
    const since = arena.now()
    await arena.finish(item)
    return fault.hits === 0 ? null : arena.now() - since
  } finally {
    await proxy.close()
  }
}

/** One workflow, sent by five clients, ten times each, at once: all hear of the same one. */
async function duplicateSubmits(arena: Arena, random: SeededRandom): Promise<number> {
  const [unit] = unitOf(random.int(0, 2 ** 31), 1)
  const id = arena.name('many')
  const { shape, canvas, expected } = unit as ReturnType<typeof caseOf>
  const item = caseOf(id, shape, { canvas: canvas as never, expected })
  const clients: Client[] = []
  try {
    while (clients.length < 5) clients.push(await insist(arena.parts.connect))
    const since = arena.now()
    const many = clients.flatMap((client) => Array.from({ length: 10 }, () => attempt(() => client.submit(canvas, { id }))))
    const [answers] = await Promise.all([bounded(Promise.all(many)), arena.finish(item)])
    const other = answers.find((answer) => 'code' in answer && !answer.retryable)
    if (other !== undefined) throw new Error(`a repeated submit was answered with ${String(other)}`)
    return arena.now() - since
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}

/** Entries that stand twice in a ready list: each counts once. */
async function doubledEntries(arena: Arena): Promise<number> {
  const { namespace, load, control } = arena.parts
  const instead = load.workflows.slice(-5).map((id) => `${id}:1:0::0:1:1`)
  const { partitions } = control
  await insist(() => doubleReadyEntries(arena.redis, namespace, { partitions, queue: 'default', most: 50, instead }))
  return arena.probe(arena.now())
}

/** A turn that was answered arrives again, several times at once, as from a network that repeats. */
async function repeatedTurns(arena: Arena, random: SeededRandom): Promise<number | null> {
  const slot = await arena.victim(random)
  if (slot.proxy === undefined) return null
  const { proxy } = slot
  const heard: ProxyRequest[] = []
  const fault = proxy.intercept(
    ({ key }) => key === 'script:turn',
    'reply',
    (request) => void heard.push(request),
  )
  const until = performance.now() + 5_000
  while (heard.length < 10 && performance.now() < until) await sleep(5)
  fault.off()
  const again = heard.flatMap(({ name, args }) =>
    Array.from({ length: 5 }, () => attempt(() => arena.redis.call(name, ...args).catch(() => null))),
  )
  await Promise.all(again)
  return heard.length === 0 ? null : arena.probeSlot(arena.now(), slot)
}

export const clientFaults: Fault[] = [
  clientFault('client-reset', 'RST to every connection of the client', async (proxy) => {
    proxy.reset()
    return true
  }),
  clientFault('client-flap', 'RST to every connection of the client, 20 times in 2 s', flap),
  clientFault('client-half-open', 'every connection of the client goes silent and stays open', async (proxy) => proxy.halfOpen() > 0),
  clientFault('client-black-hole', 'every byte of the client is lost for 1.5 s', blackHole),
  clientFault('client-cut-mid-submit', 'half of a submit arrives', cutMid),
  ...(['submit', 'enqueue', 'stage', 'activate', 'wait'] as const).map(lostReply),
  { name: 'submitter-killed', lane: 'client', doc: 'kill -9 of who submits a large workflow, between its pieces', inject: submitterKilled },
  {
    name: 'duplicate-submits',
    lane: 'client',
    doc: 'one workflow submitted 50 times at once by five clients',
    topologies: ['single', 'sentinel', 'cluster'],
    inject: duplicateSubmits,
  },
  { name: 'doubled-entries', lane: 'client', doc: 'entries of a ready list doubled by hand', inject: doubledEntries },
  { name: 'repeated-turns', lane: 'client', doc: 'turns that were answered arrive five times more', inject: repeatedTurns },
]
