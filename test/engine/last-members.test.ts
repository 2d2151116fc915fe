/** The last two members of a join end at the same instant, on two workers: the join fires once. */
import { expect, test } from 'vitest'
import { chord, signature, type TaskContext } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { TestEngine } from './harness.js'

const redis = useRedis()

test('two last members that end at the same instant fire their join once, round after round', async () => {
  const rounds = process.env.CHORDIS_VERIFY ? 100_000 : 3_000
  const engine = await TestEngine.open(redis.url)
  const fired = new Map<string, number>()
  // Members of a chord wait for each other: whoever is second ends both, on whichever worker they are.
  const waiting = new Map<string, () => void>()
  const member = (ctx: TaskContext, [n]: unknown[]) =>
    new Promise((resolve) => {
      const { id } = ctx.workflow
      const other = waiting.get(id)
      if (other === undefined) waiting.set(id, () => resolve(n))
      else {
        waiting.delete(id)
        other()
        resolve(n)
      }
    })
  const body = (ctx: TaskContext, [list]: unknown[]) => {
    fired.set(ctx.workflow.id, (fired.get(ctx.workflow.id) ?? 0) + 1)
    return (list as number[]).join()
  }
  await engine.worker({ member, body }, { concurrency: 200 })
  await engine.worker({ member, body }, { concurrency: 200 })
  const canvas = chord([signature('member', [1]), signature('member', [2])], signature('body'))
  for (let from = 0; from < rounds; from += 100) {
    const handles = await Promise.all(Array.from({ length: 100 }, () => engine.client.submit(canvas)))
    const values = await Promise.all(handles.map((handle) => handle.result({ timeoutMs: 30_000 })))
    expect(new Set(values)).toEqual(new Set(['1,2']))
  }
  expect(fired.size).toBe(rounds)
  expect([...fired.values()].filter((times) => times !== 1)).toEqual([])
})
