/**
 * Plain canvases from their parts: what `map`, `starmap` and `chunks` are in the AST. Used by readers and builders.
 */
import { type JsonObject, NO_KWARGS } from './json.js'
import type { CanvasOptions, Group, Json, Signature } from './types.js'

export interface EachParts {
  task: string
  items: Json[]
  kwargs?: JsonObject
  options?: CanvasOptions
}

/** One task over many items. It ignores a previous result, so it is immutable. */
export function eachSignature(each: 'map' | 'starmap', { task, items, kwargs = NO_KWARGS, options = {} }: EachParts): Signature {
  return { kind: 'task', task, args: [items], kwargs, options, immutable: true, each }
}

/** A group of starmaps of `size` items each; `options` are the group's. */
export function chunked(parts: EachParts, size: number, options: CanvasOptions): Group {
  const members: Signature[] = []
  for (let i = 0; i < parts.items.length; i += size)
    members.push(eachSignature('starmap', { ...parts, items: parts.items.slice(i, i + size) }))
  return { kind: 'group', members, options }
}
