/** Requests side by side, a few at a time. */

/** Under way at the same time. */
const LANES = 16

/** What `ask` answers to each, in their order. Throws what the first that fails throws. */
export async function inLanes<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers = new Array<R>(items.length)
  const left = items.entries()
  const lane = async (): Promise<void> => {
    for (const [k, item] of left) answers[k] = await ask(item)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return answers
}
