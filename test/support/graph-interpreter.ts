/**
 * The executable spec of a graph: what the store's scripts do to it, in memory, one transition at a time.
 *
 * States and counters are those of the store: a transition ends one node, decrements `pending` of its successors, and settles what that
 * decides (JoinMode in src/engine/canvas/graph.ts). Which ready node runs next is the caller's choice, so that tests can try
 * every order. Tasks are functions without I/O; there is no clock, a retry comes back as ready.
 *
 * Rules that the doc comment of JoinMode leaves to the store:
 * - A SKIPPED node keeps its *origin*, the node whose end skipped it: its input if that FAILED or was REVOKED, else the input's origin.
 *   It is the error behind a SKIPPED output, and behind a header member whose last step was SKIPPED.
 * - A `chord` node whose lowest bad input is SKIPPED fails only when the origin stands in its own header, that is from `head` on. Otherwise
 *   the header was never reached, and the node is SKIPPED too (rule 2.4).
 * - A barrier's ChordError passes to the entries behind it as it is, not wrapped again.
 */
import { compile } from '../../src/engine/canvas/compile.js'
import type { Graph, GraphNode, NodeIndex, Output, ValueExpr } from '../../src/engine/canvas/graph.js'
import type { Canvas, Json } from '../../src/engine/canvas/types.js'
import type { WireError } from '../../src/engine/protocol/errors.js'
import { leavesOf, outputNodes, shifted, valueExprOf } from './graph-parts.js'

export type NodeState = 'BLOCKED' | 'READY' | 'WAITING' | 'SUCCESS' | 'FAILURE' | 'REVOKED' | 'SKIPPED'

/** One call of a task; `attempt` counts from 1. */
export interface Call {
  node: NodeIndex
  task: string
  args: Json[]
  kwargs: { [name: string]: Json }
  attempt: number
}

/** What a task may answer. `add`: the canvases of addToChord, which take effect with the success. */
export type Reply = { value: Json; add?: Canvas[] } | { fail: WireError } | { revoke: WireError } | { retry: true } | { replace: Canvas }

export type GraphOutcome =
  | { state: 'SUCCESS'; result: Json }
  | { state: 'FAILURE' | 'REVOKED'; error: WireError }
  | { state: 'SKIPPED' }
  | { state: 'GROUP'; results: GraphOutcome[] }

/** A node while the graph runs. */
export interface RunNode extends GraphNode {
  state: NodeState
  pending: number
  attempts: number
  /** How often it became ready: 0 or 1 at the end. */
  fired: number
  value: Json
  error: WireError | null
  /** SKIPPED: the node whose end skipped it; none for an error callback that was not needed. */
  origin: NodeIndex | null
  /** An error callback's failed node. */
  failed: NodeIndex | null
  /** The lowest input so far that did not succeed. */
  bad: NodeIndex | null
}

export interface InterpretOptions {
  /** Which of `count` ready nodes runs next. Default: the first. */
  pick?: (count: number) => number
}

export interface Interpretation {
  outcome: GraphOutcome
  nodes: RunNode[]
}

/** Runs a graph to its end. Throws when a node is left that nothing can end. */
export function interpret(graph: Graph, run: (call: Call) => Reply, { pick = () => 0 }: InterpretOptions = {}): Interpretation {
  const interpreter = new Interpreter(run)
  interpreter.start(graph)
  while (interpreter.step(pick));
  const stuck = interpreter.nodes.findIndex(({ state }) => !isTerminal(state))
  if (stuck >= 0) throw new Error(`node ${stuck} (${interpreter.nodes[stuck]?.path}) never ends`)
  return { outcome: interpreter.outcome(graph.output), nodes: interpreter.nodes }
}

export const isTerminal = (state: NodeState): boolean => state !== 'BLOCKED' && state !== 'READY' && state !== 'WAITING'

