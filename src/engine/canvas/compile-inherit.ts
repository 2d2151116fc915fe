/**
 * What a compound hands down to its parts: options (the outer one wins, as in Celery's apply_async) and callbacks (each once).
 *
 * A chain gives its options to the first step and its success callbacks to the last; a group gives all to every member; a
 * chord gives all to its body. Called by compile-visit only.
 */
import type { NodeOptions } from './graph.js'
import { isEmpty } from './json.js'
import { mergeOptions } from './merge.js'
import type { Canvas, CanvasOptions } from './types.js'

/** A callback and where it was written. `key` is equal for equal canvases. */
export interface Callback {
  canvas: Canvas
  path: string
  readonly key: string
}

export interface Inherited {
  options: NodeOptions
  link: readonly Callback[]
  linkError: readonly Callback[]
}

const NO_OPTIONS: NodeOptions = Object.freeze({})
const NO_CALLBACKS: readonly Callback[] = Object.freeze([])

export const NOTHING: Inherited = Object.freeze({ options: NO_OPTIONS, link: NO_CALLBACKS, linkError: NO_CALLBACKS })

/** The options of a canvas together with what it inherited. */
export function combine(own: CanvasOptions, outer: Inherited, path: string): Inherited {
  if (outer === NOTHING && isEmpty(own)) return NOTHING
  const link = mergeCallbacks(own.link, outer.link, path, 'link')
  const linkError = mergeCallbacks(own.linkError, outer.linkError, path, 'linkError')
  return { options: optionsOf(own, outer.options), link, linkError }
}

/** What every member of a group gets: all but `taskId`, which can name one node only. */
export function forMembers(all: Inherited): Inherited {
  return all.options.taskId === undefined ? all : { ...all, options: withoutTaskId(all.options) }
}

/** What one step of a chain gets; the chain itself looks after its error callbacks. Celery's chain is called by the id of its last step. */
export function forStep(all: Inherited, first: boolean, last: boolean): Inherited {
  if (!first && !last) return NOTHING
  const { taskId } = all.options
  const options = first ? withoutTaskId(all.options) : NO_OPTIONS
  const named = last && taskId !== undefined ? { ...options, taskId } : options
  return { options: named, link: last ? all.link : NO_CALLBACKS, linkError: NO_CALLBACKS }
}

function withoutTaskId(options: NodeOptions): NodeOptions {
  if (options.taskId === undefined) return options
  const { taskId: _, ...rest } = options
  return rest
}

function optionsOf(own: CanvasOptions, outer: NodeOptions): NodeOptions {
  const { link, linkError, onFailure, ...rest } = own
  const plain = link === undefined && linkError === undefined && onFailure === undefined ? own : rest
  return outer === NO_OPTIONS ? plain : mergeOptions(plain, outer)
}

function mergeCallbacks(
  own: readonly Canvas[] | undefined,
  outer: readonly Callback[],
  path: string,
  option: 'link' | 'linkError',
): readonly Callback[] {
  if (own === undefined || own.length === 0) return outer
  const all = own.map((canvas, i) => makeCallback(canvas, `${path}.options.${option}[${i}]`)).concat(outer)
  if (all.length === 1) return all
  const seen = new Set<string>()
  return all.filter(({ key }) => !seen.has(key) && seen.add(key))
}

function makeCallback(canvas: Canvas, path: string): Callback {
  let key: string | undefined
  return {
    canvas,
    path,
    get key() {
      key ??= canonical(canvas)
      return key
    },
  }
}

/** JSON with sorted keys, of any depth. */
function canonical(value: unknown): string {
  const out: string[] = []
  const todo: ({ text: string } | { value: unknown })[] = [{ value }]
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    if ('text' in item) out.push(item.text)
    else if (typeof item.value !== 'object' || item.value === null) out.push(JSON.stringify(item.value) ?? 'null')
    else {
      const list = Array.isArray(item.value)
      const entries = Object.entries(item.value).filter(([, v]) => v !== undefined)
      if (!list) entries.sort(([a], [b]) => (a < b ? -1 : 1))
      out.push(list ? '[' : '{')
      todo.push({ text: list ? ']' : '}' })
      for (const [k, v] of entries.reverse()) todo.push({ text: ',' }, { value: v }, { text: list ? '' : `${JSON.stringify(k)}:` })
    }
  }
  return out.join('')
}
