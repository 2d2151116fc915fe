/**
 * What is wrong with a canvas, by path. Thrown by the readers and by builders that are given bad options.
 */
import { ChordisError } from '../protocol/errors.js'

/** One fault: where it is (`canvas.chain[2].args`) and which rule it breaks (`must be an array`). */
export interface CanvasFault {
  path: string
  rule: string
}

/** `canvas-invalid`: the message is the first fault's, `errors` lists up to twenty. */
export class CanvasInvalidError extends ChordisError {
  readonly errors: readonly CanvasFault[]

  constructor(first: CanvasFault, others: readonly CanvasFault[] = []) {
    super('canvas-invalid', first.rule, { path: first.path, rule: first.rule })
    this.name = 'CanvasInvalidError'
    this.errors = [first, ...others]
  }
}

/** `limit-exceeded`: a canvas that is well formed but too large or too deep. */
export function limitExceeded(path: string, rule: string): ChordisError {
  return new ChordisError('limit-exceeded', rule, { path, rule })
}
