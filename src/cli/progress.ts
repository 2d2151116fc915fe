/** A bar for what takes long: on a terminal, on standard error; nothing elsewhere, and nothing with `--json`. */
import type { Context } from './context.js'
import { bar, number } from './terminal.js'

/** Shows how far something is. */
export interface Progress {
  /** @param what what is counted: `keys` */
  show(done: number, total: number, what: string): void
  /** Takes the bar away. */
  end(): void
}

/** Between two drawings, ms. */
const DRAW_MS = 50
const BAR = 24

export function progressOf({ json, err }: Context): Progress {
  const stream = process.stderr
  if (json || !stream.isTTY) return { show() {}, end() {} }
  let drawn = Number.NEGATIVE_INFINITY
  return {
    show(done, total, what) {
      const now = performance.now()
      if (now - drawn < DRAW_MS) return
      drawn = now
      stream.write(`\r\x1b[2K${err.accent(bar(done, total, BAR))}  ${what} ${number(done)} of ${number(Math.max(done, total))}`)
    },
    end() {
      if (drawn > 0) stream.write('\r\x1b[2K')
      drawn = Number.NEGATIVE_INFINITY
    },
  }
}
