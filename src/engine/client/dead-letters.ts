/**
 * Dead letters: tasks that failed by themselves with no attempt left. Listed by an index of each partition, the newest first; requeued as part of
 * their workflows (redis/lua/lib/undo.lua), or dropped from the index. At most 10,000 per partition are kept, and none longer than its workflow.
 */
import { parseDefinition } from '../protocol/blocks.js'
import { ChordisError } from '../protocol/errors.js'
import { attemptsOf } from '../protocol/reader.js'
import { parseTemplate } from '../protocol/stored.js'
import { explain, type RedisConnection } from '../redis/connection.js'
import { countDead, deadSince, dropDead, readDead, requeueDead } from '../redis/dead-letters.js'
import type { Namespace } from '../redis/namespace.js'
import { severalAtOnce } from '../several-at-once.js'
import {
  checkFilter,
  cursorOf,
  type DeadLetter,
  type DeadLetterDetails,
  type DeadLetterFilter,
  isMeant,
  letterOf,
  placeOf,
  splitLetter,
} from './dead-letter.js'
import { explained, explainedRead } from './failures.js'
import { type HandleDependencies, Look } from './look.js'
import { TaskHandle } from './task-handle.js'

/** A part of the list. */
export interface DeadLetterPage {
  letters: DeadLetter[]
  /** Where the next part begins; null at the end. A part may hold few letters, or none, and not be the last: each looks at 2,000 at most. */
  cursor: string | null
}

/** What became of dead letters that were to be requeued or dropped. */
export interface DeadLetterChange {
  /** Those that were meant. */
  matched: number
  /** Those that were changed; with `dryRun` none is. The others had been requeued or dropped meanwhile. */
  changed: number
  /** Ids of those that were meant, the first 1,000. */
  ids: string[]
}

/** A dead letter that is to be changed: it failed in attempt `attempts`. */
type Meant = Pick<DeadLetter, 'id' | 'workflow' | 'attempts'>

const MAX_LISTED = 1_000
/** Dead letters that one part of the list looks at. */
const MAX_LOOKED = 2_000
/** Requeues under way at the same time. */
const REQUEUES = 16

