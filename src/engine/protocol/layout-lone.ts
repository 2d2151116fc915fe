/**
 * The layout of a canvas that is one plain task: what {@link layoutGraph} would make of it, without a graph. Bulk producers send little else.
 * A test compares the two.
 */

import { FluentSignature } from '../canvas/fluent.js'
import type { GraphNode } from '../canvas/graph.js'
import { areScalars, isEmpty } from '../canvas/json.js'
import type { Canvas, Signature } from '../canvas/types.js'
import { definitionText, delayText, isInline, specText } from './layout-texts.js'
import { DEFAULT_QUEUE } from './stored.js'

/** Template and definition of a workflow of one task. */
export interface LoneLayout {
  template: string
  definition: string
}

/** Templates of tasks without options, by task. */
const plain = new Map<string, string>()

const asNode = (sig: Signature): GraphNode => ({
  task: sig.task,
  args: sig.args,
  kwargs: sig.kwargs,
  options: sig.options,
  ...(sig.each === undefined ? {} : { each: sig.each }),
  mode: 'all',
  needs: 0,
  input: null,
  next: [],
  path: '',
})

function templateOf(sig: Signature): string {
  const { options } = sig
  const known = sig.each === undefined && isEmpty(options) ? plain.get(sig.task) : undefined
  if (known !== undefined) return known
  const head = `a 0 ${options.queue ?? DEFAULT_QUEUE} ${options.priority ?? 0} ${delayText(options)} ou ${sig.task} - - - - -`
  const template = `${head}\n${specText(asNode(sig), '-')}`
  if (sig.each === undefined && isEmpty(options)) {
    if (plain.size > 10_000) plain.clear()
    plain.set(sig.task, template)
  }
  return template
}

/** Undefined for a canvas that is more than one task, has callbacks or a task id, or arguments that want a field of their own. */
export function layoutLone(canvas: Canvas): LoneLayout | undefined {
  if (canvas.kind !== 'task') return undefined
  const { link, linkError, taskId } = canvas.options
  if (link?.length || linkError?.length || taskId !== undefined) return undefined
  const definition = definitionText(asNode(canvas), 0)
  if (!isInline(definition)) return undefined
  return { template: templateOf(canvas), definition }
}

/**
 * As {@link layoutLone}, for a signature as builders make it that needs neither checks nor a copy: its task was laid out before, it has no options
 * and no keyword arguments, and its arguments are scalars. Undefined for any other, good or bad.
 */
export function layoutKnown(input: unknown): LoneLayout | undefined {
  if (!(input instanceof FluentSignature) || input.each !== undefined || typeof input.immutable !== 'boolean') return undefined
  const template = plain.get(input.task)
  if (template === undefined || !isEmpty(input.options) || !isEmpty(input.kwargs) || !areScalars(input.args)) return undefined
  const definition = `0;${JSON.stringify(input.args)}`
  return isInline(definition) ? { template, definition } : undefined
}
