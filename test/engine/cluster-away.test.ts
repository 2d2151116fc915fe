/** A client of a Cluster that is not all there fails in time, as one of a single Redis does, and works again without anybody's help. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { RedisCluster } from '../support/redis-cluster.js'
import { uniqueName } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { call } from './harness.js'

const COMMAND_TIMEOUT_MS = 1_000
/** Longer than a Cluster takes to be whole again, ms. */
const PATIENT_MS = 30_000
/** What a client may take to say that it cannot connect, ms. */
const CONNECT_MS = 10_000

let cluster: RedisCluster

beforeAll(async () => {
  // A master counts as missing after that, ms, and as back after as long again: each test waits for both.
  cluster = await RedisCluster.start({ masters: 3, appendonly: true, config: { 'cluster-node-timeout': 1_500 } })
}, 60_000)
afterAll(() => cluster?.stop())

const options = (commandTimeoutMs = COMMAND_TIMEOUT_MS) => ({
  ...{ redis: { cluster: cluster.urls }, namespace: uniqueName(), commandTimeoutMs },
})

async function opened(commandTimeoutMs?: number): Promise<Client> {
  const client = await Client.connect(options(commandTimeoutMs))
  onTestFinished(() => client.close())
  return client
}

const [first, second, third] = [0, 1, 2].map((k) => () => cluster.nodes[k] as RedisCluster['nodes'][number])

/** kill -9 of a master that has no replica; ends when the others say that the Cluster is down. */
async function withoutMaster(): Promise<void> {
  await third?.().kill9()
  for (const node of cluster.nodes.filter(({ running }) => running)) {
    const down = async () => String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:fail')
    await until(down, { timeoutMs: 30_000, what: 'the Cluster is down' })
  }
}

async function whole(): Promise<void> {
  for (const node of cluster.nodes) if (!node.running) await node.restart()
  await cluster.healthy()
}

test('a client that connects while a master is missing is ready when the Cluster is', async () => {
  await withoutMaster()
  const connecting = opened(PATIENT_MS)
  await whole()
  expect(await (await connecting).ping()).toBeGreaterThan(0)
}, 60_000)

test('a client that cannot connect says so in time', async () => {
  await withoutMaster()
  const from = performance.now()
  await expect(Client.connect(options())).rejects.toMatchObject({ code: 'redis-unavailable' })
  expect(performance.now() - from).toBeLessThan(CONNECT_MS + 5_000)
  await whole()
}, 60_000)

test('a call is answered within its time-out when every master is away, and the same id may be sent when they are back', async () => {
  const client = await opened()
  await Promise.all([first, second, third].map((node) => node?.().kill9()))
  const id = uniqueName()
  // What is sent before the client knows fails at once; what is sent later waits for the Cluster.
  const refused = async () => {
    const from = performance.now()
    const error = await client.submit(call('echo'), { id }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expect.stringMatching(/^(outcome-unknown|redis-unavailable)$/), retryable: true })
    return performance.now() - from
  }
  for (let longest = 0; longest < COMMAND_TIMEOUT_MS * 0.9; ) {
    const tookMs = await refused()
    expect(tookMs).toBeLessThan(COMMAND_TIMEOUT_MS * 6)
    longest = Math.max(longest, tookMs)
  }
  await whole()
  const handle = await until(() => client.submit(call('echo'), { id }), { timeoutMs: 20_000, what: 'the client works again' })
  expect(await handle.status()).toMatchObject({ state: 'PENDING' })
}, 90_000)

test('a wait that begins while every master is away ends, and so does the client', async () => {
  const client = await opened()
  const handle = await client.submit(call('echo'))
  await Promise.all([first, second, third].map((node) => node?.().kill9()))
  await expect(handle.outcome({ waitMs: 500 })).rejects.toMatchObject({ retryable: true })
  await client.close()
  await expect(handle.outcome({ waitMs: 500 })).rejects.toMatchObject({ code: 'closed' })
  await whole()
}, 90_000)
