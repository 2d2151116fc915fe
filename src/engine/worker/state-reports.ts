/**
 * What running tasks say of themselves (`ctx.updateState`, `ctx.progress`, `trackStarted`). A report travels with the next turn, as completions do, and
 * counts only while its attempt holds the node; the attempt goes on. Of reports in quick succession the latest wins: one every 250 ms and attempt.
 */
import type { Json } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import { isOwnState } from '../protocol/states.js'

/** Between two reports of one attempt, ms. */
export const REPORT_MS = 250
/** Longest meta, bytes of JSON. */
export const META_BYTES = 16_384

/** The text of a report: `<state> <JSON>`. Throws `request-invalid` for a name or a meta that is not allowed. */
export function reportText(state: string, meta: unknown): string {
  if (typeof state !== 'string' || !isOwnState(state)) {
    throw new ChordisError('request-invalid', 'must be [A-Z][A-Z0-9_]{0,31} and, but for STARTED, none of the states of Chordis', {
      path: 'state',
    })
  }
  let text: string | undefined
  try {
    text = JSON.stringify(meta ?? null)
  } catch (cause) {
    throw new ChordisError('request-invalid', 'cannot be written as JSON', { path: 'meta', cause })
  }
  if (text === undefined) throw new ChordisError('request-invalid', `cannot be written as JSON: it is a ${typeof meta}`, { path: 'meta' })
  if (Buffer.byteLength(text) > META_BYTES) {
    throw new ChordisError('request-invalid', `must not be longer than ${META_BYTES} bytes of JSON`, { path: 'meta' })
  }
  return `${state} ${text}`
}

export interface StartedMeta {
  /** Unix ms, by the worker's clock. */
  startedAt: number
  worker: string
  pid: number
  [name: string]: Json
}

/** `A`: attempts, which it only tells apart. */
export class StateReports<A> {
  /** Attempts that reported less than REPORT_MS ago, with what they said since. */
  private readonly recent = new Map<A, { timer: NodeJS.Timeout; next: string | null }>()

  /** @param send takes a report's text on its way */
  constructor(private readonly send: (attempt: A, text: string) => void) {}

  report(attempt: A, text: string): void {
    const recent = this.recent.get(attempt)
    if (recent) recent.next = text
    else this.sendNow(attempt, text)
  }

  /** The attempt has ended, or is about to: what it has not said yet nobody needs. */
  over(attempt: A): void {
    if (this.recent.size === 0) return
    clearTimeout(this.recent.get(attempt)?.timer)
    this.recent.delete(attempt)
  }

  private sendNow(attempt: A, text: string): void {
    const timer = setTimeout(() => this.due(attempt), REPORT_MS)
    this.recent.set(attempt, { timer, next: null })
    this.send(attempt, text)
  }

  private due(attempt: A): void {
    const next = this.recent.get(attempt)?.next ?? null
    this.recent.delete(attempt)
    if (next !== null) this.sendNow(attempt, next)
  }
}
