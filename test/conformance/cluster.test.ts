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

  test('every edge case is right while the slot of a partition moves to another master', async () => {
    let moved: Promise<number> = Promise.resolve(0)
    const result = await run({
      onStart: async ({ namespace }) => {
        moved = move(await aSlotOf(namespace))
        moved.catch(() => undefined)
      },
    })
    expect(result.failed).toEqual([])
    expect(await moved).toBeGreaterThan(0)
  })

  /** The slot of a partition that holds keys now. */
  async function aSlotOf(namespace: string): Promise<number> {
    for (const node of cluster.nodes) {
      const [key] = (await node.call('KEYS', `${namespace}:*`)) as string[]
      if (key !== undefined) return cluster.slotOf(key)
    }
    throw new Error(`no master holds a key of ${namespace}`)
  }

  async function move(slot: number): Promise<number> {
    const from = await cluster.ownerOf(slot)
    return cluster.moveSlot(slot, from, (from + 1) % cluster.nodes.length)
  }
})
