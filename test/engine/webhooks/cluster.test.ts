/** On a Cluster the endpoints lie in one partition, and the deliveries of a workflow in its own: no command may ask after two. */
import { expect, onTestFinished, test } from 'vitest'
import { signature } from '../../../src/engine/index.js'
import { RedisCluster } from '../../support/redis-cluster.js'
import { until } from '../../support/wait.js'
import { receive } from '../../support/webhook-receiver.js'
import { TestEngine } from '../harness.js'
import { deliver } from './harness.js'

test('on a Cluster of three masters and ten partitions two processes send each end once', { timeout: 60_000 }, async () => {
  const cluster = await RedisCluster.start()
  onTestFinished(() => cluster.stop())
  const engine = await TestEngine.open({ cluster: cluster.urls }, 10)
  await engine.worker({ one: () => 1 })
  const receiver = await receive()
  const { client } = engine
  const { id } = await client.webhooks.create({ url: `http://127.0.0.1:${receiver.port}/hook` })
  deliver(client)
  deliver(await engine.connect())
  const handles = await Promise.all(Array.from({ length: 40 }, () => client.submit(signature('one'))))
  await until(() => receiver.received.length >= handles.length, { timeoutMs: 30_000 })
  const told = receiver.received.map(({ body }) => JSON.parse(body).workflow.id as string)
  expect(told.sort()).toEqual(handles.map((handle) => handle.id).sort())
  await until(async () => (await client.webhooks.deliveries(id)).deliveries.length === 0)
  await client.webhooks.delete(id)
  expect(await client.webhooks.list()).toEqual([])
})
