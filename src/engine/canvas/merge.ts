/**
 * Partial application: what it means to give arguments, options, callbacks to a canvas that exists. Pure: every function returns a
 * copy that shares what did not change. (canvas-semantics 1, 2.1, 3.1)
 */
import { sameCanvas } from './compare.js'
import { emptyObject, type JsonObject } from './json.js'
import type { Canvas, CanvasOptions, Json, Signature } from './types.js'

/** Maps the tasks that a canvas starts with: the first step, every member, every task of a header, what comes after nothing. */
export function mapEntries(canvas: Canvas, change: (signature: Signature) => Signature): Canvas {
  switch (canvas.kind) {
    case 'task':
      return change(canvas)
    case 'chain': {
      const [first, ...rest] = canvas.steps
      return first === undefined ? canvas : { ...canvas, steps: [mapEntries(first, change), ...rest] }
    }
    case 'group':
      return { ...canvas, members: canvas.members.map((member) => mapEntries(member, change)) }
    case 'chord':
      return { ...canvas, header: canvas.header.map((member) => mapEntries(member, change)) }
    case 'graph':
      return {
        ...canvas,
        nodes: canvas.nodes.map((node) => (node.after.length > 0 ? node : { ...node, canvas: mapEntries(node.canvas, change) })),
      }
  }
}

/** Positional arguments are prepended, keyword arguments merged (the given ones win); immutable signatures take neither. */
export function withArguments(canvas: Canvas, args: readonly Json[], kwargs: Readonly<JsonObject>): Canvas {
  if (args.length === 0 && Object.keys(kwargs).length === 0) return canvas
  return mapEntries(canvas, (signature) =>
    signature.immutable ? signature : { ...signature, args: [...args, ...signature.args], kwargs: mergeKwargs(signature.kwargs, kwargs) },
  )
}

/** Later wins. Without prototypes: `__proto__` is a name like any other. */
export function mergeKwargs(base: Readonly<JsonObject>, more: Readonly<JsonObject>): JsonObject {
  const merged = emptyObject()
  for (const [name, value] of Object.entries(base)) merged[name] = value
  for (const [name, value] of Object.entries(more)) merged[name] = value
  return merged
}

/** Makes a canvas take no arguments: the tasks it starts with become immutable. */
export function withImmutable(canvas: Canvas, immutable = true): Canvas {
  return mapEntries(canvas, (signature) => ({ ...signature, immutable: immutable || signature.each !== undefined }))
}

/** Options of the canvas itself; later wins, callbacks included. */
export function withOptions<T extends Canvas>(canvas: T, options: CanvasOptions): T {
  return { ...canvas, options: mergeOptions(canvas.options, options) }
}

/** Two spellings of one thing: a new one displaces the old one in either spelling. */
const DISPLACES = [
  ['countdownMs', 'etaMs'],
  ['expiresInMs', 'expiresAtMs'],
] as const

/** Options with others laid over them; a new countdown displaces an eta, a new expiry the old one, in either spelling. */
export function mergeOptions(base: CanvasOptions, more: CanvasOptions): CanvasOptions {
  const merged: CanvasOptions = { ...base, ...more }
  for (const pair of DISPLACES) {
    if (pair.every((name) => more[name] === undefined)) continue
    for (const name of pair) if (more[name] === undefined) delete merged[name]
  }
  return merged
}

/** Options that come from around a canvas (a group's, for its members): they win, but callbacks are added. */
export function withOuterOptions<T extends Canvas>(canvas: T, options: CanvasOptions): T {
  const { link = [], linkError = [], ...others } = options
  return withCallbacks(withOptions(canvas, others), link, linkError)
}

/** Adds callbacks; one that is equal to one there already is not repeated. */
export function withCallbacks<T extends Canvas>(canvas: T, link: readonly Canvas[], linkError: readonly Canvas[] = []): T {
  if (link.length === 0 && linkError.length === 0) return canvas
  const { link: oldLink = [], linkError: oldError = [], ...others } = canvas.options
  const options: CanvasOptions = { ...others }
  const links = addMissing(oldLink, link)
  const errors = addMissing(oldError, linkError)
  if (links.length > 0) options.link = links
  if (errors.length > 0) options.linkError = errors
  return { ...canvas, options }
}

function addMissing(base: readonly Canvas[], more: readonly Canvas[]): Canvas[] {
  const all = [...base]
  for (const canvas of more) if (!all.some((known) => sameCanvas(known, canvas))) all.push(canvas)
  return all
}
