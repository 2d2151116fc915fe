import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisCluster } from '../support/redis-cluster.js'
import { readCases } from './cases.js'
import { type RunOptions, runConformance } from './runner.js'

const edge = readCases(new URL('./cases/edge.json', import.meta.url))

describe('conformance on a Cluster of three masters with six partitions', () => {
  let cluster: RedisCluster

  beforeAll(async () => {
    cluster = await RedisCluster.start({ masters: 3 })
  })
  afterAll(() => cluster?.stop())

  const run = (options: Partial<RunOptions>) =>
    runConformance({ cases: edge, redis: { cluster: cluster.urls }, workers: 2, partitions: 6, ...options })

  test.each(['engine', 'http'] as const)('every edge case is right via %s', async (via) => {
    const result = await run({ via })
    expect(result.failed).toEqual([])
    expect(result.passed).toBe(72)
  })

  test('every edge case is right while the slot of a partition moves to another master and back', async () => {
    let done = 0
    let slot = -1
    let moves: Promise<number[]> = Promise.resolve([])
    const before = await refusals()
    const result = await run({
      inFlight: 8,
      onStart: async ({ namespace }) => {
        slot = await aSlotOf(namespace)
      },
      onResult: (count) => {
        done = count
        if (count === 5) moves = thereAndBack(slot, () => done)
      },
    })
    expect(result.failed).toEqual([])
    expect(result.passed).toBe(72)
    // Both moves began while cases were still under way, and calls met them.
    const [doneThere = 72, doneBack = 72] = await moves
    expect(doneThere).toBeLessThan(72)
    expect(doneBack).toBeLessThan(72)
    expect(await refusals()).toBeGreaterThan(before)
  })

  /** The slot of a partition that holds keys now. */
  async function aSlotOf(namespace: string): Promise<number> {
    for (const node of cluster.nodes) {
      const [key] = (await node.call('KEYS', `${namespace}:*`)) as string[]
      if (key !== undefined) return cluster.slotOf(key)
    }
    throw new Error(`no master holds a key of ${namespace}`)
  }

  /** Moves the slot to the next master and back; `progress` at the moment when all know of each move. */
  async function thereAndBack(slot: number, progress: () => number): Promise<number[]> {
    const home = await cluster.ownerOf(slot)
    const away = (home + 1) % cluster.nodes.length
    const seen: number[] = []
    const onMigrating = () => void seen.push(progress())
    expect(await cluster.moveSlot(slot, home, away, { onMigrating })).toBeGreaterThan(0)
    expect(await cluster.moveSlot(slot, away, home, { onMigrating })).toBeGreaterThan(0)
    return seen
  }

  /** How often the masters said TRYAGAIN, ASK or MOVED. */
  async function refusals(): Promise<number> {
    const texts = await Promise.all(cluster.nodes.map((node) => node.call('INFO', 'errorstats')))
    const counts = texts.flatMap((text) => [...String(text).matchAll(/errorstat_(?:TRYAGAIN|ASK|MOVED):count=(\d+)/g)])
    return counts.reduce((sum, [, count]) => sum + Number(count), 0)
  }
})
