/** A workflow in memory, read as one in Redis is: the same records, through the same code. */
import type { StoredWorkflow } from '../client/handle.js'
import { definitionText, specText } from '../protocol/layout-texts.js'
import { controlText } from '../protocol/states.js'
import type { TaskSpec } from '../protocol/stored.js'
import { errorOf, type NodeRange, valueText } from '../protocol/values.js'
import { attemptsOf, type Head, headOf, type NodeCall, type NodeResult, nodeResult } from '../redis/reader.js'
import { exprOf } from './expressions.js'
import type { GraphRun } from './graph-run.js'
import type { RunNode } from './run-node.js'

/** What a worker is told of a task. */
export const specOf = ({ node }: RunNode): TaskSpec => JSON.parse(specText(node, '-')) as TaskSpec

/** The call as it is stored: its arguments are JSON from here on. */
export const definitionOf = ({ node }: RunNode): string => definitionText(node, 0)

export class RunSource implements StoredWorkflow {
  readonly partition = 0

  /** `find`: null when there is no such workflow, or no longer. */
  constructor(private readonly find: () => GraphRun | null) {}

  async head(): Promise<Head | null> {
    const run = this.find()
    return run && headOf(controlText(run.control), JSON.stringify(run.meta), null)
  }

  async read(ids: readonly string[]): Promise<(string | null)[]> {
    const run = this.find()
    return ids.map((id) => run?.node(id)?.record ?? null)
  }

  async joined({ prefix, first, count, stride }: NodeRange): Promise<string | null> {
    const nodes = this.find()?.segments.get(prefix)?.nodes
    const texts: string[] = []
    for (let k = 0; k < count; k++) {
      const record = nodes?.[first + k * stride]?.record
      if (!record?.startsWith('S')) return null
      texts.push(record.slice(record.indexOf('|') + 1))
    }
    return texts.join(',')
  }

  async *nodes(): AsyncGenerator<NodeResult> {
    for (const segment of this.find()?.segments.values() ?? []) {
      for (const node of segment.nodes) {
        if (node.node.task !== null) yield await nodeResult(this, node.id, specOf(node), node.record, node.progress)
      }
    }
  }

  /** As error callbacks are told of it. */
  async describe(id: string): Promise<NodeCall> {
    const node = this.find()?.node(id)
    if (node === undefined) throw new Error(`there is no node ${id}`)
    const { task, kwargs, input } = node.node
    const args = JSON.parse(JSON.stringify(node.node.args)) as NodeCall['args']
    const attempt = attemptsOf(node.record)
    if (input !== null && attempt > 0) args.unshift(JSON.parse(await this.valueOf(node, exprOf(node))))
    return { id, task: task ?? '', args, kwargs, attempt, error: await errorOf(this, id) }
  }

  /** JSON text of an expression over the node's segment. */
  valueOf({ segment, index }: RunNode, expr: string): Promise<string> {
    return valueText(this, { prefix: segment.prefix, index, expr })
  }
}
