/** The nodes of a workflow that runs in memory, and the segments that they stand in. Data, and how it is made. */
import type { Graph, GraphNode } from '../canvas/graph.js'
import { leaves, outputExpr } from '../protocol/layout.js'
import { parseTerminal } from '../protocol/values.js'

/** A node while its workflow runs. */
export interface RunNode {
  readonly segment: Segment
  readonly index: number
  /** `17`, `17/0` */
  readonly id: string
  readonly node: GraphNode
  /** As stored in Redis; null: it waits, or is ready for its first attempt. */
  record: string | null
  /** Inputs that are not terminal. */
  pending: number
  /** Place and cause of the input that decides a join that fails; `skipped`: that input was. */
  bad: { order: number; cause: string; skipped: boolean } | null
  isOutput: boolean
  /** Its only input. */
  predecessor: RunNode | null
  /** Members that were added to it: `,<prefix><end node>…` */
  added: string
  /** What an error callback is told of: letter and node. */
  cause: string
  /** The number of its attempt that is ready or runs. */
  attempt: number
  /** It expired while it ran. */
  expired: boolean
  /** When its first attempt began, once it was tried again. */
  began: number | null
  /** Of attempts that were tried again: `<attempt> <at> <error>`. */
  errors: string[]
  progress: string | null
  timers: { cancel(): void }[]
  /** What the end of a segment settles. */
  end: { kind: 'place' | 'member'; target: RunNode; group: boolean } | null
}

/** A graph within a workflow: what was submitted (prefix ''), or what a task added. */
export interface Segment {
  readonly prefix: string
  readonly nodes: RunNode[]
  /** The chord of those that are in no header of their own. */
  readonly chord: RunNode | null
  /** As it was compiled, without an end. */
  readonly graph: Graph
  /** What its end settles; none of what was submitted. */
  readonly end: RunNode['end']
}

export const isTerminal = (node: RunNode): boolean => parseTerminal(node.record) !== null

/** A graph as it stands before anything ran. */
export function segmentOf(graph: Graph, prefix: string, chord: RunNode | null, end: RunNode['end'] = null): Segment {
  const segment: Segment = { prefix, nodes: [], chord, graph, end }
  for (const node of graph.nodes) segment.nodes.push(fresh(segment, node))
  for (const from of segment.nodes) {
    for (const next of from.node.next) {
      const to = at(segment, next)
      if (to.node.needs === 1) to.predecessor = from
    }
  }
  return segment
}

/** What a task added, with an end node behind its outputs, which settles `target`. */
export function added(graph: Graph, prefix: string, chord: RunNode | null, kind: 'place' | 'member', target: RunNode): Segment {
  const settles = { kind, target, group: typeof graph.output !== 'number' }
  const segment = segmentOf(graph, prefix, chord, settles)
  const outputs = [...new Set(leaves(graph.output))]
  const index = segment.nodes.length
  for (const output of outputs) {
    const from = at(segment, output)
    segment.nodes[output] = Object.assign(from, { node: { ...from.node, next: [...from.node.next, index] } })
  }
  const end = { ...END, needs: outputs.length, input: outputExpr(graph.output) }
  segment.nodes.push({ ...fresh(segment, end), end: settles })
  return segment
}

const END: GraphNode = { task: null, args: [], kwargs: {}, options: {}, mode: 'chord', head: 0, needs: 1, input: null, next: [], path: '' }

function fresh(segment: Segment, node: GraphNode): RunNode {
  const index = segment.nodes.length
  return {
    segment,
    index,
    id: `${segment.prefix}${index}`,
    node,
    record: null,
    pending: node.needs,
    bad: null,
    isOutput: false,
    predecessor: null,
    added: '',
    cause: '-',
    attempt: 1,
    expired: false,
    began: null,
    errors: [],
    progress: null,
    timers: [],
    end: null,
  }
}

export const at = (segment: Segment, index: number): RunNode => segment.nodes[index] as RunNode

/** Tasks; virtual nodes do not count. */
export const tasksOf = (segment: Segment): number => segment.nodes.reduce((sum, { node }) => sum + (node.task === null ? 0 : 1), 0)

/** The join that `addToChord` feeds: of the node's own header, or of the task which it replaced or was added by. */
export function chordOf({ segment, node }: RunNode): RunNode | null {
  return node.chord === undefined ? segment.chord : at(segment, node.chord)
}
