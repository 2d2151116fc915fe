import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { FileJournal, type Journal } from '../property/journal.js'
import { shaped, specs, troubles } from '../property/trial.js'
import { temporaryFolder } from '../support/children.js'
import { type Fault, type ProxyRequest, RedisProxy, type Verdict } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { type SeededRandom, seeded } from '../support/seed.js'
import { startModule } from '../support/typescript-child.js'
import { until } from '../support/wait.js'
import type { WorkerProcess } from '../support/worker-process.js'
import type { Death, PhaseWorkerSetup } from './turn-phases-worker.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
const ROUNDS = LARGE ? 5 : 1
/** Canvases at a time, and their nodes at most; those of the one plain graph among them. */
const WAVE = LARGE ? { count: 24, nodes: 300, graph: 2_000 } : { count: 8, nodes: 60, graph: 200 }
const LEASE_MS = 600
/** Words of a turn's call before its completions: script, 2, two keys, nine arguments. */
const WORDS = 13

const isTurn = ({ key }: ProxyRequest): boolean => key === 'script:turn'
const carriesCompletions = (request: ProxyRequest): boolean => isTurn(request) && request.args.length > WORDS
const grants = (reply: Buffer): boolean =>
  /^\*5\r\n\$2\r\nok\r\n:\d+\r\n:-?\d+\r\n\*\d+\r\n[^*]*\*[1-9]/.test(reply.toString('latin1', 0, 200))

/** Kills by what passes on the wire: at the nth match of `when`, before Redis hears it or before the worker hears the answer. */
interface WireDeath {
  at: 'request' | 'reply'
  when: (request: ProxyRequest, reply: Buffer) => boolean
  verdict: Verdict
}

const PHASES: [name: string, death: WireDeath | Death['moment']][] = [
  ['before a turn with completions leaves', { at: 'request', when: carriesCompletions, verdict: 'cut' }],
  ['with half of a turn sent', { at: 'request', when: isTurn, verdict: 'cut-mid' }],
  [
    'after a turn granted, before its reply is read',
    { at: 'reply', when: (request, reply) => isTurn(request) && grants(reply), verdict: 'pass' },
  ],
  ['after a grant, before any handler runs', 'granted'],
  ['inside a handler', 'in a handler'],
  ['after handlers ran, before their completions leave', 'handlers ran'],
  ['after completions were executed, before the reply is read', { at: 'reply', when: carriesCompletions, verdict: 'pass' }],
  [
    'after a replacement was stored, before its completion leaves',
    { at: 'reply', when: ({ key }) => key === 'script:stage', verdict: 'pass' },
  ],
  ['after upkeep ran, before its reply is read', { at: 'reply', when: ({ key }) => key === 'script:tend', verdict: 'pass' }],
]

/** One worker process with a way to Redis of its own. */
interface Party {
  process: WorkerProcess
  proxy: RedisProxy
  /** The id of its incarnation. */
  name: string
  order: string
}

describe('while one of two worker processes is killed -9, random canvases end as the evaluator says', () => {
  const redis = useRedis()
  const namespace = redis.ns()
  const folder = temporaryFolder('phases')
  const files: string[] = []
  const journals = new FileJournal()
  const parties: Party[] = []
  let client: Client
  /** The one that dies next. Who replaces it dies in the phase after. */
  let victim: Party

  const journal = (): Journal => journals.look(files)

  async function start(): Promise<Party> {
    const proxy = await RedisProxy.start(redis.server)
    const k = parties.length
    const setup: PhaseWorkerSetup = {
      redis: proxy.url,
      namespace,
      journal: join(folder, `journal-${k}`),
      order: join(folder, `order-${k}`),
      leaseMs: LEASE_MS,
      concurrency: 8,
    }
    files.push(setup.journal)
    const process = await startModule(new URL('./turn-phases-worker.js', import.meta.url), { args: [JSON.stringify(setup)] })
    const name = (await process.line(/^ready /)).slice('ready '.length)
    const party = { process, proxy, name, order: setup.order }
    parties.push(party)
    return party
  }

  beforeAll(async () => {
    client = await Client.connect({ redis: redis.url, namespace, partitions: 2 })
    const started = await Promise.all([start(), start()])
    victim = started[1]
  }, 30_000)

  afterAll(async () => {
    await Promise.all(parties.map(({ process }) => process.kill9()))
    await client?.close()
    await Promise.all(parties.map(({ proxy }) => proxy.close()))
  })

  function sentence({ process, proxy, order }: Party, death: WireDeath | Death['moment'], nth: number): void {
    if (typeof death === 'string') {
      writeFileSync(order, JSON.stringify({ moment: death, nth } satisfies Death))
      globalThis.process.kill(process.pid, 'SIGUSR2')
      return
    }
    let left = nth
    const act = (request: ProxyRequest, reply: Buffer): Verdict | Promise<Verdict> => {
      if (!death.when(request, reply) || --left !== 0) return 'pass'
      return process.kill9().then(() => death.verdict)
    }
    const fault: Fault = proxy.intercept(() => true, death.at, act)
    void process.exited.then(() => fault.off())
  }

  /** Canvases in waves until the victim is dead, and one wave more. */
  async function workUntilDeath(random: SeededRandom): Promise<object[]> {
    const found: object[] = []
    const wave = async (): Promise<void> => {
      const list = [...specs(random, WAVE.count, WAVE.nodes), ...shaped('graph', specs(random, 1, WAVE.graph, WAVE.graph / 2))]
      found.push(...(await troubles({ client, journal, timeoutMs: 30_000 }, list)))
    }
    const dying = victim.process
    await Promise.all([
      (async () => {
        while (dying.running && found.length === 0) await wave()
      })(),
      dying.exited.then(async () => {
        victim = await start()
      }),
    ])
    await wave()
    return found
  }

  for (let round = 1; round <= ROUNDS; round++) {
    test.each(PHASES)(`%s (round ${round})`, async (_name, death) => {
      const random = seeded()
      const { name } = victim
      sentence(victim, death, random.int(1, 6))
      expect(await workUntilDeath(random)).toEqual([])
      await until(() => journal().lost.has(name), { what: 'the sweep gives the dead process up' })
      expect(journal().unexplained()).toEqual([])
    })
  }

  test('inside a handler of a plain graph of 2,000 parts', async () => {
    const { name } = victim
    sentence(victim, 'in a handler', 300)
    const list = shaped('graph', specs(seeded(), 2, 2_000, 2_000))
    expect(await troubles({ client, journal, timeoutMs: 60_000 }, list)).toEqual([])
    await victim.process.exited
    await until(() => journal().lost.has(name), { what: 'the sweep gives the dead process up' })
    expect(journal().unexplained()).toEqual([])
  })

  test('and what ran twice had run in a process that was given up', () => {
    const { runs, lost } = journal()
    expect(lost.size).toBeGreaterThanOrEqual(PHASES.length * ROUNDS)
    const distinct = new Set(runs.map(({ workflow, node, attempt }) => `${workflow} ${node} ${attempt}`))
    expect(runs.length).toBeGreaterThan(distinct.size)
  })
})
