/**
 * Builders: `signature`, `chain`, `group`, `chord`, `graph`, `map`, `starmap`, `chunks`. What they return is a canvas with methods.
 */
import { CanvasInvalidError } from './errors.js'
import { After, FluentChain, FluentChord, FluentGraph, FluentGroup, FluentSignature, type OptionsInput } from './fluent.js'
import { emptyObject, isEmpty, type JsonObject, NO_KWARGS } from './json.js'
import { chunked, type EachParts, eachSignature } from './make.js'
import { mergeKwargs, withOuterOptions } from './merge.js'
import { readOptionsInput } from './read.js'
import type { Body, FirstIn, Follows, Header, HeaderIn, InOfAll, Item, LastOut, OutOf, OutOfAll } from './typed.js'
import type { Fits, Parts, PartsIn, PartsOut } from './typed-graph.js'
import type { Canvas, Json, Signature } from './types.js'

/** Keyword arguments: anything that JSON can carry, dates included. Checked when the canvas is submitted. */
export type KwargsInput = { readonly [name: string]: unknown }
/** A task by name, or a signature or task whose name (and keyword arguments and options) are taken. */
export type TaskInput = string | Signature | { readonly name: string; signature(): Signature }

/** A call of `task` that has not been made yet. */
export function signature(
  task: string,
  args: readonly unknown[] = [],
  kwargs: KwargsInput = {},
  options: OptionsInput = {},
): FluentSignature {
  return new FluentSignature({
    kind: 'task',
    task,
    args: [...args] as Json[],
    kwargs: isEmpty(kwargs) ? NO_KWARGS : mergeKwargs(emptyObject(), kwargs as JsonObject),
    options: readOptionsInput(options),
    immutable: false,
  })
}

/** One after another: each step gets the result of the one before as its first argument. */
export function chain<S extends readonly Item[]>(...steps: { [K in keyof S]: S[K] & Follows<S, K> }): FluentChain<FirstIn<S>, LastOut<S>> {
  return new FluentChain({ kind: 'chain', steps: listed(steps as readonly Item[]), options: {} })
}

/** Side by side; the value is the list of results in the order given. */
export function group<S extends readonly Item[]>(...members: S): FluentGroup<InOfAll<S>, OutOfAll<S>> {
  return new FluentGroup({ kind: 'group', members: listed(members), options: {} })
}

/**
 * `body` is called once with the list of the header's results. A group as header stands for its members.
 * @param options those of the chord. With `onFailure: 'collect'` the body gets an outcome per member, however they ended
 */
export function chord<const H extends Header, B extends Canvas, const O extends OptionsInput = OptionsInput>(
  header: H,
  body: B & Body<B, H, O>,
  options?: O,
): FluentChord<HeaderIn<H>, OutOf<B>> {
  return new FluentChord({ kind: 'chord', header: headerOf(header), body, options: readOptionsInput(options ?? {}) })
}

/**
 * A plain graph: canvases by name, each with what it comes after. A part gets the results of those as one object in front of its own
 * arguments; the value is an object with the results of the parts that nothing comes after.
 * @example graph({ user: load.s(7), orders: list.s(7), page: render.s().after('user', 'orders') }) // render({ user, orders })
 */
export function graph<const G extends Parts>(parts: { [K in keyof G]: G[K] & Fits<G, K> }): FluentGraph<PartsIn<G>, PartsOut<G>> {
  const nodes = Object.entries(parts as Parts).map(([name, part]) =>
    part instanceof After ? { name, canvas: part.canvas, after: [...part.names] } : { name, canvas: part, after: [] },
  )
  return new FluentGraph({ kind: 'graph', nodes, options: {} })
}

/** One node that calls the task once per item, in order. */
export function map(task: TaskInput, items: Iterable<unknown>): FluentSignature {
  return new FluentSignature(eachSignature('map', partsOf(task, items)))
}

/** One node that calls the task once per item; each item is an argument list. */
export function starmap(task: TaskInput, items: Iterable<readonly unknown[]>): FluentSignature {
  return new FluentSignature(eachSignature('starmap', partsOf(task, items)))
}

/** A group of starmaps, each over `size` items. */
export function chunks(task: TaskInput, items: Iterable<readonly unknown[]>, size: number): FluentGroup {
  if (!Number.isInteger(size) || size < 1) throw new CanvasInvalidError({ path: 'size', rule: 'must be a whole number from 1 on' })
  return new FluentGroup(chunked(partsOf(task, items), size, {}))
}

function listed(canvases: readonly Item[]): Canvas[] {
  return canvases.flatMap((canvas) => (isMany(canvas) ? [...canvas] : [canvas]))
}

function isMany(value: Canvas | Iterable<Canvas>): value is Iterable<Canvas> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function headerOf(header: Canvas | Iterable<Canvas>): Canvas[] {
  if (isMany(header)) return [...header]
  return header.kind === 'group' ? header.members.map((member) => withOuterOptions(member, header.options)) : [header]
}

/** A map calls its task with the item alone; arguments that a signature brings would be lost. */
function partsOf(task: TaskInput, items: Iterable<unknown>): EachParts {
  const list = [...items] as Json[]
  if (typeof task === 'string') return { task, items: list }
  const model = 'kind' in task ? task : task.signature()
  if (model.args.length > 0)
    throw new CanvasInvalidError({ path: 'task.args', rule: 'must be empty: the task is called with the item alone' })
  return { task: model.task, items: list, kwargs: model.kwargs, options: model.options }
}
