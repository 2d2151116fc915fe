import { expect, test } from 'vitest'
import { severalAtOnce } from '../../src/engine/several-at-once.js'

const ITEMS = Array.from({ length: 100 }, (_, k) => k)
const turn = (): Promise<void> => new Promise(setImmediate)

test('each item is worked on once, begun in its order, so many at the same time; results stand in that order', async () => {
  const begun: number[] = []
  let under = 0
  let most = 0
  const results = await severalAtOnce(ITEMS, 7, async (item) => {
    begun.push(item)
    most = Math.max(most, ++under)
    // Some are done before those that were begun first.
    for (let k = 0; k <= item % 3; k++) await turn()
    under--
    return 2 * item
  })
  expect(results).toEqual(ITEMS.map((item) => 2 * item))
  expect(begun).toEqual(ITEMS)
  expect([under, most]).toEqual([0, 7])
})

test('after one that fails nothing more is begun, and what it threw is thrown', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const working = severalAtOnce(ITEMS, 4, async (item) => {
    begun.push(item)
    await turn()
    if (item === 1) throw new Error('no')
    ended.push(item)
  })
  await expect(working).rejects.toThrow('no')
  await turn()
  await turn()
  // 0 had ended before 1 failed, and 4 was begun in its place.
  expect(begun).toEqual([0, 1, 2, 3, 4])
  expect(ended).toEqual([0, 2, 3, 4])
})

test('no items are no work', async () => {
  expect(await severalAtOnce([], 4, () => Promise.reject(new Error('called')))).toEqual([])
})
