/**
 * The growing graph: numbers nodes, wires each one to what it waits for, keeps the limits.
 *
 * Every edge is added when its target is made, so `next` is ascending and without repeats by construction and `needs` is the
 * length of the source. Called by compile-visit only.
 */
import { ChordisError } from '../protocol/errors.js'
import type { Callback } from './compile-inherit.js'
import type { Graph, GraphNode, JoinMode, NodeIndex, NodeOptions, Output, ValueExpr } from './graph.js'
import type { Json } from './types.js'

/** What an entry waits for and receives. */
export interface Source {
  nodes: readonly NodeIndex[]
  mode: JoinMode
  input: ValueExpr | null
  /** The entries are error callbacks: mutable ones get (request, error, traceback). */
  error: boolean
  /** The node whose success means that an entry was reached; `null` at the root. */
  gate: NodeIndex | null
  /** First node of the header that a join waits for. */
  head: NodeIndex | null
  /** Of the join of a chord that does something else than to let the others finish. */
  onFailure?: 'cancel' | 'collect'
}

export const AT_ONCE: Source = { nodes: [], mode: 'all', input: null, error: false, gate: null, head: null }

/** A join that the nodes of its header refer to before it is made. */
export interface ChordRef {
  /** The first node of the header: where the group begins, not the chain that the group ends. */
  head: NodeIndex | null
  join: NodeIndex | null
}

/** An error callback of a whole chain and the nodes that it watches. */
export interface Watcher {
  callback: Callback
  nodes: NodeIndex[]
}

/** What holds for every node of a part: the header that it stands in and the chains whose error callbacks watch it. */
export interface Scope {
  chord: ChordRef | null
  watchers: readonly Watcher[]
}

/** What a caller of {@link GraphBuilder.add} says about a node; the rest follows from its source and scope. */
export interface NodeDraft {
  task: string | null
  args: Json[]
  kwargs: { [name: string]: Json }
  options: NodeOptions
  each?: 'map' | 'starmap' | undefined
  /** `null`: it takes nothing from its source. */
  input: ValueExpr | null
  errorInput: boolean
  path: string
}

// A callback of a long chain with many entries, or many callbacks on it, would cost their product in edges.
const EDGES_PER_NODE = 10

export class GraphBuilder {
  readonly #nodes: GraphNode[] = []
  /** Nodes that stand in a header, and that header, side by side. */
  readonly #inHeaders: GraphNode[] = []
  readonly #headers: ChordRef[] = []
  readonly #limit: number
  #edges = 0
  /** How many callbacks, of callbacks, are being compiled. */
  #callbacks = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The index that the next node will have. */
  get size(): number {
    return this.#nodes.length
  }

  add(draft: NodeDraft, source: Source, scope: Scope): NodeIndex {
    const index = this.#nodes.length
    if (index >= this.#limit) throw this.#exceeded(`more than ${this.#limit} nodes`, draft.path)
    const node = makeNode(draft, source)
    if (this.#callbacks > 0) node.callback = true
    this.#nodes.push(node)
    if (scope.chord !== null) {
      this.#inHeaders.push(node)
      this.#headers.push(scope.chord)
    }
    this.#countEdges(source.nodes.length + scope.watchers.length, draft.path)
    for (const from of source.nodes) addSuccessor(this.#nodes[from] as GraphNode, index)
    for (const watcher of scope.watchers) watcher.nodes.push(index)
    return index
  }

  /** What is added from here on belongs to a callback, until {@link endCallback}. */
  beginCallback(): void {
    this.#callbacks++
  }

  endCallback(): void {
    this.#callbacks--
  }

  /** A node that no worker runs; its value is `value`. */
  addVirtual(value: ValueExpr | null, path: string, source: Source, scope: Scope): NodeIndex {
    return this.add({ task: null, args: [], kwargs: {}, options: {}, input: value, errorInput: false, path }, source, scope)
  }

  finish(output: Output): Graph {
    for (const [k, node] of this.#inHeaders.entries()) {
      const join = this.#headers[k]?.join
      if (join !== null && join !== undefined) node.chord = join
    }
    return { nodes: this.#nodes, output }
  }

  #countEdges(more: number, path: string): void {
    this.#edges += more
    if (this.#edges > EDGES_PER_NODE * this.#limit) throw this.#exceeded(`more than ${EDGES_PER_NODE * this.#limit} dependencies`, path)
  }

  #exceeded(what: string, path: string): ChordisError {
    return new ChordisError('limit-exceeded', `the canvas has ${what}`, { path })
  }
}

const NO_NODES: NodeIndex[] = Object.freeze([]) as unknown as NodeIndex[]

/** Most nodes have one successor: a list of one takes a tenth of the room of an empty one that grows. */
function addSuccessor(node: GraphNode, index: NodeIndex): void {
  if (node.next.length === 0) node.next = [index]
  else node.next.push(index)
}

function makeNode(draft: NodeDraft, source: Source): GraphNode {
  const node: GraphNode = {
    task: draft.task,
    args: draft.args,
    kwargs: draft.kwargs,
    options: draft.options,
    mode: source.mode,
    needs: source.nodes.length,
    input: draft.input,
    next: NO_NODES,
    path: draft.path,
  }
  if (draft.each !== undefined) node.each = draft.each
  if (draft.errorInput) node.errorInput = true
  if (source.head !== null) node.head = source.head
  if (source.onFailure === 'collect') node.settles = true
  if (source.onFailure === 'cancel') node.cancels = true
  return node
}
