/** In threads and processes a handler runs within the span of its run, which its worker makes: what it traces itself is below that. */
import { describe, expect, test } from 'vitest'
import { signature } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { openPoolWorkers } from './pool-workers.js'

const redis = useRedis()
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const trace = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` }
const TASKS = { module: 'traced-tasks.mjs', concurrency: 2 }

describe.each(['thread', 'process'] as const)('in the pool of kind %s', (pool) => {
  test('a span that a task makes is below the span of its run, attempt by attempt', async () => {
    const { client, start } = await openPoolWorkers(redis.url, { ...TASKS, pool, traced: true })
    const worker = await start()
    for (let k = 0; k < 3; k++) {
      const seen = await (await client.submit(signature('inner'), { trace })).result({ timeoutMs: 20_000 })
      const { parent } = seen as { parent: string }
      expect(seen).toEqual({ trace: TRACE, parent: expect.stringMatching(/^[0-9a-f]{16}$/) as string, active: true })
      await worker.line(new RegExp(`^span chordis.run inner ${parent} b7ad6b7169203331$`))
    }
  })

  test('without a tracer in the worker it is below whoever submitted; without a trace nothing is current', async () => {
    const { client, start } = await openPoolWorkers(redis.url, { ...TASKS, pool })
    await start()
    const told = await (await client.submit(signature('inner'), { trace })).result({ timeoutMs: 20_000 })
    expect(told).toEqual({ trace: TRACE, parent: 'b7ad6b7169203331', active: true })
    const untold = await (await client.submit(signature('inner'))).result({ timeoutMs: 20_000 })
    expect(untold).toMatchObject({ parent: null, active: false })
  })

  test('tasks of modules without a tracer wait for nothing', async () => {
    const { client, start } = await openPoolWorkers(redis.url, { concurrency: 2, pool, traced: true })
    await start()
    expect(await (await client.submit(signature('echo', [1]), { trace })).result({ timeoutMs: 20_000 })).toBe(1)
  })
})