/** A replacement's outputs, on which the node that it replaces waits. */
interface Waiting {
  place: NodeIndex
  output: Output
  left: number
}

class Interpreter {
  readonly nodes: RunNode[] = []
  readonly #run: (call: Call) => Reply
  readonly #ready: NodeIndex[] = []
  readonly #ended: NodeIndex[] = []
  /** By output node of the replacement. */
  readonly #waiting = new Map<NodeIndex, Waiting>()

  constructor(run: (call: Call) => Reply) {
    this.#run = run
  }

  start(graph: Graph): void {
    const from = this.nodes.length
    for (const node of graph.nodes) this.nodes.push(fresh(node))
    for (let i = from; i < this.nodes.length; i++) if (this.#at(i).needs === 0) this.#becomeReady(i)
    this.#settle()
  }

  /** Runs one ready node; false when there is none. */
  step(pick: (count: number) => number): boolean {
    const [index] = this.#ready.splice(pick(this.#ready.length), 1)
    if (index === undefined) return false
    const node = this.#at(index)
    node.attempts++
    this.#take(index, node.each === undefined ? this.#run(this.#call(index)) : this.#runEach(index))
    this.#settle()
    return true
  }

  outcome(output: Output): GraphOutcome {
    if (typeof output === 'number') return this.#outcomeOf(output)
    if (output.gate !== null && this.#at(output.gate).state !== 'SUCCESS') return this.#outcomeOf(output.gate)
    return { state: 'GROUP', results: output.members.map((member) => this.outcome(member)) }
  }

  #outcomeOf(index: NodeIndex): GraphOutcome {
    const { state, value, origin } = this.#at(index)
    if (state === 'SUCCESS') return { state, result: value }
    if (state === 'SKIPPED') return origin === null ? { state } : this.#outcomeOf(origin)
    return { state: state as 'FAILURE' | 'REVOKED', error: this.#errorOf(index) }
  }

  #take(index: NodeIndex, reply: Reply): void {
    if ('retry' in reply) this.#ready.push(index)
    else if ('replace' in reply) this.#replace(index, reply.replace)
    else if ('fail' in reply) this.#end(index, 'FAILURE', { error: reply.fail })
    else if ('revoke' in reply) this.#end(index, 'REVOKED', { error: reply.revoke })
    else {
      for (const canvas of reply.add ?? []) this.#addToChord(index, canvas)
      this.#end(index, 'SUCCESS', { value: reply.value })
    }
  }

  #call(index: NodeIndex): Call {
    const { task, args, kwargs, attempts, input } = this.#at(index)
    const given = input === null ? this.#errorArguments(index) : [this.#valueOf(input)]
    return { node: index, task: task ?? '', args: [...given, ...args], kwargs, attempt: attempts }
  }

