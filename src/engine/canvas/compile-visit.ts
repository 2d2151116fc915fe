/**
 * The rules of the canvas, one generator per kind of expression.
 *
 * A generator that needs a part compiled yields that part's generator; {@link compilePart} runs them on a stack of its own, so the
 * depth of a canvas (Celery writes a chain of n groups as n nested chord bodies) costs heap, not call stack.
 *
 * Two scopes go down: `scope` for the nodes of a part, `tail` for the members of the group that the part ends in, if it does. They
 * differ where something follows: then that group is a header, its members feed a join, and what fails in it is
 * reported by the join. Called by compile only.
 */
import { AT_ONCE, type ChordRef, type GraphBuilder, type NodeDraft, type Scope, type Source, type Watcher } from './compile-builder.js'
import { type Callback, combine, forMembers, forStep, type Inherited, NOTHING } from './compile-inherit.js'
import { dagOrder } from './dag.js'
import { CanvasInvalidError } from './errors.js'
import type { NodeIndex, Output, ValueExpr } from './graph.js'
import { keyed } from './paths.js'
import type { Canvas, Chain, Chord, Dag, DagNode, FailurePolicy, Group, Signature } from './types.js'

/** What a compiled part is worth. `group`: it ends in a group, so whatever follows it is a chord's body; else it ends in one node. */
export type Part = { group: false; value: NodeIndex; output: NodeIndex } | { group: true; value: ValueExpr; output: Output }

interface Visit extends Generator<Visit, Part, Part> {}

interface Place {
  source: Source
  scope: Scope
  tail: Scope
  inherited: Inherited
  path: string
  /** Gets the nodes whose results make the part's value, in definition order. */
  leaves: NodeIndex[]
}

/** What a join waits for: the output nodes of its header, and who refers to it. */
interface Header {
  leaves: NodeIndex[]
  ref: ChordRef
  /** Of its chord. */
  onFailure?: FailurePolicy | undefined
}

interface Members {
  values: ValueExpr[]
  outputs: Output[]
}

const NO_PART: Part = { group: true, value: [], output: { gate: null, members: [] } }
const FREE: Scope = { chord: null, watchers: [] }
// A path is for people. Beyond this many characters it names the nearest ancestor, or a deep canvas would cost its depth squared.
const MAX_PATH = 400

/** Compiles a whole canvas into `builder`. */
export function compilePart(builder: GraphBuilder, canvas: Canvas, path: string): Part {
  const stack = [visit(builder, canvas, { source: AT_ONCE, scope: FREE, tail: FREE, inherited: NOTHING, path, leaves: [] })]
  let done = NO_PART
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const step = top.next(done)
    if (step.done !== true) stack.push(step.value)
    else {
      stack.pop()
      done = step.value
    }
  }
  return done
}

function visit(builder: GraphBuilder, canvas: Canvas, place: Place): Visit {
  switch (canvas.kind) {
    case 'task':
      return visitTask(builder, canvas, place)
    case 'chain':
      return visitChain(builder, canvas, place)
    case 'group':
      return visitGroup(builder, canvas, place)
    case 'chord':
      return visitChord(builder, canvas, place)
    case 'graph':
      return visitGraph(builder, canvas, place)
  }
}

function* visitTask(builder: GraphBuilder, sig: Signature, place: Place): Visit {
  const all = combine(sig.options, place.inherited, place.path)
  const node = addTask(builder, sig, place, all, place.path)
  for (const callback of all.link) yield visitCallback(builder, callback, after(node))
  for (const callback of all.linkError) yield visitCallback(builder, callback, onError([node]))
  return { value: node, output: node, group: false }
}

function addTask(builder: GraphBuilder, sig: Signature, place: Place, { options, linkError }: Inherited, path: string): NodeIndex {
  const { source, scope } = place
  const takes = !sig.immutable && sig.each === undefined
  const draft: NodeDraft = {
    task: sig.task,
    args: sig.args,
    kwargs: sig.kwargs,
    options,
    each: sig.each,
    input: takes ? source.input : null,
    errorInput: takes && source.error,
    path,
  }
  const node = builder.add(draft, source, withoutEqual(scope, linkError))
  place.leaves.push(node)
  return node
}

