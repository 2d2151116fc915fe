/** On a Cluster the doctor looks at every master, and workers walk over every partition where it lies. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chain } from '../../../src/engine/index.js'
import { RedisCluster } from '../../support/redis-cluster.js'
import { until } from '../../support/wait.js'
import { COMMON, call, end, TestEngine } from '../harness.js'

let cluster: RedisCluster

beforeAll(async () => {
  cluster = await RedisCluster.start({ masters: 3, appendonly: true })
}, 60_000)
afterAll(() => cluster?.stop())

/** Workflows in every partition, whose ready lists are gone. */
async function vandalised(engine: TestEngine) {
  const handles = await Promise.all(Array.from({ length: 60 }, (_, i) => engine.client.submit(chain(call('echo', [i]), call('add', [1])))))
  const db = cluster.connect()
  await until(() => db.nodes('master').length === 3, { what: 'all masters are known' })
  for (const node of db.nodes('master')) for (const list of await node.keys(`${engine.namespace}:*:q:*`)) await node.del(list)
  return handles
}

test('what is lost in any partition is found and repaired, by the doctor and by workers', async () => {
  const engine = await TestEngine.open({ cluster: cluster.urls }, 6)
  expect(await engine.client.doctor()).toMatchObject({ findings: [], checked: { servers: 3 } })
  const handles = await vandalised(engine)
  const { findings, checked } = await engine.client.doctor({ fix: true })
  expect(checked.workflows).toBe(60)
  expect(new Set(findings.map(({ workflow }) => workflow))).toEqual(new Set(handles.map(({ id }) => id)))
  expect(new Set(findings.map(({ partition }) => partition)).size).toBe(6)
  expect(findings.every(({ code, state }) => code === 'entry-missing' && state === 'repaired')).toBe(true)

  const more = await vandalised(engine)
  await engine.worker(COMMON, { surveyMs: 100 })
  await until(async () => (await engine.client.doctor()).repairs['entry-missing'] === 180, {
    what: 'workers have repaired',
    timeoutMs: 30_000,
  })
  for (const [i, handle] of [...handles, ...more].entries())
    expect((await end(handle)).outcome).toEqual({ state: 'SUCCESS', result: (i % 60) + 1 })
})
