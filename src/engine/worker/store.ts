/** What an attempt has in Redis beside its lease: long inputs, the failure that an error callback is told of, what it adds to the graph. */
import type { Canvas, Json } from '../canvas/types.js'
import { failureArguments } from '../protocol/reader.js'
import { valueText } from '../protocol/values.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { RedisReader } from '../redis/reader.js'
import { calls } from '../redis/scripts.generated.js'
import { Additions } from './additions.js'
import { untilAnswered } from './answers.js'
import type { Attempt } from './attempt.js'
import type { ChildOptions, StartedChild } from './child-options.js'
import { type ChildOutcome, Children, childOutcome } from './children.js'
import type { Mark } from './isolation.js'

/** Of an executor: Redis, or memory. */
export interface AttemptStore {
  /** JSON text of what is prepended, for inputs that did not travel with the grant. */
  fetchInput(attempt: Attempt, expression: string): Promise<string>
  /** (request, error, traceback) of the input that failed. */
  fetchFailure(attempt: Attempt): Promise<Json[]>
  /** Stores what takes the attempt's place in the graph; answers the completion's text. */
  stageReplacement(attempt: Attempt, canvas: Canvas): Promise<string>
  /** Stores what the attempt added to its chord; answers the completion's text, with `record` behind. */
  stageMembers(attempt: Attempt, record: string): Promise<string>
  /** Starts the `ordinal`th child of the attempt's node, from 1. */
  startChild(attempt: Attempt, canvas: Canvas, options: ChildOptions, ordinal: number): Promise<StartedChild>
  /** Starts the child that the attempt's node will wait for; answers its id. */
  stageChild(attempt: Attempt, canvas: Canvas, options: ChildOptions): Promise<string>
  /** What the child has come to that the attempt's node waited for. */
  fetchChild(attempt: Attempt, child: string): Promise<ChildOutcome>
  /** Writes down that a handler is about to be called; false: the lease was lost, and it must not be. */
  begin(attempt: Attempt, mark: Mark | 'n'): Promise<boolean>
}

/** An attempt that must not go on: another has its node, it was revoked (`terminated`: it is to be killed), or it must not start yet. */
export interface Fenced {
  attempt: Attempt
  why: 'lost' | 'revoked' | 'terminated' | 'paused'
}

/** Attempts that one call asks after. */
const HOLDS_AT_ONCE = 500

export class RedisStore implements AttemptStore {
  private readonly additions: Additions
  private readonly children: Children

  /** @param over whether nobody waits for an answer any more */
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly process: string,
    private readonly over: () => boolean,
  ) {
    this.additions = new Additions(connection, namespace, process)
    this.children = new Children(connection, namespace, process)
  }

  async fetchInput(attempt: Attempt, expression: string): Promise<string> {
    const [prefix = '', index = '0', expr = '[]'] = expression.split('|')
    return valueText(this.reader(attempt.workflowId), { prefix, index: Number(index), expr })
  }

  async fetchFailure(attempt: Attempt): Promise<Json[]> {
    const call = await this.reader(attempt.workflowId).describe(attempt.grant.cause.slice(1))
    return failureArguments(call, attempt.workflowId)
  }

  stageReplacement(attempt: Attempt, canvas: Canvas): Promise<string> {
    return this.additions.replacement(attempt, canvas)
  }

  stageMembers(attempt: Attempt, record: string): Promise<string> {
    return this.additions.members(attempt, record)
  }

  startChild(attempt: Attempt, canvas: Canvas, options: ChildOptions, ordinal: number): Promise<StartedChild> {
    return this.children.start(attempt, canvas, options, ordinal)
  }

  async stageChild(attempt: Attempt, canvas: Canvas, options: ChildOptions): Promise<string> {
    return (await this.children.start(attempt, canvas, options)).id
  }

  fetchChild(_attempt: Attempt, child: string): Promise<ChildOutcome> {
    return childOutcome(this.reader(child))
  }

  async begin(attempt: Attempt, mark: Mark | 'n'): Promise<boolean> {
    const { connection, namespace } = this
    const { grant, workflowId, node } = attempt
    const begin = (epoch: string) => calls.begin(epoch, workflowId, grant.run, node, this.ownerOf(attempt), mark)
    const [answer] = await untilAnswered(connection, () => namespace.runAtEpoch(connection, grant.partition.number, begin), this.over)
    return answer === 'ok'
  }

  /** Those of these attempts of one partition that must not go on. */
  async fencedOf(partition: number, held: readonly Attempt[]): Promise<Fenced[]> {
    const { connection, namespace } = this
    const fenced: Fenced[] = []
    for (let from = 0; from < held.length; from += HOLDS_AT_ONCE) {
      const some = held.slice(from, from + HOLDS_AT_ONCE)
      const asked = some.flatMap((attempt) => [attempt.workflowId, attempt.node, this.ownerOf(attempt)])
      const told = (await untilAnswered(connection, () => namespace.run(connection, partition, calls.holds(asked)), this.over)) as string[]
      for (const text of told) {
        const [number, why] = text.split(' ')
        fenced.push({ attempt: some[Number(number) - 1] as Attempt, why: why as Fenced['why'] })
      }
    }
    return fenced
  }

  private ownerOf({ grant }: Attempt): string {
    return `${this.process}:${grant.batch.name}`
  }

  private reader(workflow: string): RedisReader {
    return new RedisReader(this.connection, this.namespace, workflow, (call) => untilAnswered(this.connection, call))
  }
}
