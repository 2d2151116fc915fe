/** Reads stored workflows from Redis, in bounded pages. */
import { type Lineage, parseLineage } from '../protocol/children.js'
import { type Head, headOf, type Segment, WorkflowReader } from '../protocol/reader.js'
import type { WorkflowMeta } from '../protocol/stored.js'
import type { NodeRange } from '../protocol/values.js'
import type { RedisConnection } from './connection.js'
import { readDefinitions } from './definitions.js'
import type { Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Bytes of records fetched per call. */
const PAGE_BYTES = 256 * 1024
const PAGE_FIELDS = 2_000
const PAGES_AT_ONCE = 4

export class RedisReader extends WorkflowReader {
  private readonly key: string

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    readonly id: string,
    /** Makes one call; a worker's makes it until it is answered. */
    private readonly ask: <T>(call: () => Promise<T>) => Promise<T> = (call) => call(),
  ) {
    super()
    this.key = namespace.keys(this.partition).of('workflow', id)
  }

  get partition(): number {
    return this.namespace.partitionOf(this.id)
  }

  async head(): Promise<Head | null> {
    const [s, m, x] = await this.ask(() => this.connection.hmget(this.key, 's', 'm', 'x'))
    if (!s) return null
    return headOf(s, m ?? null, x ?? null)
  }

  async read(ids: readonly string[]): Promise<(string | null)[]> {
    if (ids.length <= PAGE_FIELDS) return this.fields(ids)
    const pages = await inPages(ids.length, (from, count) => this.fields(ids.slice(from, from + count)))
    return pages.flat()
  }

  async joined({ prefix, first, count, stride }: NodeRange): Promise<string | null> {
    const pages = await inPages(count, (from, most) => this.values({ prefix, first: first + from * stride, count: most, stride }))
    return pages.includes(null) ? null : pages.join(',')
  }

  /** Results joined by commas, in as many calls as their bytes want; null when one is no plain success. */
  private async values({ prefix, first, count, stride }: NodeRange): Promise<string | null> {
    const texts: string[] = []
    for (let done = 0; done < count; ) {
      const call = calls.values(this.id, PAGE_BYTES, prefix, first + done * stride, count - done, stride)
      const [text, n, plain] = (await this.ask(() => this.namespace.run(this.connection, this.partition, call))) as [string, number, number]
      if (plain === 0) return null
      texts.push(text)
      done += n
    }
    return texts.join(',')
  }

  /** Fields in as many calls as its bytes want. Shorter than asked when the workflow is gone. */
  private async fields(ids: readonly string[]): Promise<(string | null)[]> {
    const out: (string | null)[] = []
    while (out.length < ids.length) {
      const rest = out.length === 0 ? ids : ids.slice(out.length)
      const read = () => this.namespace.run(this.connection, this.partition, calls.read(this.id, PAGE_BYTES, rest))
      const values = (await this.ask(read)) as (string | null)[]
      for (const value of values) out.push(value)
      if (values.length === 0) break
    }
    return out
  }

  /** In one call, and one more for each that is long. */
  definitions(prefix: string, from: number, to: number): Promise<string[]> {
    return this.ask(() => readDefinitions(this.connection, this.key, prefix, from, to))
  }

  async lineage(): Promise<Lineage> {
    const [place = null, children = null, by = null] = await this.ask(() => this.connection.hmget(this.key, 'P', 'C', 'B'))
    return parseLineage(place, children, by)
  }

  async segments(meta: WorkflowMeta): Promise<Segment[]> {
    const text = (await this.connection.hget(this.key, 'G')) ?? ''
    const added = text.split('\n').filter(Boolean)
    return [
      { prefix: '', nodes: meta.n },
      ...added.map((line) => ({ prefix: line.split(' ')[0] as string, nodes: Number(line.split(' ')[1]) })),
    ]
  }
}

/** Reads `count` things in bounded pages, a few of which are on their way at the same time. Answers the pages in order. */
async function inPages<T>(count: number, read: (from: number, count: number) => Promise<T>): Promise<T[]> {
  const pages: T[] = []
  let next = 0
  const readSome = async (): Promise<void> => {
    while (next < count) {
      const from = next
      next += PAGE_FIELDS
      pages[from / PAGE_FIELDS] = await read(from, Math.min(PAGE_FIELDS, count - from))
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, readSome))
  return pages
}
