/**
 * From a canvas to the graph that the store runs: pure, linear in time and memory, at home with any depth.
 *
 * Called by the client before a submit and by the worker for `replace` and `addToChord`. The rules are in compile-visit, what compounds
 * hand down in compile-inherit, numbering and limits in compile-builder.
 */
import { GraphBuilder } from './compile-builder.js'
import { compilePart } from './compile-visit.js'
import type { Graph } from './graph.js'
import type { Canvas } from './types.js'

/** Nodes of one workflow, virtual ones and callbacks included, unless told otherwise. */
export const DEFAULT_MAX_NODES = 100_000

/** How a canvas is compiled. */
export interface CompileOptions {
  limits?: {
    /** Most nodes that the graph may have. Default {@link DEFAULT_MAX_NODES}. It may have ten times as many dependencies. */
    nodes?: number
  }
}

/**
 * Compiles a valid canvas.
 * @throws ChordisError `limit-exceeded`, with the path of the first node that is too many.
 */
export function compile(canvas: Canvas, options: CompileOptions = {}): Graph {
  const builder = new GraphBuilder(options.limits?.nodes ?? DEFAULT_MAX_NODES)
  const { output } = compilePart(builder, canvas, 'canvas')
  return builder.finish(output)
}
