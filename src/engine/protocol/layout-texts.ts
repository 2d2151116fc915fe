/** The small texts that a layout is made of: ranges, expressions, delays, specs, definitions. Pure. */
import type { GraphNode, Output, ValueExpr } from '../canvas/graph.js'
import { isEmpty } from '../canvas/json.js'
import type { Json } from '../canvas/types.js'
import { GATE, INLINE_BYTES, SETTLED, type TaskSpec } from './stored.js'

export interface Range {
  first: number
  count: number
  stride: number
}

/** Arithmetic runs of a list of numbers: [1,2,3,7] -> 1..3, 7. */
export function* runs(list: readonly number[], same: (a: number, b: number) => boolean = () => true): Generator<Range> {
  for (let i = 0; i < list.length; ) {
    const first = list[i] as number
    let count = 1
    let stride = 1
    while (i + count < list.length) {
      const next = list[i + count] as number
      const step = next - (list[i + count - 1] as number)
      if (count === 1) stride = step
      if (step !== stride || step <= 0 || !same(first, next)) break
      count++
    }
    if (count === 1) stride = 1
    yield { first, count, stride }
    i += count
  }
}

export const signed = (delta: number): string => (delta < 0 ? String(delta) : `+${delta}`)

export function rangeText(range: Range, base: number | null): string {
  const ref = base === null ? String(range.first) : signed(range.first - base)
  if (range.count === 1) return ref
  return range.stride === 1 ? `${ref}:${range.count}` : `${ref}:${range.count}:${range.stride}`
}

/**
 * Text of a value expression, relative to `base` or absolute (null): references, `[…]`, and `{"name":…}` (names need no escapes); of outcomes
 * `~[…]`, where the first item of an inner list may be its gate, `^5`.
 */
export function exprText(expr: ValueExpr, base: number | null): string {
  if (typeof expr === 'number') return base === null ? String(expr) : signed(expr - base)
  if (Array.isArray(expr)) return listText(expr, base, (item) => exprText(item, base))
  if ('settled' in expr) return SETTLED + outcomesText(expr.settled, null, base)
  return `{${expr.names.map((name, k) => `"${name}":${exprText(expr.values[k] as ValueExpr, base)}`).join(',')}}`
}

function listText<T>(items: readonly (number | T)[], base: number | null, textOf: (item: T) => string, first: string[] = []): string {
  const parts = first
  let plain: number[] = []
  const flush = () => {
    for (const range of runs(plain)) parts.push(rangeText(range, base))
    plain = []
  }
  for (const item of items) {
    if (typeof item === 'number') plain.push(item)
    else {
      flush()
      parts.push(textOf(item))
    }
  }
  flush()
  return `[${parts.join(',')}]`
}

/** A list of outcomes, its gate in front. */
function outcomesText(members: readonly Output[], gate: number | null, base: number | null): string {
  const first = gate === null ? [] : [GATE + rangeText({ first: gate, count: 1, stride: 1 }, base)]
  return listText(members, base, (group: Exclude<Output, number>) => outcomesText(group.members, group.gate, base), first)
}

/** How many nodes an expression names. */
export function countRefs(expr: ValueExpr): number {
  if (typeof expr === 'number') return 1
  if ('settled' in expr) return countOutcomes(expr.settled)
  return (Array.isArray(expr) ? expr : expr.values).reduce((sum: number, item) => sum + countRefs(item), 0)
}

function countOutcomes(members: readonly Output[]): number {
  return members.reduce(
    (sum: number, item) => sum + (typeof item === 'number' ? 1 : (item.gate === null ? 0 : 1) + countOutcomes(item.members)),
    0,
  )
}

export function delayText(options: GraphNode['options']): string {
  const parts: string[] = []
  if (options.countdownMs) parts.push(`c${Math.round(options.countdownMs)}`)
  if (options.etaMs !== undefined) parts.push(`e${Math.round(options.etaMs)}`)
  if (options.expiresInMs !== undefined) parts.push(`x${Math.round(options.expiresInMs)}`)
  if (options.expiresAtMs !== undefined) parts.push(`X${Math.round(options.expiresAtMs)}`)
  return parts.join(',') || '-'
}

export function specText(node: GraphNode, chord: string): string {
  if (node.task === null) return '{}'
  const spec: TaskSpec = { task: node.task }
  if (node.each) spec.each = node.each
  if (node.options.retry) spec.retry = node.options.retry as Json
  if (node.options.ignoreResult !== undefined) spec.ignoreResult = node.options.ignoreResult
  const { timeLimitMs, softTimeLimitMs } = node.options
  if (timeLimitMs !== undefined) spec.timeLimitMs = timeLimitMs
  if (softTimeLimitMs !== undefined) spec.softTimeLimitMs = softTimeLimitMs
  if (node.errorInput) spec.errorInput = true
  if (chord !== '-') spec.chord = chord
  return JSON.stringify(spec)
}

export function definitionText(node: GraphNode, template: number): string {
  if (node.task === null) return `${template};`
  let text = `${template};${JSON.stringify(node.args)}`
  const id = node.options.taskId
  if (id !== undefined || !isEmpty(node.kwargs)) text += `\n${JSON.stringify(node.kwargs)}`
  if (id !== undefined) text += `\n${id}`
  return text
}

/** Bytes of UTF-8 per UTF-16 unit, at most. */
const LONGEST_CHAR = 3

/** Whether a definition stands in its block, with its separator; a longer one has a field of its own. */
export function isInline(definition: string): boolean {
  if (definition.length * LONGEST_CHAR < INLINE_BYTES) return true
  return definition.length < INLINE_BYTES && Buffer.byteLength(definition) < INLINE_BYTES
}