function* visitChain(builder: GraphBuilder, chain: Chain, place: Place): Visit {
  if (chain.steps.length === 0) return visitNothing(builder, place)
  const all = combine(chain.options, place.inherited, place.path)
  const watchers = all.linkError.map((callback): Watcher => ({ callback, nodes: [] }))
  const scope = watchedBy(place.scope, watchers)
  const last = chain.steps.length - 1
  let { source } = place
  let part = NO_PART
  let header: ChordRef = { head: null, join: null }
  let leaves: NodeIndex[] = []
  for (const [i, step] of chain.steps.entries()) {
    const path = extend(place.path, `.chain[${i}]`)
    if (i > 0) source = follow(builder, part, { leaves, ref: header }, step, scope, path)
    header = { head: null, join: null }
    leaves = i === last ? place.leaves : []
    const tail = i === last ? watchedBy(place.tail, watchers) : { chord: header, watchers: [] }
    part = yield visit(builder, step, { source, scope, tail, inherited: forStep(all, i === 0, i === last), path, leaves })
  }
  for (const { callback, nodes } of watchers) if (nodes.length > 0) yield visitCallback(builder, callback, onError(nodes))
  return part
}

/** A chain without steps hands on what it is given. */
function visitNothing(builder: GraphBuilder, place: Place): Part {
  const node = builder.addVirtual(place.source.input, place.path, place.source, place.scope)
  place.leaves.push(node)
  return { value: node, output: node, group: false }
}

function* visitGroup(builder: GraphBuilder, group: Group, place: Place): Visit {
  const inherited = combine(group.options, place.inherited, place.path)
  const inside = { ...place, scope: place.tail, inherited: forMembers(inherited) }
  return yield visitMembers(builder, group.members, inside, '.group')
}

function* visitChord(builder: GraphBuilder, chord: Chord, place: Place): Visit {
  const header: ChordRef = { head: null, join: null }
  const scope: Scope = { chord: header, watchers: [] }
  const leaves: NodeIndex[] = []
  const above = { source: place.source, scope, tail: scope, inherited: NOTHING, path: place.path, leaves }
  const part = yield visitMembers(builder, chord.header, above, '.chord.header')
  const path = extend(place.path, '.chord.body')
  const { onFailure } = chord.options
  const source = follow(builder, part, { leaves, ref: header, onFailure }, chord.body, place.scope, path)
  return yield visit(builder, chord.body, { ...place, source, inherited: combine(chord.options, place.inherited, place.path), path })
}

/**
 * Parts in the order in which they can run. A part's inputs are one object of those that it comes after; a node of its own gathers those that
 * nothing comes after. A part that ends in a group is one for its successors: they wait for a barrier behind its members.
 */
function* visitGraph(builder: GraphBuilder, graph: Dag, place: Place): Visit {
  const all = combine(graph.options, place.inherited, place.path)
  const watchers = all.linkError.map((callback): Watcher => ({ callback, nodes: [] }))
  const scope = watchedBy(place.scope, watchers)
  // What gathers and what stands in front or behind fails of nothing of its own.
  const between: Scope = { chord: scope.chord, watchers: [] }
  const done = new Map<string, DagPart>()
  const last = new Set(graph.nodes.map(({ name }) => name))
  for (const { name, canvas, after } of inOrder(graph, place.path)) {
    const path = extend(place.path, keyed('.graph.nodes', name))
    const source = after.length === 0 ? place.source : gathered(builder, done, after, canvas, between, path)
    const inherited = after.length === 0 ? forMembers({ ...NOTHING, options: all.options }) : NOTHING
    const leaves: NodeIndex[] = []
    const part = yield visit(builder, canvas, { source, scope, tail: scope, inherited, path, leaves })
    done.set(name, { node: part.group ? behindAll(builder, leaves, between, path) : part.value, value: part.value })
    for (const before of after) last.delete(before)
  }
  const names = graph.nodes.map(({ name }) => name).filter((name) => last.has(name))
  const ends = names.map((name) => done.get(name) as DagPart)
  const value = named(names, ends)
  const end =
    ends.length === 0
      ? builder.addVirtual(value, place.path, place.source, scope)
      : builder.addVirtual(value, place.path, everyOf(ends), between)
  place.leaves.push(end)
  for (const callback of all.link) yield visitCallback(builder, callback, after(end))
  for (const { callback, nodes } of watchers) if (nodes.length > 0) yield visitCallback(builder, callback, onError(nodes))
  return { value: end, output: end, group: false }
}

