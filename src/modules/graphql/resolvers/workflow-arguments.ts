/** Arguments of workflow fields as operations take them, and graphs as the schema has them. Pure. */
import { ChordisError, type GraphView, type TraceContext } from '../../../engine/index.js'
import type { OwnFilter, Submission } from '../../operations/workflows.operations.js'
import { given, type Maybe } from '../given.js'
import { type CanvasInput, canvasJson } from '../types/canvas.js'
import { pageInfo } from '../types/page.js'
import type { SubmitInput } from '../types/workflow-changes.js'
import type { Graph, WorkflowFilterInput } from '../types/workflows.js'

/** A filter without what was not given. */
export function filterOf(filter: Maybe<Readonly<WorkflowFilterInput>>): OwnFilter {
  const { states, ...rest } = filter ?? {}
  return given({ ...rest, state: states })
}

/** Where a canvas may be written. */
export interface CanvasFields {
  canvas?: Maybe<Readonly<CanvasInput>>
  canvasJson?: unknown
}

/** @throws ChordisError `request-invalid` unless exactly one of the two is given */
export function canvasOf({ canvas, canvasJson: json }: CanvasFields): unknown {
  const hasJson = json !== undefined && json !== null
  if ((canvas !== undefined && canvas !== null) === hasJson)
    throw new ChordisError('request-invalid', 'either canvas or canvasJson must be there', { path: 'canvas' })
  return canvas ? canvasJson(canvas) : json
}

/** @param trace where the request stands in a trace @throws ChordisError `request-invalid` */
export function submissionOf(input: Readonly<SubmitInput>, trace?: TraceContext): Submission {
  const { canvas, canvasJson: json, limits, ...options } = input
  return { canvas: canvasOf({ canvas, canvasJson: json }), options: given({ ...options, trace, limits: limits && given({ ...limits }) }) }
}

/** From where an operation saw a fault of a submission to where its input has it. */
export const submitPath =
  ({ canvasJson: json }: CanvasFields, root = 'input') =>
  (path: string): string =>
    `${root}.${canvasPath(path.replace(/^options\./, ''), json)}`

/** `canvas` where it was given as `canvasJson`. */
export const canvasPath = (path: string, json: unknown): string =>
  json === undefined || json === null ? path : path.replace(/^canvas(?=[.[]|$)/, 'canvasJson')

/** A page of a graph. */
export function graphOf({ nodes, edges, cursor }: GraphView, after: Maybe<string>): Graph {
  const drawn = nodes.map(({ states, ...node }) => ({
    ...node,
    states: Object.entries(states).map(([state, count]) => ({ state, count })),
  }))
  return { nodes: drawn, edges, pageInfo: pageInfo(cursor, after) }
}
