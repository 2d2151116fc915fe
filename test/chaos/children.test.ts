import { expect, test } from 'vitest'
import { chord, signature } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { Chaos } from './harness.js'

const redis = useRedis({ appendonly: true })
const WIDTH = 400

test('kill -9 of workers while 400 tasks wait for children: every task has one child, and the chord ends right', async () => {
  const chaos = await Chaos.open(redis.url, 2, { leaseMs: 1_000 })
  const header = Array.from({ length: WIDTH }, (_, n) => signature('parent', [n], { ms: 150 }))
  const handle = await chaos.client.submit(chord(header, signature('total')))
  for (let kills = 1; kills <= 2; kills++) {
    await until(async () => (await handle.status()).counts.success > kills * 40, {
      what: `some have ended before kill ${kills}`,
      timeoutMs: 30_000,
    })
    await chaos.processes.at(-2)?.kill9()
    await chaos.worker()
  }
  expect(await handle.result({ timeoutMs: 60_000 })).toEqual({ count: WIDTH, sum: (WIDTH * (WIDTH - 1)) / 2 })
  expect(await handle.status()).toMatchObject({ children: WIDTH, counts: { total: WIDTH + 1, success: WIDTH + 1, remaining: 0 } })
  const children = await Promise.all((await handle.childWorkflows()).map((child) => child.status()))
  expect(children.filter(({ state, parentId }) => state !== 'SUCCESS' || parentId !== handle.id)).toEqual([])
  expect(chaos.losses.length).toBeGreaterThan(0)
})
