/** A canvas looked at without running it: what it would be as a workflow, or every fault with its path. No I/O. */
import { compile } from '../canvas/compile.js'
import type { CanvasLimits } from '../canvas/limits.js'
import { readCanvas } from '../canvas/read.js'
import type { Canvas } from '../canvas/types.js'
import { definitionsOf, parseDefinition } from '../protocol/blocks.js'
import { layoutGraph } from '../protocol/layout.js'
import { type GraphView, type GraphViewOptions, graphView, LETTERS } from '../protocol/view.js'

/** What a canvas would be. */
export interface CanvasReport {
  /** Task calls, callbacks included. */
  total: number
  /** How many calls of which task. */
  tasks: { [name: string]: number }
  /** How many calls in which queue. */
  queues: { [name: string]: number }
  graph: GraphView
}

/** What {@link validateCanvas} takes beside the canvas. */
export interface ValidateOptions extends GraphViewOptions {
  /** Refuse canvases beyond these. Default 100,000 nodes, 64 canvases and 512 arrays and objects in one another. */
  limits?: Partial<CanvasLimits>
}

/**
 * Reads, compiles and lays out a canvas as `submit` does, and stores nothing.
 * @throws ChordisError `canvas-invalid` with up to twenty faults in `errors`, `limit-exceeded`
 */
export function validateCanvas(input: Canvas | unknown, { limits, ...view }: ValidateOptions = {}): CanvasReport {
  const some = limits === undefined ? {} : { limits }
  const graph = compile(readCanvas(input, some), some)
  const tasks = new Map<string, number>()
  const queues = new Map<string, number>()
  for (const { task, options } of graph.nodes) {
    if (task === null) continue
    tasks.set(task, (tasks.get(task) ?? 0) + 1)
    const queue = options.queue ?? 'default'
    queues.set(queue, (queues.get(queue) ?? 0) + 1)
  }
  const stored = layoutGraph(graph)
  const { templates, definitions } = definitionsOf(stored, '')
  const templateOf = definitions.map((text) => parseDefinition(text).template)
  // The stored form read back: the picture of a check is that of the workflow.
  const segment = {
    prefix: '',
    templates,
    templateOf,
    states: LETTERS.PENDING.repeat(templateOf.length),
    paths: graph.nodes.map(({ path }) => path),
  }
  return { total: stored.total, tasks: Object.fromEntries(tasks), queues: Object.fromEntries(queues), graph: graphView([segment], view) }
}

/** A call that a canvas makes. */
export interface CanvasCall {
  task: string
  queue: string
  /** Where the first such call was written: `canvas.chord.body`. */
  path: string
}

/**
 * Which tasks a canvas calls in which queues, each pair once; callbacks and bodies included.
 * @throws ChordisError `canvas-invalid`, `limit-exceeded`
 */
export function canvasCalls(input: Canvas | unknown, limits?: Partial<CanvasLimits>): CanvasCall[] {
  const some = limits === undefined ? {} : { limits }
  const calls = new Map<string, CanvasCall>()
  for (const { task, options, path } of compile(readCanvas(input, some), some).nodes) {
    if (task === null) continue
    const queue = options.queue ?? 'default'
    const key = `${queue}:${task}`
    if (!calls.has(key)) calls.set(key, { task, queue, path })
  }
  return [...calls.values()]
}
