/**
 * Works through items, so many at the same time, begun in their order.
 * @throws what the first of them that fails throws; nothing more is begun then, and what is under way goes on
 * @internal
 */
export async function severalAtOnce<T>(items: readonly T[], most: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values()
  let failed = false
  const one = async (item: T): Promise<void> => {
    try {
      await work(item)
    } catch (error) {
      failed = true
      throw error
    }
  }
  const inTurn = async (): Promise<void> => {
    for (const item of left) {
      if (failed) return
      await one(item)
    }
  }
  await Promise.all(Array.from({ length: most }, inTurn))
}
