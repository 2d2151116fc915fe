/** What scripts write to the log of events. */
import { expect, test } from 'vitest'
import { chain, chord, group, signature } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { TestEngine } from '../harness.js'

const redis = useRedis()

async function entries(engine: TestEngine): Promise<string[]> {
  const db = redis.connect()
  const [key = ''] = await db.keys(`${engine.namespace}:*:events`)
  const found = (await db.xrange(key, '-', '+')) as [string, string[]][]
  return found.map(([, fields]) => fields[1] as string)
}

test('smoke', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ add: (_ctx: unknown, a: number, b: number) => a + b, sum: (_ctx: unknown, xs: number[]) => xs.length, bad: () => { throw new Error('x') } } as never)
  await engine.run(signature('add', [1, 2]))
  await engine.run(chain(signature('add', [1, 2]), signature('add', [3])))
  await engine.run(chord(group([signature('add', [1, 2]), signature('add', [1, 2])]), signature('sum')))
  await engine.run(chain(signature('bad', []), signature('add', [3]))).catch(() => {})
  console.log((await entries(engine)).join('\n---\n'))
  expect(1).toBe(1)
})
