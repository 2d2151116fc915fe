/** Lists of a service, as a whole. */
import type { Page } from '../../../api-client/index.js'

/** Most of one page. */
const LIMIT = 1_000

/** All that the pages of a list hold. */
export async function everyPage<P extends Page, T>(
  read: (query: { limit: number; cursor?: string }) => Promise<P>,
  rowsOf: (page: P) => readonly T[],
): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: P = await read({ limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) })
    all.push(...rowsOf(page))
    cursor = page.cursor
  }
  return all
}