/** Tasks that failed with no attempt left: `client.deadLetters`. */
export class DeadLetters {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly dependencies: HandleDependencies,
  ) {}

  /** How many there are. Throws `redis-unavailable`. */
  count(): Promise<number> {
    return explainedRead(() => countDead(this.connection, this.namespace))
  }

  /**
   * Dead letters, the newest first, part by part.
   * @param options a filter; `limit`: at most so many, 1 to 1,000, default 100; `cursor`: what the part before answered
   * @throws ChordisError `request-invalid`, `redis-unavailable`
   */
  async list({ limit = 100, cursor, ...filter }: DeadLetterFilter & { limit?: number; cursor?: string } = {}): Promise<DeadLetterPage> {
    checkFilter(filter)
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
      throw new ChordisError('request-invalid', `must be an integer from 1 to ${MAX_LISTED}`, { path: 'limit' })
    }
    const letters: DeadLetter[] = []
    const oldest = filter.after ?? 0
    let place = placeOf(cursor, filter.before)
    for (let looked = 0; looked < MAX_LOOKED; ) {
      const { entries, more } = await this.read({ place, oldest, count: limit })
      for (const entry of entries) {
        looked++
        place = entry
        const letter = letterOf(entry)
        if (letter !== null && isMeant(letter, filter) && letters.push(letter) === limit) return { letters, cursor: cursorOf(place) }
      }
      if (!more) return { letters, cursor: null }
    }
    return { letters, cursor: cursorOf(place) }
  }

  /**
   * One dead letter with its arguments and the errors of its attempts.
   * @param id `<workflow>:<node>`
   * @throws ChordisError `not-found`: there is no such task, or it is not failed (any more)
   */
  async get(id: string): Promise<DeadLetterDetails> {
    const { workflow, node, prefix, index } = splitLetter(id)
    const look = new Look(this.dependencies, workflow)
    const { meta } = await look.head()
    return look.explained(async () => {
      const { reader } = look
      const [record = null] = await reader.read([node])
      if (!record?.startsWith('F')) throw new ChordisError('not-found', `there is no dead letter ${id}`, { workflow })
      const [text = ''] = await reader.definitions(prefix, index, index + 1)
      const [template = ''] = await reader.read([`t${prefix}${parseDefinition(text).template}`])
      const { task, args, kwargs, error, attempt } = await reader.describe(node)
      return {
        id,
        task,
        queue: parseTemplate(template ?? '').queue,
        workflow,
        tenant: meta.tenant ?? '-',
        error: error ?? { type: 'UnknownError', message: '' },
        attempts: attempt,
        failedAt: await deadSince(this.connection, this.namespace, workflow, id),
        args,
        kwargs,
        errors: await new TaskHandle(look, node).errors(),
      }
    })
  }

  /**
   * Lets tasks run again as part of their workflows. Each goes on with its next attempt, its retries counted anew; what its failure did to others
   * is taken back: what was skipped waits again, joins wait for it, the workflow has not ended. Results stay. Error callbacks that were called
   * are not called again. What is no dead letter any more is left alone, so the call may be repeated.
   * @param which an id (`<workflow>:<node>`) or a filter
   * @param options `dryRun`: only say which are meant
   * @throws ChordisError `not-found` for an id whose workflow is gone, `outcome-unknown`, `redis-unavailable`
   */
  requeue(which: string | DeadLetterFilter, options: { dryRun?: boolean } = {}): Promise<DeadLetterChange> {
    return this.change(which, options, (letters) => this.requeueAll(letters))
  }

  /**
   * Takes dead letters out of the list. Their tasks stay failed and their workflows as they are; by its id one may still be requeued.
   * @param which an id (`<workflow>:<node>`) or a filter
   * @param options `dryRun`: only say which are meant
   * @throws ChordisError `not-found` for an id whose workflow is gone, `outcome-unknown`, `redis-unavailable`
   */
  drop(which: string | DeadLetterFilter, options: { dryRun?: boolean } = {}): Promise<DeadLetterChange> {
    return this.change(which, options, (letters) => explained(() => dropDead(this.connection, this.namespace, letters)))
  }

  private async change(
    which: string | DeadLetterFilter,
    { dryRun = false }: { dryRun?: boolean },
    act: (letters: readonly Meant[]) => Promise<number>,
  ): Promise<DeadLetterChange> {
    const out: DeadLetterChange = { matched: 0, changed: 0, ids: [] }
    for await (const letters of typeof which === 'string' ? this.named(which) : this.meant(which)) {
      out.matched += letters.length
      out.ids.push(...letters.slice(0, MAX_LISTED - out.ids.length).map(({ id }) => id))
      if (!dryRun) out.changed += await act(letters)
    }
    return out
  }

  private async *named(id: string): AsyncGenerator<Meant[]> {
    const { workflow, node } = splitLetter(id)
    const look = new Look(this.dependencies, workflow)
    await look.head()
    const [record = null] = await look.explained(() => look.reader.read([node]))
    if (record?.startsWith('F')) yield [{ id, workflow, attempts: attemptsOf(record) }]
  }

  /** All that a filter means. What fails again meanwhile is newer than where the list is and does not come twice. */
  private async *meant(filter: DeadLetterFilter): AsyncGenerator<Meant[]> {
    let cursor: string | null | undefined
    while (cursor !== null) {
      const page: DeadLetterPage = await this.list({ ...filter, limit: MAX_LISTED, ...(cursor === undefined ? {} : { cursor }) })
      yield page.letters
      cursor = page.cursor
    }
  }

  private async requeueAll(letters: readonly Meant[]): Promise<number> {
    let requeued = 0
    await severalAtOnce(letters, REQUEUES, async ({ workflow, attempts, id }) => {
      const { node } = splitLetter(id)
      const requeue = () => requeueDead(this.connection, this.namespace, workflow, node, attempts)
      if (await explained(requeue, (error) => explain(error, workflow))) requeued++
    })
    return requeued
  }

  private read(window: Parameters<typeof readDead>[2]): ReturnType<typeof readDead> {
    return explainedRead(() => readDead(this.connection, this.namespace, window))
  }
}
