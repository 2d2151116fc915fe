/** How large canvases may be that are submitted from outside: the operator's limits. A submission may ask for lower ones, never for higher ones. Pure. */
import { type CanvasLimits, checkWhole, compile, DEFAULT_LIMITS, lowerLimits, readCanvas, type SubmitOptions } from '../../engine/index.js'

/** Limits of canvases as an operator sets them: each may be lower than the engine's, and what is left out is as the engine has it. */
export type GraphLimits = Partial<CanvasLimits>

/** Token of the limits that operations hold. */
export const GRAPH_LIMITS = Symbol('chordis.graph-limits')

/** The limits that hold. @throws ChordisError `request-invalid` with the path of one that is no whole number, is below 1, or above the engine's */
export function graphLimits(given: GraphLimits = {}): GraphLimits {
  const { nodes, depth, jsonDepth } = DEFAULT_LIMITS
  for (const [name, most] of Object.entries(DEFAULT_LIMITS) as [keyof CanvasLimits, number][]) {
    const value = given[name]
    if (value !== undefined) checkWhole(value, 1, Math.min(most, Number.MAX_SAFE_INTEGER), `limits.${name}`)
  }
  return lowerLimits({ nodes, depth, jsonDepth }, given)
}

/** Options of a submission with its own limits where they are lower. */
export function within(limits: GraphLimits, options: Omit<SubmitOptions, 'tenant'>): Omit<SubmitOptions, 'tenant'> {
  return { ...options, limits: options.limits === undefined ? limits : { ...options.limits, ...lowerLimits(limits, options.limits) } }
}

/** Refuses a canvas beyond the limits, before anything of it is written. @throws ChordisError `canvas-invalid`, `limit-exceeded` with the path */
export function demandSize(limits: GraphLimits, canvas: unknown, path: string): void {
  compile(readCanvas(canvas, { limits, path }), { limits })
}
