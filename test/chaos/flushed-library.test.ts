import { expect, onTestFinished, test } from 'vitest'
import { chord, signature } from '../../src/engine/index.js'
import { RedisProxy, type Verdict } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { Chaos, work } from './harness.js'

const redis = useRedis()

const COUNT = 400
const members = (ms: number) => Array.from({ length: COUNT }, (_, i) => work(i, ms))
const RIGHT = { count: COUNT, sum: (COUNT * (COUNT - 1)) / 2 }

test('a library that is flushed each time between its loading and the call costs time and no completion', async () => {
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const chaos = await Chaos.open(redis.url, 0)
  const worker = await chaos.worker({ redis: proxy.url })
  const handle = await chaos.client.submit(chord(members(30), signature('total')))
  await until(async () => (await handle.status()).counts.success > 50, { what: 'the chord is in its middle', intervalMs: 5 })
  let left = 12
  const flush = proxy.intercept(
    ({ name }) => name === 'FUNCTION',
    'reply',
    async (): Promise<Verdict> => {
      if (left-- > 0) await redis.server.call('FUNCTION', 'FLUSH')
      return 'pass'
    },
  )
  await redis.server.call('FUNCTION', 'FLUSH')
  await until(() => left <= 0, { what: 'the library was flushed again and again' })
  expect(await handle.result({ timeoutMs: 20_000 })).toEqual(RIGHT)
  expect(worker.output).not.toMatch(/a turn failed|damaged/)
  flush.off()
}, 60_000)

test('turns of both lanes that Redis cannot execute are taken apart one after another, and no completion is lost', async () => {
  // A turn that carries more than one group of completions fails, whatever is in it: it must be sent in pieces.
  const find = 'local lost = finish_all(10, process)'
  const chaos = await Chaos.open(redis.url, 0)
  const worker = await chaos.worker({ library: { find, replacement: `if #ARGV > 16 then error('too much') end\n${find}` } })
  const handles = await Promise.all(
    Array.from({ length: 40 }, () => chaos.client.submit(chord(members(3).slice(0, 40), signature('total')))),
  )
  for (const handle of handles) expect(await handle.result({ timeoutMs: 30_000 })).toEqual({ count: 40, sum: 780 })
  expect(worker.output).toMatch(/a turn failed/)
}, 60_000)
