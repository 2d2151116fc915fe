/**
 * The graph: what a canvas compiles to, and all that the store knows: nodes with a dependency count and successors.
 *
 * Nodes are numbered in definition order (depth first, header before body, callbacks after the node they belong to), so
 * that among the members of one join the lower index is the one that was defined first. The Lua relies on it to name the
 * cause of a ChordError.
 */
import type { CanvasOptions, Json } from './types.js'

/** Index of a node in {@link Graph.nodes}. */
export type NodeIndex = number

/**
 * What a node's inputs mean for it when they are terminal.
 * - `all`: runs when every input succeeded; SKIPPED as soon as one did not. Steps of a chain, success callbacks.
 * - `chord`: waits for every input; when one did not succeed it ends FAILURE with ChordError, or runs all the same (`settles`). Entries of a
 *   chord's body.
 * - `every`: waits for every input; SKIPPED, by the one that stands first, when one did not succeed. Parts of a plain graph.
 * - `error`: runs once, when the first of its inputs FAILED; SKIPPED when all ended otherwise. Error callbacks.
 */
export type JoinMode = 'all' | 'chord' | 'every' | 'error'

/** A value made of results: one node's result, a list of such values (`[]` is the empty list), an object of them, or what became of a header. */
export type ValueExpr = NodeIndex | ValueExpr[] | NamedValues | SettledValues

/** How each member of a header ended: what the body of a chord with `onFailure: 'collect'` gets. Never a part of another value. */
export interface SettledValues {
  settled: Output[]
}

/** An object: `values[k]` under `names[k]`. */
export interface NamedValues {
  names: string[]
  values: ValueExpr[]
}

/** What the workflow's outcome is made of. A group is reached when its gate (none: at once) succeeded. */
export type Output = NodeIndex | { gate: NodeIndex | null; members: Output[] }

/** Options that survive compilation; callbacks have become nodes. */
export type NodeOptions = Omit<CanvasOptions, 'link' | 'linkError' | 'onFailure'>

/** One call of the compiled graph, with what it waits for. */
export interface GraphNode {
  /** `null`: a virtual node. No worker runs it; it succeeds as soon as its inputs allow, with `input` as its value. */
  task: string | null
  args: Json[]
  kwargs: { [name: string]: Json }
  options: NodeOptions
  each?: 'map' | 'starmap'
  mode: JoinMode
  /** How many nodes name this one in `next`. 0: it can start at once. */
  needs: number
  /** What is prepended to `args` (a virtual node: its value). `null`: nothing (immutable, or a root). Error callbacks: `null` with
   * `errorInput` true when mutable. */
  input: ValueExpr | null
  /** A mutable error callback: (request, error, traceback) of the failed input is prepended. */
  errorInput?: boolean
  /** Successors, each once, ascending. Of every kind: chain steps, joins, callbacks. */
  next: NodeIndex[]
  /** The join (a node of mode `chord`) that this node's chord feeds, for `addToChord`; none when it is in no header. */
  chord?: NodeIndex
  /** Entry of a chord's body, or its barrier: the first node of the header. What was skipped because of a node before it skips the body as
   * well; what went wrong from it on makes a ChordError. None behind a barrier, which has decided. */
  head?: NodeIndex
  /** The join of a chord with `onFailure: 'collect'`: how its inputs ended does not matter to it, only whether its header was reached. */
  settles?: true
  /** The join of a chord with `onFailure: 'cancel'`: the first input that does not succeed ends what is open of its header. */
  cancels?: true
  /** Of a callback, or of what a callback starts: it is not ended with what it belongs to. */
  callback?: true
  /** Where in the canvas it was written, for messages: `canvas.chain[2]`. */
  path: string
}

/** A compiled canvas: its nodes in definition order, and which of them its result is made of. */
export interface Graph {
  nodes: GraphNode[]
  output: Output
}
