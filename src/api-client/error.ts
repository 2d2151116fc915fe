/** What went wrong with a call over HTTP. */
import type { components } from './schema.generated.js'

/** A problem document (RFC 9457), as the service sends it. */
export type Problem = components['schemas']['Problem']

/** Codes of what never reached the service, or whose answer was none of its own. */
export const CLIENT_CODES = ['network', 'timeout', 'certificate-invalid', 'answer-invalid'] as const

/** What else is known of a call that failed. */
export interface ApiErrorDetails {
  /** As the service sent it. */
  problem?: Problem | undefined
  /** How long to wait before the same call is made again, ms, where the service said so. */
  retryAfterMs?: number | undefined
  /** What `fetch` threw. */
  cause?: unknown
}

/** A call that failed: the service refused it, or it could not be asked. */
export class ChordisApiError extends Error {
  override readonly name = 'ChordisApiError'
  /** As the service sent it; undefined: it sent none. */
  readonly problem: Problem | undefined
  /** How long to wait before the same call is made again, ms, where the service said so. */
  readonly retryAfterMs: number | undefined
  /** Of a call that changes something: an attempt of it may have been received, and its answer was lost. */
  inDoubt = false
  /** Of a submission: the id that it was sent under. */
  sentAs: string | undefined

  /**
   * @param status of the answer; 0: there was none
   * @param code of the problem (`not-found`, `outcome-unknown`, …), or one of {@link CLIENT_CODES}
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    { problem, retryAfterMs, ...cause }: ApiErrorDetails = {},
  ) {
    super(message, cause)
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }

  /** Where in the request the fault is: `canvas.chain[2].args`. */
  get path(): string | undefined {
    return this.problem?.path
  }

  /** The workflow concerned; of a submission that is in doubt, the id under which it may be sent again. */
  get workflow(): string | undefined {
    return this.problem?.workflow ?? (this.inDoubt ? this.sentAs : undefined)
  }

  /** Whether the same call may succeed later, unchanged. */
  get retryable(): boolean {
    return this.status === 0 ? this.code === 'network' || this.code === 'timeout' : [429, 502, 503, 504].includes(this.status)
  }
}

/** The error of an answer that is no success. */
export async function errorOf(answer: Response): Promise<ChordisApiError> {
  const text = await answer.text().catch(() => '')
  const problem = problemOf(text)
  const elsewhere = answer.headers.get('location')
  const message = problem?.detail ?? `${answer.status} ${answer.statusText}${elsewhere === null ? '' : `, to ${elsewhere}`}`
  const retryAfterMs = retryAfterOf(answer.headers.get('retry-after'))
  return new ChordisApiError(answer.status, problem?.code ?? 'answer-invalid', message, { problem, retryAfterMs })
}

function problemOf(text: string): Problem | undefined {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null
    return typeof value?.code === 'string' ? (value as Problem) : undefined
  } catch {
    return undefined
  }
}

/** Seconds, or a date. */
function retryAfterOf(text: string | null): number | undefined {
  if (text === null) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
