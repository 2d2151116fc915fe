/**
 * Random canvases of the conformance tasks, made from a seed: every kind of nesting, failures, retries, replacements, callbacks,
 * countdowns of a few ms, immutable signatures, empty groups.
 *
 * What the evaluator's rules leave open is not made: an error callback shared by steps that run side by side (which of them fails first
 * is a matter of time). The size of results is bounded by making a signature immutable when too much would reach it, since a group
 * multiplies what it is given. Same seed, same canvas.
 */
import fc from 'fast-check'
import type { Canvas, CanvasOptions, Json, Signature } from '../../src/engine/index.js'
import { SeededRandom } from './seed.js'

export interface RandomCanvasOptions {
  seed: number
  /** How many nodes at most, callbacks and replacements not counted. */
  nodes: number
  /** The `case` under which callbacks record their marks. */
  caseId: string
  /** Nesting at most; default 10. */
  depth?: number
  /** With plain graphs among its compounds. Off: the canvases that a seed made before there were graphs. */
  graphs?: boolean
  /** With chords that collect the outcomes of their headers, and more that fails in them. */
  policies?: boolean
  /** With more that fails. */
  failing?: boolean
}

/** How likely a task fails, one of these per canvas: large canvases should not all die early. */
const FAILURE_RATES = [0, 0, 0.002, 0.02, 0.1]
/** Where failures are what is looked for. */
const HIGH_FAILURE_RATES = [0.02, 0.1, 0.3]

/** When about this many characters would reach a task, it is made immutable. */
const MAX_INPUT = 1_000

/** Parts with more nodes to place are neither one task nor empty. */
const SMALL = 20

const VALUES: Json[] = [null, 0, 1, -1.5, '', 'x', 'ä☃', true, [], {}, [1, [2, []]], { k: [null] }, { __proto__x: 1 }]

/** A part with what it gives on: `chars` is about the size of its value; `serial` says that nothing in its last part runs side by side. */
interface Part {
  canvas: Canvas
  chars: number
  serial: boolean
}

/** What a part is made for: at most so many nodes and levels, with about `input` characters arriving. */
interface Room {
  nodes: number
  depth: number
  input: number
  /** Inside a header: the value is not an outcome, so it may be ignored by readers. */
  inner: boolean
}

export function randomCanvas({
  seed,
  nodes,
  caseId,
  depth = 10,
  graphs = false,
  policies = false,
  failing = policies,
}: RandomCanvasOptions): Canvas {
  return new Grower(new SeededRandom(seed), caseId, graphs, policies, failing).grow({ nodes, depth, input: 0, inner: false }).canvas
}

/** One plain graph of so many parts, most of them single tasks: chains, fans, diamonds, hubs and loose ends as they come. */
export function randomGraph({ seed, nodes, caseId }: RandomCanvasOptions): Canvas {
  return new Grower(new SeededRandom(seed), caseId, true, false, false).graph({ nodes, depth: 3, input: 0, inner: false }, nodes).canvas
}

/** For fast-check: seed and size, which shrink to a small canvas with the same trouble where there is one. */
export function randomCanvasSpec(maxNodes: number): fc.Arbitrary<{ seed: number; nodes: number }> {
  return fc.record({ seed: fc.nat(), nodes: fc.integer({ min: 1, max: maxNodes }) })
}

class Grower {
  private tags = 0
  private readonly failureRate: number

  constructor(
    private readonly random: SeededRandom,
    private readonly caseId: string,
    private readonly graphs: boolean,
    private readonly policies: boolean,
    failing: boolean,
  ) {
    this.failureRate = random.pick(failing ? HIGH_FAILURE_RATES : FAILURE_RATES)
  }

  grow(room: Room): Part {
    if (room.nodes <= 1 || room.depth === 0) return this.task(room)
    if (this.graphs && this.random.chance(0.15)) return this.graph(room)
    const kind = this.random.int(0, room.nodes > SMALL ? 8 : 9)
    const part = kind < 4 ? this.chain(room) : kind < 6 ? this.group(room) : kind < 9 ? this.chord(room) : this.task(room)
    return this.random.chance(0.15) ? this.withCallbacks(part) : part
  }

  private chain(room: Room): Part {
    const shares = this.split(room, 2)
    const parts: Part[] = []
    for (const [i, nodes] of shares.entries()) {
      const input = parts.at(-1)?.chars ?? room.input
      const inner = room.inner || i < shares.length - 1
      parts.push(this.grow({ nodes, depth: room.depth - 1, input, inner }))
    }
    const serial = parts.every((part, i) => part.serial || (part.canvas.kind === 'group' && i < parts.length - 1))
    return {
      canvas: { kind: 'chain', steps: parts.map((part) => part.canvas), options: this.timing() },
      chars: parts.at(-1)!.chars,
      serial,
    }
  }