/** A compiled part of a plain graph: the node whose end is its end, and what its value is made of. */
interface DagPart {
  node: NodeIndex
  value: ValueExpr
}

function inOrder(graph: Dag, path: string): DagNode[] {
  const found = dagOrder(graph.nodes)
  if ('order' in found) return found.order.map((k) => graph.nodes[k] as DagNode)
  throw new CanvasInvalidError({ path: `${path}.graph.nodes`, rule: `makes a cycle: ${found.cycle.join(' -> ')}` })
}

/** What a part waits for and gets. One node in front where it starts in several behind several. */
function gathered(
  builder: GraphBuilder,
  done: ReadonlyMap<string, DagPart>,
  names: string[],
  canvas: Canvas,
  scope: Scope,
  path: string,
): Source {
  const parts = names.map((name) => {
    const part = done.get(name)
    if (part === undefined)
      throw new CanvasInvalidError({ path: `${path}.after`, rule: `there is no ${JSON.stringify(name)} in this graph` })
    return part
  })
  const source = { ...everyOf(parts), input: named(names, parts) }
  if (source.nodes.length === 1 || !fansOut(canvas)) return source
  const barrier = builder.addVirtual(null, path, source, scope)
  return { ...source, nodes: [barrier], mode: 'all', gate: barrier }
}

/** A barrier behind the members of a group. */
function behindAll(builder: GraphBuilder, leaves: readonly NodeIndex[], scope: Scope, path: string): NodeIndex {
  const [only] = leaves
  return leaves.length === 1 && only !== undefined ? only : builder.addVirtual(null, path, every(leaves), scope)
}

const everyOf = (parts: readonly DagPart[]): Source => every(parts.map(({ node }) => node))

/** Waits for all of these, each once. */
function every(nodes: readonly NodeIndex[]): Source {
  const sorted = [...new Set(nodes)].sort((a, b) => a - b)
  return {
    nodes: sorted,
    mode: sorted.length === 1 ? 'all' : 'every',
    input: null,
    error: false,
    gate: sorted.length === 1 ? (sorted[0] ?? null) : null,
    head: null,
  }
}

function named(names: string[], parts: readonly DagPart[]): ValueExpr {
  return { names, values: parts.map(({ value }) => value) }
}

/** Members side by side: of a group, or of a chord's header. An empty list is a virtual node, so that there is something to wait for. */
function* visitMembers(builder: GraphBuilder, members: Canvas[], place: Place, name: string): Visit {
  const { chord } = place.scope
  if (chord !== null) chord.head ??= builder.size
  const found: Members = { values: [], outputs: [] }
  yield collectMembers(builder, members, place, name, found)
  const { gate } = place.source
  if (found.values.length > 0) return { value: found.values, output: { gate, members: found.outputs }, group: true }
  const node = builder.addVirtual([], place.path, place.source, place.scope)
  place.leaves.push(node)
  return { value: node, output: { gate: node, members: [] }, group: true }
}

