/**
 * How a graph is laid out in the workflow's hash. Pure; the Lua in `redis/lua/lib` is its reader.
 *
 * Nodes that share everything but their arguments share a template; arguments lie in blocks of 32. A chord of 500 equal tasks is two templates and
 * sixteen blocks, so a waiting member costs its own bytes and little more. References are relative (`+1`) where that lets repeated
 * structures share a template, absolute where many nodes meet in one.
 */
import type { Graph, GraphNode, NodeIndex, Output, ValueExpr } from '../canvas/graph.js'
import { isEmpty } from '../canvas/json.js'
import { blockOf } from './blocks.js'
import { countRefs, definitionText, delayText, exprText, isInline, rangeText, runs, signed, specText } from './layout-texts.js'
import { BLOCK, DEFAULT_QUEUE, MARKER, type SegmentEnd, type StoredGraph, type StoredOutput } from './stored.js'

/** A node names at most this many successor ranges; more are handed on through fan nodes. */
export const FAN_OUT = 200
/** A chord of more members than this does not name them in its template: every byte of it counts in a small workflow. */
const WIDE_CHORD = 64
const MODE = { all: 'a', chord: 'c', every: 'w', error: 'e' } as const

export function leaves(output: Output, into: NodeIndex[] = []): NodeIndex[] {
  const stack: Output[] = [output]
  while (stack.length > 0) {
    const item = stack.pop() as Output
    if (typeof item === 'number') into.push(item)
    else if (item.members.length === 0 && item.gate !== null) into.push(item.gate)
    else for (let i = item.members.length - 1; i >= 0; i--) stack.push(item.members[i] as Output)
  }
  return into
}

/** The output tree as the meta holds it. */
export function storedOutput(output: Output): StoredOutput {
  if (typeof output === 'number') return output
  const members: StoredOutput[] = []
  let plain: number[] = []
  const flush = () => {
    for (const range of runs(plain)) members.push(range.count === 1 ? range.first : `${range.first}:${range.count}:${range.stride}`)
    plain = []
  }
  for (const member of output.members) {
    if (typeof member === 'number') plain.push(member)
    else {
      flush()
      members.push(storedOutput(member))
    }
  }
  flush()
  return ['g', output.gate, ...members]
}

/** The value that an output stands for: the tree without its gates. */
export function outputExpr(output: Output): ValueExpr {
  return typeof output === 'number' ? output : output.members.map(outputExpr)
}

interface Extra {
  flags: string
  successors?: string
}

/** One try at laying out a graph; `near` is the fan below which references are relative. */
class Layout {
  readonly templates = new Map<string, number>()
  readonly texts: string[] = []
  readonly templateOf: Int32Array
  readonly pred: Int32Array
  /** Of joins: all that they wait for, ascending. */
  readonly inputs = new Map<NodeIndex, NodeIndex[]>()
  readonly nodes: GraphNode[]
  readonly outs: Set<NodeIndex>

  constructor(
    readonly graph: Graph,
    readonly near: number,
    private readonly extra: Map<NodeIndex, Extra>,
    outs: readonly NodeIndex[],
    /** The chord of those that are in no header here. */
    private readonly outer: string,
  ) {
    this.nodes = graph.nodes.slice()
    this.outs = new Set(outs)
    this.templateOf = new Int32Array(this.nodes.length)
    this.pred = new Int32Array(this.nodes.length).fill(-1)
    for (let i = 0; i < graph.nodes.length; i++) for (const next of (graph.nodes[i] as GraphNode).next) this.feeds(i, next)
    for (let i = graph.nodes.length - 1; i >= 0; i--) this.templateOf[i] = this.place(graph.nodes[i] as GraphNode, i)
  }

  private feeds(i: NodeIndex, next: NodeIndex): void {
    this.pred[next] = i
    const { needs, head } = this.node(next)
    if (needs < 2 || (needs > WIDE_CHORD && head !== undefined)) return
    const inputs = this.inputs.get(next)
    if (inputs) inputs.push(i)
    else this.inputs.set(next, [i])
  }

  /** The one node that it waits for, or of a join the list of them; `-` for none, and for a wide chord: its header says where they begin. */
  private predText(node: GraphNode, i: NodeIndex, nearPred: boolean): string {
    if (node.needs > WIDE_CHORD && node.head !== undefined) return '-'
    if (node.needs > 1) return exprText(this.inputs.get(i) ?? [], node.needs <= this.near ? i : null)
    const pred = this.pred[i] as number
    return node.needs === 0 ? '-' : nearPred ? signed(pred - i) : String(pred)
  }

