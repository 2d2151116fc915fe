/** What went wrong with a call over HTTP. */
import type { components } from './schema.generated.js'

/** A problem document (RFC 9457), as the service sends it. */
export type Problem = components['schemas']['Problem']

/** Codes of what never reached the service, or whose answer was none of its own. */
export const CLIENT_CODES = ['network', 'timeout', 'answer-invalid'] as const

/** A call that failed: the service refused it, or it could not be asked. */
export class ChordisApiError extends Error {
  override readonly name = 'ChordisApiError'

  /**
   * @param status of the answer; 0: there was none
   * @param code of the problem (`not-found`, `outcome-unknown`, …), or one of {@link CLIENT_CODES}
   * @param problem as the service sent it
   * @param retryAfterMs how long to wait before the same call is made again, ms, where the service said so
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problem?: Problem,
    readonly retryAfterMs?: number,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }

  /** Where in the request the fault is: `canvas.chain[2].args`. */
  get path(): string | undefined {
    return this.problem?.path
  }

  /** The workflow concerned; of `outcome-unknown`, the id under which the submission may be sent again. */
  get workflow(): string | undefined {
    return this.problem?.workflow
  }

  /** Whether the same call may succeed later, unchanged. */
  get retryable(): boolean {
    return this.status === 0 ? this.code !== 'answer-invalid' : [429, 502, 503, 504].includes(this.status)
  }
}

/** The error of an answer that is no success. */
export async function errorOf(answer: Response): Promise<ChordisApiError> {
  const text = await answer.text().catch(() => '')
  const problem = problemOf(text)
  const message = problem?.detail ?? `${answer.status} ${answer.statusText}`
  return new ChordisApiError(
    answer.status,
    problem?.code ?? 'answer-invalid',
    message,
    problem,
    retryAfterOf(answer.headers.get('retry-after')),
  )
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
