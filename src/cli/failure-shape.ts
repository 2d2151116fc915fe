/** What is told of an error, to people and to programs. */
import type { CanvasFault } from '../engine/index.js'

/** What is told of an error: the shape of `--json` on standard error. */
export interface Failure {
  code: string
  message: string
  exit: number
  path?: string
  workflow?: string
  /** Of a service that says so: how long to wait, ms. */
  retryAfterMs?: number
  /** All faults of a canvas. */
  faults?: readonly CanvasFault[]
  detail?: readonly string[]
}
