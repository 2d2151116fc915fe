/** Lists in pages, after Relay’s cursor connections. */
import { Field, Int, ObjectType } from '@nestjs/graphql'

/** Where a page stands in its list. */
@ObjectType({ description: 'Where a page stands in its list. Lists go forward only.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'A page may be short, or empty, and not be the last.' })
  hasNextPage!: boolean

  @Field(() => Boolean, { description: 'Whether a cursor was given.' })
  hasPreviousPage!: boolean

  @Field(() => String, { nullable: true })
  startCursor!: string | null

  @Field(() => String, { nullable: true, description: '`after` of the next page.' })
  endCursor!: string | null
}

/** Which page is asked for. */
export interface PageArguments {
  first: number
  after?: string | null | undefined
}

/** A member of a page with its cursor. */
export interface Edge<T> {
  node: T
  cursor: string
}

/** A page as connections show it. */
export interface Connection<T> {
  edges: Edge<T>[]
  nodes: T[]
  pageInfo: PageInfo
}

/** Members of a page when none are asked for. */
export const DEFAULT_FIRST = 50
/** Most members of a page. */
export const MOST_FIRST = 200

/** Arguments of the operation that answers a page. */
export const pageOf = ({ first, after }: PageArguments): { limit: number; cursor?: string } => ({
  limit: first,
  ...(after === undefined || after === null ? {} : { cursor: after }),
})

/** A part of a list as a connection. `cursor`: where the next part begins; `cursorOf`: where the list goes on behind one member. */
export function connection<T>(
  nodes: readonly T[],
  cursor: string | null,
  { after }: PageArguments,
  cursorOf: (node: T) => string,
): Connection<T> {
  const edges = nodes.map((node) => ({ node, cursor: cursorOf(node) }))
  return { edges, nodes: [...nodes], pageInfo: pageInfo(cursor, after, edges) }
}

/** Where a page stands. `edges`: of a list whose members have cursors of their own. */
export function pageInfo(cursor: string | null, after: string | null | undefined, edges: readonly { cursor: string }[] = []): PageInfo {
  return {
    hasNextPage: cursor !== null,
    hasPreviousPage: after !== undefined && after !== null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: cursor ?? edges.at(-1)?.cursor ?? null,
  }
}

/** `first` of every list. */
export const FIRST = { name: 'first', type: () => Int, defaultValue: DEFAULT_FIRST, description: `1 to ${MOST_FIRST}.` } as const
/** `after` of every list. */
export const AFTER = { name: 'after', type: () => String, nullable: true, description: '`endCursor` of the page before.' } as const