  private group(room: Room): Part {
    const members = this.members(room)
    const serial = members.length < 2 && members.every((part) => part.serial)
    return { canvas: { kind: 'group', members: members.map((part) => part.canvas), options: this.timing() }, chars: total(members), serial }
  }

  private chord(room: Room): Part {
    const bodyNodes = this.random.chance(0.6) ? 1 : this.random.int(1, Math.max(1, room.nodes >> 1))
    const header = this.members({ ...room, nodes: room.nodes - bodyNodes, inner: true })
    if (this.policies && this.random.chance(0.6)) return this.collecting(header, { ...room, nodes: bodyNodes, depth: room.depth - 1 })
    const body = this.grow({ ...room, nodes: bodyNodes, depth: room.depth - 1, input: total(header) })
    return { ...body, canvas: { kind: 'chord', header: header.map((part) => part.canvas), body: body.canvas, options: this.timing() } }
  }

  /** The body, or the first that is called of it, puts the outcomes into few words: what errors are made of differs from run to run. */
  private collecting(header: Part[], room: Room): Part {
    const chars = total(header) + 60 * header.length
    const outcomes: Part = { canvas: { ...sig('outcomes', [], {}), immutable: chars > MAX_INPUT }, chars, serial: true }
    const rest = this.grow({ ...room, input: chars })
    const kind = this.random.int(0, 2)
    const parts = kind === 0 ? [outcomes] : [outcomes, kind === 1 ? rest : { ...outcomes, canvas: { ...outcomes.canvas } }]
    const steps = parts.map(({ canvas }) => canvas)
    const body: Canvas = kind === 2 ? { kind: 'group', members: steps, options: {} } : { kind: 'chain', steps, options: {} }
    const options: CanvasOptions = { ...this.timing(), onFailure: 'collect' }
    return {
      canvas: { kind: 'chord', header: header.map((part) => part.canvas), body, options },
      chars: kind === 2 ? total(parts) : parts.at(-1)!.chars,
      serial: kind !== 2 && parts.every((part) => part.serial),
    }
  }

  /** Parts with up to four of those before them, mostly near ones; now and then one that all lean on. `parts`: how many; default as it comes. */
  graph(room: Room, parts = this.random.int(0, Math.min(room.nodes, 8))): Part {
    const grown: { name: string; part: Part; after: string[] }[] = []
    const reach = this.random.int(1, 20)
    const hub = this.random.int(0, 3 * parts)
    const spare = Math.max(0, room.nodes - parts)
    for (let k = 0; k < parts; k++) {
      const before = new Set<number>()
      for (let wanted = this.random.int(0, Math.min(4, k)); wanted > 0; wanted--)
        before.add(Math.max(0, k - this.random.int(1, this.random.chance(0.9) ? reach : k)))
      if (hub < k && this.random.chance(0.5)) before.add(hub)
      const sources = [...before].map((place) => grown[place]!)
      const input = sources.length === 0 ? room.input : sources.reduce((sum, { part, name }) => sum + part.chars + name.length + 4, 2)
      const nodes =
        spare > 0 && this.random.chance(0.3) ? 1 + this.random.int(0, Math.ceil(spare / parts)) : this.random.chance(0.05) ? 2 : 1
      const part = this.grow({ nodes, depth: room.depth - 1, input, inner: true })
      grown.push({ name: `p${this.random.chance(0.1) ? '-' : ''}${k}`, part, after: sources.map(({ name }) => name) })
    }
    const named = new Set(grown.flatMap(({ after }) => after))
    const chars = total(grown.filter(({ name }) => !named.has(name)).map(({ part }) => part))
    const nodes = grown.map(({ name, part, after }) => ({ name, canvas: part.canvas, after }))
    return { canvas: { kind: 'graph', nodes: this.shuffled(nodes), options: this.timing() }, chars, serial: false }
  }

  /** Half of the graphs are not written in the order in which they run. */
  private shuffled<T>(items: T[]): T[] {
    if (this.random.chance(0.5)) return items
    for (let k = items.length - 1; k > 0; k--) {
      const other = this.random.int(0, k)
      ;[items[k], items[other]] = [items[other]!, items[k]!]
    }
    return items
  }

  private members(room: Room): Part[] {
    if (room.nodes < 1 || (room.nodes <= SMALL && this.random.chance(0.06))) return []
    return this.split(room, 1).map((nodes) => this.grow({ ...room, nodes, depth: room.depth - 1 }))
  }

