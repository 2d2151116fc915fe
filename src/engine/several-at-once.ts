/**
 * Works through items, so many at the same time, begun in their order.
 * @returns what came of each, in their order
 * @throws what the first of them that fails throws; nothing more is begun then, and what is under way goes on
 * @internal
 */
export async function severalAtOnce<T, R>(items: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const left = items.entries()
  const results = new Array<R>(items.length)
  let failed = false
  const one = async (k: number, item: T): Promise<void> => {
    try {
      results[k] = await work(item)
    } catch (error) {
      failed = true
      throw error
    }
  }
  const inTurn = async (): Promise<void> => {
    for (const [k, item] of left) {
      if (failed) return
      await one(k, item)
    }
  }
  await Promise.all(Array.from({ length: most }, inTurn))
  return results
}