  #errorArguments(index: NodeIndex): Json[] {
    const { errorInput, failed } = this.#at(index)
    if (errorInput !== true || failed === null) return []
    const { task, args, kwargs, attempts, error } = this.#at(failed)
    const request = { id: `w:${failed}`, task, args, kwargs, workflow: 'w', attempt: attempts }
    return [request, { ...error } as Json, error?.stack ?? null]
  }

  /** map and starmap: one node, the task once per item. A failing item fails the node. */
  #runEach(index: NodeIndex): Reply {
    const call = this.#call(index)
    const values: Json[] = []
    for (const item of call.args[0] as Json[]) {
      const reply = this.#run({ ...call, args: this.#at(index).each === 'map' ? [item] : (item as Json[]) })
      if (!('value' in reply)) return reply
      values.push(reply.value)
    }
    return { value: values }
  }

  #valueOf(input: ValueExpr): Json {
    if (typeof input === 'number') return this.#at(input).value
    if (Array.isArray(input)) return input.map((item) => this.#valueOf(item))
    if ('settled' in input) return input.settled.map((member) => this.outcome(member)) as unknown as Json
    return Object.fromEntries(input.names.map((name, k) => [name, this.#valueOf(input.values[k] as ValueExpr)]))
  }

  #end(index: NodeIndex, state: NodeState, how: { value?: Json; error?: WireError; origin?: NodeIndex | null }): void {
    const node = this.#at(index)
    if (isTerminal(node.state)) throw new Error(`node ${index} ends twice`)
    Object.assign(node, { state, ...how })
    this.#ended.push(index)
  }

  /** Tells successors and replaced nodes of every end until nothing more follows. */
  #settle(): void {
    for (let index = this.#ended.pop(); index !== undefined; index = this.#ended.pop()) {
      for (const next of this.#at(index).next) this.#inputEnded(next, index)
      const waiting = this.#waiting.get(index)
      if (waiting !== undefined && --waiting.left === 0) this.#replacementEnded(waiting)
    }
  }

  #inputEnded(index: NodeIndex, input: NodeIndex): void {
    const node = this.#at(index)
    const { state } = this.#at(input)
    node.pending--
    if (node.pending < 0) throw new Error(`node ${index} has more inputs than it needs`)
    if (state !== 'SUCCESS' && (node.bad === null || input < node.bad)) node.bad = input
    if (node.state !== 'BLOCKED') return
    switch (node.mode) {
      case 'all':
        if (node.bad !== null) this.#skip(index, node.bad)
        else if (node.pending === 0) this.#becomeReady(index)
        return
      case 'chord':
        if (node.pending === 0) this.#join(index)
        return
      case 'every':
        if (node.pending === 0 && node.bad === null) this.#becomeReady(index)
        else if (node.pending === 0 && node.bad !== null) this.#skip(index, node.bad)
        return
      case 'error':
        if (state === 'FAILURE') this.#callBack(index, input)
        else if (node.pending === 0) this.#end(index, 'SKIPPED', { origin: null })
    }
  }

  #becomeReady(index: NodeIndex): void {
    const node = this.#at(index)
    node.fired++
    node.state = 'READY'
    if (node.task === null) this.#end(index, 'SUCCESS', { value: node.input === null ? null : this.#valueOf(node.input) })
    else this.#ready.push(index)
  }

  #callBack(index: NodeIndex, failed: NodeIndex): void {
    this.#at(index).failed = failed
    this.#becomeReady(index)
  }

  #skip(index: NodeIndex, input: NodeIndex): void {
    this.#end(index, 'SKIPPED', { origin: this.#originOf(input) })
  }

  #join(index: NodeIndex): void {
    const { bad } = this.#at(index)
    if (bad === null) this.#becomeReady(index)
    else if (this.#at(bad).state === 'SKIPPED' && !this.#isInHeaderOf(index, this.#originOf(bad))) this.#skip(index, bad)
    else if (this.#at(index).settles && !this.#failedBefore(index, bad)) this.#becomeReady(index)
    else this.#end(index, 'FAILURE', { error: this.#chordError(bad) })
  }

  #originOf(index: NodeIndex): NodeIndex | null {
    const { state, origin } = this.#at(index)
    return state === 'SKIPPED' ? origin : index
  }

  /** Behind a barrier (no head) the barrier has decided. */
  #isInHeaderOf(join: NodeIndex, origin: NodeIndex | null): boolean {
    const { head } = this.#at(join)
    return head !== undefined && origin !== null && origin >= head
  }

  /** Whether what a member of a join's header failed with goes back, through ChordErrors of headers, to a node before its own. */
  #failedBefore(join: NodeIndex, member: NodeIndex): boolean {
    for (let from: NodeIndex | null = member; from !== null; ) {
      from = this.#originOf(from)
      if (from === null || !this.#isInHeaderOf(join, from)) return true
      const { mode, bad, state } = this.#at(from)
      from = state === 'FAILURE' && mode === 'chord' ? bad : null
    }
    return false
  }

  #chordError(bad: NodeIndex): WireError {
    const { task, state } = this.#at(bad)
    const cause = this.#errorOf(this.#originOf(bad) ?? bad)
    return task === null && state === 'FAILURE' ? cause : { type: 'ChordError', message: `node ${bad} did not succeed`, cause }
  }

  #errorOf(index: NodeIndex): WireError {
    const { error, state } = this.#at(index)
    return error ?? { type: state === 'REVOKED' ? 'TaskRevokedError' : 'Error', message: '' }
  }

  #replace(place: NodeIndex, canvas: Canvas): void {
    const graph = this.#append(canvas, place)
    this.#at(place).state = 'WAITING'
    const waiting: Waiting = { place, output: graph.output, left: 0 }
    const outputs = outputNodes(graph.output)
    for (const output of outputs) this.#waiting.set(output, waiting)
    waiting.left = outputs.length
    this.start(graph)
  }

  /** One more member for the chord that `index` belongs to: its outputs become inputs of the join, its value the last of the list. */
  #addToChord(index: NodeIndex, canvas: Canvas): void {
    const join = this.#at(index).chord
    if (join === undefined) throw new Error('addToChord outside a chord')
    const graph = this.#append(canvas, index)
    const inputs = leavesOf(graph.output)
    for (const input of inputs) graph.nodes[input - this.nodes.length]?.next.push(join)
    this.#at(join).needs += inputs.length
    this.#at(join).pending += inputs.length
    this.#extendList(join, graph.output)
    this.start(graph)
  }

  /** Entries of one body share one list, by identity. */
  #extendList(join: NodeIndex, member: Output): void {
    const entries = this.#at(join).task === null ? this.#at(join).next : [join]
    const list = entries.map((entry) => this.#at(entry).input).find((input) => input !== null)
    const longer = this.#longer(list ?? null, member)
    for (const entry of entries) if (this.#at(entry).input !== null) this.#at(entry).input = longer
  }

  #longer(list: ValueExpr | null, member: Output): ValueExpr {
    if (list !== null && typeof list === 'object' && 'settled' in list) return { settled: [...list.settled, member] }
    const value = valueExprOf(member)
    return Array.isArray(list) ? [...list, value] : [value]
  }

  /** The canvas's graph with indices that follow on ours; nodes outside a header of its own stand where `place` stands. */
  #append(canvas: Canvas, place: NodeIndex): Graph {
    const graph = shifted(compile(canvas), this.nodes.length)
    const { chord } = this.#at(place)
    if (chord !== undefined) for (const node of graph.nodes) node.chord ??= chord
    return graph
  }

  /** The place ends as its replacement did; a group is a list, or a ChordError when a member did not succeed. */
  #replacementEnded({ place, output }: Waiting): void {
    const outcome = this.outcome(output)
    if (outcome.state !== 'GROUP') {
      this.#end(place, outcome.state, this.#ending(outcome))
      return
    }
    const bad = leavesOf(output).find((index) => this.#at(index).state !== 'SUCCESS')
    if (bad === undefined) this.#end(place, 'SUCCESS', { value: this.#valueOf(valueExprOf(output)) })
    else this.#end(place, 'FAILURE', { error: this.#chordError(bad) })
  }

  #ending(outcome: Exclude<GraphOutcome, { state: 'GROUP' }>): { value?: Json; error?: WireError } {
    if (outcome.state === 'SUCCESS') return { value: outcome.result }
    return outcome.state === 'SKIPPED' ? {} : { error: outcome.error }
  }

  #at(index: NodeIndex): RunNode {
    const node = this.nodes[index]
    if (node === undefined) throw new Error(`there is no node ${index}`)
    return node
  }
}

function fresh(node: GraphNode): RunNode {
  const state = { state: 'BLOCKED' as const, pending: node.needs, attempts: 0, fired: 0 }
  return { ...node, ...state, value: null, error: null, origin: null, failed: null, bad: null }
}