  private node(i: number): GraphNode {
    return this.nodes[i] as GraphNode
  }

  /** Successor ranges of one template each; longer lists are folded into fan nodes until FAN_OUT are left. */
  successors(next: readonly number[], base: number | null): string {
    const same = (a: number, b: number) => this.templateFor(a) === this.templateFor(b)
    let items: string[] = []
    const single: string[] = []
    for (const range of runs(next, same)) {
      const target = this.node(range.first)
      const relative = base !== null && range.count === 1 && target.needs <= this.near && next.length <= this.near
      const text = `${rangeText(range, relative ? base : null)}@${this.templateFor(range.first)}`
      if (target.mode === 'error') single.push(text)
      else items.push(text)
    }
    while (items.length + single.length > FAN_OUT && items.length > 1) items = this.fold(items, base)
    return [...items, ...single].join(',') || '-'
  }

  private templateFor(i: number): number {
    return i < this.templateOf.length ? (this.templateOf[i] as number) : (this.fans.get(i) as number)
  }

  private readonly fans = new Map<number, number>()

  /** A fan node names whom it speaks for as what is before it: joins go by the order of their real inputs. */
  private fold(items: string[], base: number | null): string[] {
    const folded: string[] = []
    for (let i = 0; i < items.length; i += FAN_OUT) {
      const index = this.nodes.length
      const template = this.intern(
        `a ${base === null ? 0 : 1} ${DEFAULT_QUEUE} 0 - vf - - - ${base ?? '-'} - ${items.slice(i, i + FAN_OUT).join(',')}\n{}`,
      )
      this.nodes.push(FAN)
      this.fans.set(index, template)
      folded.push(`${index}@${template}`)
    }
    return folded
  }

  private intern(text: string): number {
    let template = this.templates.get(text)
    if (template === undefined) {
      template = this.texts.length
      this.templates.set(text, template)
      this.texts.push(text)
    }
    return template
  }

  private flags(node: GraphNode, i: number): string {
    return (
      `${node.task === null ? 'v' : ''}${policyFlags(node)}${this.outs.has(i) ? (this.outs.size === 1 && this.graph.output === i ? 'ou' : 'o') : ''}${this.extra.get(i)?.flags ?? ''}` ||
      '-'
    )
  }

  /** Whether node i surely has the template of the node behind it: neighbours in a wide header mostly do, and their texts need not be made. */
  private likeNext(node: GraphNode, i: number): boolean {
    const other = this.graph.nodes[i + 1]
    if (
      other === undefined ||
      node.task !== other.task ||
      node.mode !== other.mode ||
      node.needs !== other.needs ||
      node.each !== other.each
    )
      return false
    if (node.input !== other.input || node.chord !== other.chord || node.head !== other.head || node.errorInput !== other.errorInput)
      return false
    if (node.callback !== other.callback) return false
    if (node.next.length !== 1 || other.next.length !== 1 || node.next[0] !== other.next[0]) return false
    if (this.node(node.next[0] as number).needs <= this.near || (node.chord !== undefined && this.node(node.chord).needs <= this.near))
      return false
    if (
      node.needs > 1 ||
      (node.needs === 1 && (this.pred[i] !== this.pred[i + 1] || this.node(this.pred[i] as number).next.length <= this.near))
    )
      return false
    if (node.needs === 0 && node.input !== null) return false
    return (
      isEmpty(node.options) &&
      isEmpty(other.options) &&
      !this.outs.has(i) &&
      !this.outs.has(i + 1) &&
      !this.extra.has(i) &&
      !this.extra.has(i + 1)
    )
  }

  private place(node: GraphNode, i: number): number {
    if (this.likeNext(node, i)) return this.templateOf[i + 1] as number
    const o = node.options
    const pred = node.needs === 1 ? (this.pred[i] as number) : -1
    const nearPred = pred >= 0 && this.node(pred).next.length <= this.near
    const predText = this.predText(node, i, nearPred)
    let input = '-'
    if (node.input !== null) {
      const relative = node.needs === 1 ? nearPred && countRefs(node.input) <= this.near : countRefs(node.input) <= this.near
      input = exprText(node.input, relative ? i : null)
    }
    let chord = node.task === null ? '-' : this.outer
    if (node.chord !== undefined) {
      const join = node.chord
      chord = `${this.node(join).needs <= this.near ? signed(join - i) : join}@${this.templateFor(join)}`
    }
    const head = node.head === undefined ? '-' : node.needs <= this.near ? signed(node.head - i) : String(node.head)
    const successors = this.extra.get(i)?.successors ?? this.successors(node.next, i)
    return this.intern(
      `${MODE[node.mode]} ${node.needs} ${o.queue ?? DEFAULT_QUEUE} ${o.priority ?? 0} ${delayText(o)} ${this.flags(node, i)} ${node.task ?? '-'} ${chord} ${head} ${predText} ${input} ${successors}\n${specText(node, chord)}`,
    )
  }

