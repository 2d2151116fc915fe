/**
 * What one reading of a canvas carries along: limits, counts, faults found so far.
 *
 * Readers report a fault and go on with a placeholder, so that one answer names up to twenty faults. Limits end the reading at once.
 */
import { type CanvasFault, CanvasInvalidError, limitExceeded } from './errors.js'
import type { CanvasLimits } from './limits.js'
import type { Canvas } from './types.js'

/** Which JSON form surrounds a value: Celery's is lenient about what Celery itself writes. */
export type Dialect = 'chordis' | 'celery'

/** Where in the input a canvas stands. */
export interface Place {
  path: string
  /** 1 for the outermost canvas. */
  level: number
  dialect: Dialect
}

/** Reads one canvas of any form; given to the readers of single forms so that they need not import one another. */
export type ReadNode = (context: ReadContext, input: unknown, place: Place) => Canvas

const MOST_FAULTS = 20
const COPIES_PER_NODE = 10

export class ReadContext {
  private readonly faults: CanvasFault[] = []
  private nodes = 0
  private copies = 0

  constructor(
    readonly limits: CanvasLimits,
    private readonly readNode: ReadNode,
  ) {}

  read(input: unknown, place: Place): Canvas {
    return this.readNode(this, input, place)
  }

  /** Notes a fault; throws when there are enough of them. */
  fail(path: string, rule: string): void {
    this.faults.push({ path, rule })
    if (this.faults.length >= MOST_FAULTS) this.finish()
  }

  /** Counts one node. */
  countNode(path: string): void {
    this.nodes += 1
    if (this.nodes > this.limits.nodes) throw limitExceeded(path, `is node ${this.nodes}; at most ${this.limits.nodes} are allowed`)
  }

  /** Counts arguments that are given to many nodes at once: a small body must not become a large graph. */
  countCopies(copies: number, path: string): void {
    this.copies += copies
    const most = this.limits.nodes * COPIES_PER_NODE
    if (this.copies > most) throw limitExceeded(path, `gives arguments to too many nodes; at most ${most} copies are allowed`)
  }

  /** Throws when any fault was found. */
  finish(): void {
    const [first, ...others] = this.faults
    if (first !== undefined) throw new CanvasInvalidError(first, others)
  }
}
