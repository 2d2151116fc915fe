/** One call of a handler: its arguments from their stored text, and what it answers. */
import type { Json } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import type { Attempt } from './attempt.js'
import type { TaskDefinition } from './registry.js'

/** What an attempt is called with, beside its definition. */
export interface Inputs {
  /** JSON text of what is prepended: items, without brackets around them. */
  prepended: string | null
  /** What an error callback is told: request, error, traceback. */
  failure: readonly Json[] | null
}

/**
 * Fills `args` and `kwargs` of an attempt. The definition is `<template>;<args>[\n<kwargs>[\n<taskId>]]`; what is prepended is put in front as text:
 * one parse, no copy. @throws SyntaxError when the text was damaged
 */
export function parseArguments(attempt: Attempt, { prepended, failure }: Inputs): void {
  const text = attempt.definition
  const start = text.indexOf(';') + 1
  const line = text.indexOf('\n', start)
  const argsText = line < 0 ? text.slice(start) : text.slice(start, line)
  const whole = prepended === null ? argsText : argsText === '[]' ? `[${prepended}]` : `[${prepended},${argsText.slice(1)}`
  attempt.args = JSON.parse(whole) as Json[]
  if (failure !== null) attempt.args.unshift(...failure)
  if (line < 0) return
  const end = text.indexOf('\n', line + 1)
  attempt.kwargs = JSON.parse(end < 0 ? text.slice(line + 1) : text.slice(line + 1, end)) as { [name: string]: Json }
}

/** Calls the handler; `map` and `starmap` call it once per item. */
export function callHandler(attempt: Attempt, definition: TaskDefinition): unknown {
  return attempt.spec.each ? callEach(attempt, definition) : definition.handler(attempt, attempt.args)
}

/** One after another, in one attempt. */
async function callEach(attempt: Attempt, definition: TaskDefinition): Promise<unknown[]> {
  const items = attempt.args[0]
  if (!Array.isArray(items)) throw new TypeError(`${attempt.spec.each} takes a list of items`)
  const results: unknown[] = []
  for (const item of items) {
    const args = attempt.spec.each === 'starmap' ? (item as Json[]) : [item]
    if (!Array.isArray(args)) throw new TypeError('starmap takes a list of argument lists')
    results.push(await definition.handler(attempt, args))
  }
  return results
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** Stored text that is no JSON was damaged by somebody. */
export const damage = (cause: unknown): ChordisError => new ChordisError('workflow-corrupt', 'the stored inputs cannot be read', { cause })