  roots(): string {
    const roots: number[] = []
    for (let i = 0; i < this.graph.nodes.length; i++) if (this.node(i).needs === 0) roots.push(i)
    return this.successors(roots, null)
  }

  fields(prefix: string): [string, string | Buffer][] {
    const out: [string, string | Buffer][] = this.texts.map((text, k) => [`t${prefix}${k}`, text])
    for (let from = 0; from < this.nodes.length; from += BLOCK) out.push(...this.block(prefix, from))
    return out
  }

  private block(prefix: string, from: number): [string, string | Buffer][] {
    const count = Math.min(BLOCK, this.nodes.length - from)
    const large: [string, string][] = []
    const texts: string[] = []
    for (let k = 0; k < count; k++) {
      const text = definitionText(this.node(from + k), this.templateFor(from + k))
      if (isInline(text)) texts.push(text)
      else {
        large.push([`a${prefix}${from + k}`, text])
        texts.push(MARKER)
      }
    }
    return [[`b${prefix}${from / BLOCK}`, blockOf(texts)], ...large]
  }
}

const policyFlags = ({ settles, cancels, callback }: GraphNode): string =>
  `${settles ? 's' : ''}${cancels ? 'x' : ''}${callback ? 'b' : ''}`

const FAN: GraphNode = { task: null, args: [], kwargs: {}, options: {}, mode: 'all', needs: 1, input: null, next: [], path: '' }

function lay(graph: Graph, extra: Map<NodeIndex, Extra>, outs: readonly NodeIndex[], outer = '-'): Layout & { rootText: string } {
  const attempt = (near: number) => {
    const layout = new Layout(graph, near, extra, outs, outer)
    return Object.assign(layout, { rootText: layout.roots() })
  }
  const first = attempt(1)
  if (first.texts.length <= 64) return first
  const second = attempt(8)
  return second.texts.length < first.texts.length ? second : first
}

const tasks = (nodes: readonly GraphNode[]): number => nodes.reduce((sum, node) => sum + (node.task === null ? 0 : 1), 0)

/** Lays out a submitted graph. */
export function layoutGraph(graph: Graph): StoredGraph {
  const outs = leaves(graph.output)
  const layout = lay(graph, new Map(), outs)
  return {
    total: tasks(layout.nodes),
    nodes: layout.nodes.length,
    outs: new Set(outs).size,
    roots: layout.rootText,
    output: storedOutput(graph.output),
    fields: layout.fields(''),
  }
}

/**
 * Lays out what a running task adds, under its prefix, with an end node that settles the task's place or feeds its chord's join.
 * The end node's index is `endNode`.
 */
export function layoutSegment(graph: Graph, prefix: string, end: SegmentEnd): StoredGraph & { endNode: number } {
  const outs = [...new Set(leaves(graph.output))]
  const endNode = graph.nodes.length
  const nodes = graph.nodes.map((node) => node)
  for (const i of outs) {
    const node = nodes[i] as GraphNode
    nodes[i] = { ...node, next: [...node.next, endNode] }
  }
  nodes.push({ ...FAN, mode: 'chord', head: 0, needs: outs.length, input: outputExpr(graph.output) })
  const flags = `${end.kind === 'place' ? 'p' : ''}${typeof graph.output === 'number' ? '' : 'g'}`
  const extra = new Map([[endNode, { flags, successors: `!${end.prefix}!${end.index}@${end.template}` }]])
  const layout = lay({ nodes, output: graph.output }, extra, [], end.chord)
  const fields = layout.fields(prefix)
  const total = tasks(layout.nodes)
  fields.push([`r${prefix}`, `${total} ${layout.nodes.length} ${layout.rootText}`])
  return { total, nodes: layout.nodes.length, outs: 0, roots: layout.rootText, output: storedOutput(graph.output), fields, endNode }
}