function* collectMembers(builder: GraphBuilder, members: Canvas[], place: Place, name: string, found: Members): Visit {
  let part = NO_PART
  for (let i = 0; i < members.length; i++) {
    const member = members[i] as Canvas
    const path = extend(place.path, `${name}[${i}]`)
    if (member.kind === 'group') {
      const inherited = forMembers(combine(member.options, place.inherited, path))
      part = yield collectMembers(builder, member.members, { ...place, inherited, path }, '.group', found)
      continue
    }
    if (member.kind === 'task') {
      // Most of a wide canvas: a task without callbacks needs no visit of its own.
      const all = combine(member.options, place.inherited, path)
      if (all.link.length === 0 && all.linkError.length === 0) {
        const node = addTask(builder, member, place, all, path)
        found.values.push(node)
        found.outputs.push(node)
        continue
      }
    }
    part = yield visit(builder, member, { ...place, path })
    found.values.push(part.value)
    found.outputs.push(part.output)
  }
  return part
}

function* visitCallback(builder: GraphBuilder, { canvas, path }: Callback, source: Source): Visit {
  builder.beginCallback()
  const part = yield visit(builder, canvas, { source, scope: FREE, tail: FREE, inherited: NOTHING, path, leaves: [] })
  builder.endCallback()
  return part
}

/** What `next` waits for when it comes after `part`. Makes the join's barrier where one is needed. */
function follow(builder: GraphBuilder, part: Part, header: Header, next: Canvas, scope: Scope, path: string): Source {
  if (!part.group) return after(part.value)
  const join: Source = { nodes: header.leaves, mode: 'chord', input: part.value, error: false, gate: null, head: header.ref.head }
  Object.assign(join, policyOf(part.output, header.onFailure))
  header.ref.join = builder.size
  if (!fansOut(next)) return join
  const barrier = builder.addVirtual(null, path, join, { chord: scope.chord, watchers: [] })
  const { onFailure: _, ...entry } = join
  return { ...entry, nodes: [barrier], gate: barrier, head: null }
}

/** What a policy changes of a join. In an empty header nothing can fail: its body gets the empty list. */
function policyOf(header: Output, policy: FailurePolicy = 'fail'): Partial<Source> {
  if (policy === 'fail' || typeof header === 'number' || header.members.length === 0) return {}
  return policy === 'collect' ? { input: { settled: header.members }, onFailure: policy } : { onFailure: policy }
}

/** Whether a canvas may start in several nodes, or with a group, whose gate must be one node. Of a plain graph it is not asked. */
function fansOut(canvas: Canvas): boolean {
  for (let at: Canvas | undefined = canvas; at !== undefined; ) {
    if (at.kind === 'task') return false
    if (at.kind === 'group' || at.kind === 'graph') return true
    if (at.kind === 'chord' && at.header.length > 1) return true
    at = at.kind === 'chain' ? at.steps[0] : at.header[0]
  }
  return false
}

function after(node: NodeIndex): Source {
  return { nodes: [node], mode: 'all', input: node, error: false, gate: node, head: null }
}

function onError(nodes: NodeIndex[]): Source {
  return { nodes, mode: 'error', input: null, error: true, gate: null, head: null }
}

/** A chain's callback takes the place of an equal one of a chain around it. */
function watchedBy(scope: Scope, watchers: readonly Watcher[]): Scope {
  if (watchers.length === 0) return scope
  const outer = withoutEqual(
    scope,
    watchers.map(({ callback }) => callback),
  )
  return { chord: scope.chord, watchers: [...outer.watchers, ...watchers] }
}

/** The scope for a node that has these error callbacks of its own: equal ones are not repeated. */
function withoutEqual(scope: Scope, own: readonly Callback[]): Scope {
  if (scope.watchers.length === 0 || own.length === 0) return scope
  const keys = new Set(own.map(({ key }) => key))
  return { chord: scope.chord, watchers: scope.watchers.filter(({ callback }) => !keys.has(callback.key)) }
}

function extend(path: string, more: string): string {
  return path.length > MAX_PATH ? path : path + more
}
