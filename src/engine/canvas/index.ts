/**
 * The canvas: expressions of task calls as data, built, read, written. Pure.
 */
export * from './builders.js'
export { type CompileOptions, compile, DEFAULT_MAX_NODES } from './compile.js'
export type { CanvasFault } from './errors.js'
export { CanvasInvalidError } from './errors.js'
export {
  After,
  type Fluent,
  FluentChain,
  FluentChord,
  FluentGraph,
  FluentGroup,
  FluentSignature,
  fluent,
  type OptionsInput,
  type SetInput,
} from './fluent.js'
export type * from './graph.js'
export { type CanvasLimits, checkJsonDepth, DEFAULT_LIMITS, lowerLimits } from './limits.js'
export { mergeOptions, withArguments, withCallbacks, withImmutable, withOptions, withOuterOptions } from './merge.js'
export { type ReadOptions, readCanvas } from './read.js'
export * from './task.js'
export type { InOf, None, OutOf, Result, ResultOf, Settled, SettledAll, TypedCanvas } from './typed.js'
export type * from './types.js'
export { writeCanvas, writeCelery } from './write.js'
