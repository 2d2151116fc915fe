import { describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { readCases } from './cases.js'
import { expressionOf } from './expression.js'
import { type RunOptions, type RunResult, runConformance } from './runner.js'

type Setting = Required<Pick<RunOptions, 'workers' | 'partitions' | 'via'>>

const edge = readCases(new URL('./cases/edge.json', import.meta.url))
const random = readCases(new URL('./cases/random.json', import.meta.url))

const SETTINGS: Setting[] = (['engine', 'http'] as const).flatMap((via) =>
  [1, 3].flatMap((workers) => [1, 5].map((partitions) => ({ workers, partitions, via }))),
)
const isQuick = ({ workers, partitions, via }: Setting): boolean =>
  (via === 'engine' && workers === 1 && partitions === 1) || (via === 'http' && workers === 3 && partitions === 5)
const RANDOM_SETTINGS = process.env.CHORDIS_VERIFY === '1' ? SETTINGS : SETTINGS.filter(isQuick)

/** Readable in a failed assertion: at most ten cases, what was got and what was expected. */
const failuresOf = ({ failed }: RunResult): unknown[] =>
  failed.slice(0, 10).map((one) => ({ id: one.case.id, canvas: expressionOf(one.case.canvas), expected: one.case.expect, got: one.got }))

describe('conformance', () => {
  const redis = useRedis()

  test.each(SETTINGS)('every edge case is right with $workers workers and $partitions partitions via $via', async (setting) => {
    const result = await runConformance({ ...setting, cases: edge, redis: redis.url })
    expect(failuresOf(result)).toEqual([])
    expect(result.passed).toBe(72)
  })

  test.each(RANDOM_SETTINGS)(
    'every random case is right with $workers workers and $partitions partitions via $via',
    async (setting) => {
      const result = await runConformance({ ...setting, cases: random, redis: redis.url })
      expect(failuresOf(result)).toEqual([])
      expect(result.passed).toBe(995)
    },
    180_000,
  )

  test('leaves no key of a run behind', async () => {
    await runConformance({ cases: edge.slice(0, 3), redis: redis.url })
    expect(await redis.connect().dbsize()).toBe(0)
  })
})