  /** The room's nodes cut into shares: a few, or now and then (and on the last level) as many as there are nodes. */
  private split({ nodes, depth }: Room, least: number): number[] {
    const most = this.random.chance(0.15) ? nodes : Math.min(nodes, 5)
    const count = depth === 1 ? nodes : this.random.int(Math.min(least, most), most)
    const shares = Array.from({ length: count }, () => 1)
    const favourites = this.random.int(1, shares.length)
    for (let left = nodes - shares.length; left > 0; ) {
      const share = this.random.int(1, left)
      shares[this.random.int(0, favourites - 1)]! += share
      left -= share
    }
    return shares
  }

  private task({ input, inner }: Room): Part {
    const immutable = input > MAX_INPUT || this.random.chance(0.2)
    const made = this.call()
    const sig: Signature = { ...made, immutable: immutable || made.immutable, options: { ...made.options, ...this.timing() } }
    if (inner && this.random.chance(0.05)) sig.options.ignoreResult = true
    const reach = sig.immutable ? 0 : input
    const chars = sig.task === 'swapgroup' ? Number(sig.kwargs.n) * (reach + 60) : reach + JSON.stringify(sig.args).length + 80
    const part = { canvas: sig, chars, serial: true }
    return this.random.chance(0.15) ? this.withCallbacks(part) : part
  }

  private call(): Signature {
    const tag = this.tag('n')
    if (this.random.chance(this.failureRate)) return this.failing(tag)
    const args = Array.from({ length: this.random.int(0, 2) }, () => this.random.pick(VALUES))
    const kind = this.random.int(0, 19)
    if (kind < 11) return sig('node', args, this.random.chance(0.3) ? { tag, extra: this.random.pick(VALUES) } : { tag })
    if (kind < 13) return sig('const', [], { value: this.random.pick(VALUES) })
    if (kind < 14) return sig('ident', args, {})
    if (kind < 16) return sig('flaky', args, { tag, fails: this.random.int(1, 4) })
    if (kind < 17) return sig('swap', args, { tag })
    if (kind < 18) return sig('swapchain', args, { tag })
    return kind < 19 ? sig('swapgroup', args, { tag, n: this.random.int(0, 3) }) : this.mapped()
  }

  private failing(tag: string): Signature {
    const kind = this.random.int(0, 3)
    if (kind === 0) return sig('exhaust', [], { tag })
    const failing = sig('boom', [], { tag })
    if (kind === 1) failing.options.retry = { auto: true, maxRetries: 1, factorMs: 1 }
    return failing
  }

  private mapped(): Signature {
    const numbers = Array.from({ length: this.random.int(0, 3) }, () => [this.random.int(0, 9), this.random.int(0, 9)])
    const each = this.random.pick(['map', 'starmap'] as const)
    return { ...sig(each === 'map' ? 'xsum' : 'add', [numbers], {}), each, immutable: true }
  }

  private timing(): CanvasOptions {
    return this.random.chance(0.05) ? { countdownMs: this.random.int(1, 10) } : {}
  }

  private withCallbacks(part: Part): Part {
    const options: CanvasOptions = { ...part.canvas.options }
    if (this.random.chance(0.6)) options.link = [this.onSuccess()]
    if (part.serial && this.random.chance(0.6)) options.linkError = [this.onError()]
    return { ...part, canvas: { ...part.canvas, options } }
  }

  private onSuccess(): Canvas {
    const mark = { ...sig('mark', [], { case: this.caseId, tag: this.tag('L') }), immutable: this.random.chance(0.1) }
    const kind = this.random.int(0, 9)
    if (kind === 0) return { kind: 'chain', steps: [mark, sig('boom', [], { tag: this.tag('n') }), this.onSuccess()], options: {} }
    if (kind === 1) return { kind: 'group', members: [mark, this.onSuccess()], options: {} }
    if (kind === 2) mark.options.link = [this.onSuccess()]
    return mark
  }

  private onError(): Canvas {
    const errmark = { ...sig('errmark', [], { case: this.caseId, tag: this.tag('E') }), immutable: this.random.chance(0.1) }
    if (this.random.chance(0.1)) errmark.options.link = [this.onSuccess()]
    return errmark
  }

  private tag(letter: string): string {
    return `${letter}${++this.tags}`
  }
}

function sig(task: string, args: Json[], kwargs: { [name: string]: Json }): Signature {
  return { kind: 'task', task, args, kwargs, options: {}, immutable: false }
}

const total = (parts: Part[]): number => parts.reduce((sum, part) => sum + part.chars, 2)
