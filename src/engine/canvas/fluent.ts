/**
 * Canvases with methods, for those who write them in TypeScript: `chain(a.s(1), b.s()).link(c.s())`.
 *
 * The classes have the AST's fields and nothing else, so that a fluent canvas is a canvas; every method returns a changed copy.
 * Arguments are checked when the canvas is read (on submit), options at once.
 */
import type { JsonObject } from './json.js'
import { withArguments, withCallbacks, withImmutable, withOptions } from './merge.js'
import { readCanvas, readOptionsInput } from './read.js'
import type { IN, OUT, TypedCanvas, Types } from './typed.js'
import type { Canvas, CanvasOptions, Chain, Chord, Dag, DagNode, Group, Json, Signature } from './types.js'
import { writeCanvas } from './write.js'

/** Options as builders take them. Names without a unit are Celery's, in seconds. */
export interface OptionsInput extends Omit<CanvasOptions, 'link' | 'linkError'> {
  /** Seconds to wait after the node became ready. */
  countdown?: number
  /** Not before: Unix seconds, ISO 8601 text (UTC without an offset), or a date. */
  eta?: number | string | Date
  /** Seconds after the node became ready, or an instant as text or date. */
  expires?: number | string | Date
  link?: Canvas | Canvas[]
  linkError?: Canvas | Canvas[]
}

/** What `set` takes: options, and whether the canvas takes arguments. */
export interface SetInput extends OptionsInput {
  immutable?: boolean
}

abstract class FluentCanvas<In, Out> implements Types<In, Out> {
  declare readonly [IN]?: (input: In) => void
  declare readonly [OUT]?: Out

  /** The same canvas as plain data. */
  protected abstract plain(): Canvas

  /** A copy with these options; they win over those set before. `immutable` concerns the tasks that the canvas starts with. */
  set(options: SetInput): this {
    const { immutable, ...rest } = options
    const canvas = withOptions(this.plain(), readOptionsInput(rest))
    return this.rebuild(immutable === undefined ? canvas : withImmutable(canvas, immutable))
  }

  /** A copy that calls these with its result. Equal callbacks are not repeated. */
  link(...callbacks: TypedCanvas<Out, any>[]): this {
    return this.rebuild(withCallbacks(this.plain(), callbacks))
  }

  /** A copy that calls these with (request, error, traceback) when it fails. */
  onError(...callbacks: Canvas[]): this {
    return this.rebuild(withCallbacks(this.plain(), [], callbacks))
  }

  /** A partial: positional arguments are prepended, keyword arguments and options merged; the given ones win. */
  clone(args: readonly unknown[] = [], kwargs: { readonly [name: string]: unknown } = {}, options: SetInput = {}): this {
    const given = this.rebuild(withArguments(this.plain(), args as Json[], kwargs as JsonObject))
    return Object.keys(options).length === 0 ? given : given.set(options)
  }

  /** This canvas as a part of a `graph`, behind those named: their results come first, as one object. */
  after<N extends string>(...names: [N, ...N[]]): After<this & Canvas, N> {
    return new After(this.plain() as this & Canvas, names)
  }

  /** Our JSON form; what JSON cannot carry is refused by path. */
  toJSON(): Json {
    return writeCanvas(readCanvas(this, { limits: { nodes: Number.POSITIVE_INFINITY } }))
  }

  private rebuild(canvas: Canvas): this {
    return fluent(canvas) as Canvas as unknown as this
  }
}

/** A call with methods. */
export class FluentSignature<In = any, Out = any> extends FluentCanvas<In, Out> implements Signature {
  readonly kind = 'task'
  readonly task: string
  readonly args: Json[]
  readonly kwargs: JsonObject
  readonly options: CanvasOptions
  readonly immutable: boolean
  declare readonly each?: 'map' | 'starmap'

  constructor({ task, args, kwargs, options, immutable, each }: Signature) {
    super()
    this.task = task
    this.args = args
    this.kwargs = kwargs
    this.options = options
    this.immutable = immutable
    if (each !== undefined) this.each = each
  }

  protected plain(): Signature {
    return { ...this }
  }
}

/** A chain with methods. */
export class FluentChain<In = any, Out = any> extends FluentCanvas<In, Out> implements Chain {
  readonly kind = 'chain'
  readonly steps: Canvas[]
  readonly options: CanvasOptions

  constructor({ steps, options }: Chain) {
    super()
    this.steps = steps
    this.options = options
  }

  protected plain(): Chain {
    return { ...this }
  }
}

/** A group with methods. */
export class FluentGroup<In = any, Out = any> extends FluentCanvas<In, Out> implements Group {
  readonly kind = 'group'
  readonly members: Canvas[]
  readonly options: CanvasOptions

  constructor({ members, options }: Group) {
    super()
    this.members = members
    this.options = options
  }

  /**
   * A copy whose members start one after another: countdowns of `start`, `start + step`, … seconds. With a `stop`, the last value
   * that does not exceed it is repeated.
   */
  skew(start = 1, stop?: number, step = 1): FluentGroup<In, Out> {
    const most = stop ? Math.max(0, Math.floor((stop - start) / step)) : Number.POSITIVE_INFINITY
    const delayed = (member: Canvas, i: number) => withOptions(member, readOptionsInput({ countdown: start + Math.min(i, most) * step }))
    return new FluentGroup({ ...this.plain(), members: this.members.map(delayed) })
  }

  protected plain(): Group {
    return { ...this }
  }
}

/** A chord with methods. */
export class FluentChord<In = any, Out = any> extends FluentCanvas<In, Out> implements Chord {
  readonly kind = 'chord'
  readonly header: Canvas[]
  readonly body: Canvas
  readonly options: CanvasOptions

  constructor({ header, body, options }: Chord) {
    super()
    this.header = header
    this.body = body
    this.options = options
  }

  protected plain(): Chord {
    return { ...this }
  }
}

/** A plain graph with methods. */
export class FluentGraph<In = any, Out = any> extends FluentCanvas<In, Out> implements Dag {
  readonly kind = 'graph'
  readonly nodes: DagNode[]
  readonly options: CanvasOptions

  constructor({ nodes, options }: Dag) {
    super()
    this.nodes = nodes
    this.options = options
  }

  protected plain(): Dag {
    return { ...this }
  }
}

/** A canvas with the names of the parts of a `graph` that it comes after. Made by `after()`, taken by `graph()`. */
export class After<C extends Canvas = Canvas, N extends string = string> {
  constructor(
    readonly canvas: C,
    readonly names: readonly N[],
  ) {}
}

/** A canvas with methods, of any kind. */
export type Fluent = FluentSignature | FluentChain | FluentGroup | FluentChord | FluentGraph

/** Gives a plain canvas methods. */
export function fluent(canvas: Signature): FluentSignature
export function fluent(canvas: Chain): FluentChain
export function fluent(canvas: Group): FluentGroup
export function fluent(canvas: Chord): FluentChord
export function fluent(canvas: Dag): FluentGraph
export function fluent(canvas: Canvas): Fluent
export function fluent(canvas: Canvas): Fluent {
  switch (canvas.kind) {
    case 'task':
      return new FluentSignature(canvas)
    case 'chain':
      return new FluentChain(canvas)
    case 'group':
      return new FluentGroup(canvas)
    case 'chord':
      return new FluentChord(canvas)
    case 'graph':
      return new FluentGraph(canvas)
  }
}
