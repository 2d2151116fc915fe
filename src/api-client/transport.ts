/**
 * One call over HTTP: its URL, its time limit, and whether and when it is made again. Nothing here knows what is called.
 *
 * Repeated is only what may be: what reads, and what is the same however often it is asked for.
 */
import { ChordisApiError, errorOf } from './error.js'
import { mayHaveArrived, networkError } from './network-error.js'

/** How the client reaches the service. */
export interface ClientOptions {
  /** Where the service is: `https://chordis.example.org`. */
  url: string
  /** An API key or a JWT; a function is asked before each attempt, so that a token may be renewed. */
  token?: string | (() => string | Promise<string>)
  /** How long one attempt may take, ms, what the service waits for not counted. Default 30,000. */
  timeoutMs?: number
  /** How often a call that may be repeated is made again. Default 4. */
  retries?: number
  /** Longest wait between two attempts, ms. Default 10,000. */
  maxDelayMs?: number
  /** Longest `Retry-After` that is waited for, ms; what asks for longer is thrown. Default: any. */
  maxRetryAfterMs?: number
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>
  /** Instead of the global one. */
  fetch?: typeof fetch
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; it throws the signal's reason. */
  signal?: AbortSignal
  /** Instead of the client's, ms. */
  timeoutMs?: number
}

/** A value of a query: a list repeats the parameter. */
export type QueryValue = string | number | boolean | readonly string[] | undefined

/** A call. */
export interface Call extends CallOptions {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: Readonly<Record<string, QueryValue>> | undefined
  body?: unknown
  /** Default `application/json`. */
  type?: string
  headers?: Readonly<Record<string, string>>
  /** May be made again. Default: what is no POST. */
  repeatable?: boolean
  /** How long the service waits by itself, ms. */
  waitMs?: number
}

const TIMEOUT_MS = 30_000
const RETRIES = 4
const MAX_DELAY_MS = 10_000
/** Before the second attempt, ms; doubled before each further one. Half of it is left to chance, so that clients do not come back together. */
const FIRST_DELAY_MS = 200

/** Makes calls. */
export class Transport {
  constructor(readonly options: ClientOptions) {}

  /** The answer, when it is a success. @throws ChordisApiError; the signal's reason */
  async send(call: Call): Promise<Response> {
    const { repeatable = call.method !== 'POST', signal } = call
    const { retries = RETRIES, maxRetryAfterMs = Infinity } = this.options
    let inDoubt = false
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.attempt(call)
      } catch (error) {
        signal?.throwIfAborted()
        inDoubt ||= call.method !== 'GET' && mayHaveArrived(error)
        if (error instanceof ChordisApiError) error.inDoubt = inDoubt
        const again = error instanceof ChordisApiError && error.retryable && (error.retryAfterMs ?? 0) <= maxRetryAfterMs
        if (!again || !repeatable || attempt >= retries) {
          if (attempt > 0 && call.method === 'DELETE' && isGone(error)) return new Response(null, { status: 204 })
          throw error
        }
        await pause(this.delayOf(attempt, error.retryAfterMs), signal)
      }
    }
  }

  /** The body of the answer; undefined: it has none. Throws as {@link send}. */
  async json<T>(call: Call): Promise<T> {
    const answer = await this.send(call)
    if (answer.status === 204) return undefined as T
    return (await bodyOf(answer, call)) as T
  }

  /** Ms to wait before the next attempt. */
  delayOf(attempt: number, retryAfterMs = 0): number {
    const most = Math.min(this.options.maxDelayMs ?? MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt)
    return Math.max(retryAfterMs, most / 2 + (Math.random() * most) / 2)
  }

  /** The answer of one attempt, whose body may go on for ever: only its head is waited for within the time limit. */
  async open(call: Call, signal: AbortSignal): Promise<Response> {
    const { fetch: ask = globalThis.fetch } = this.options
    // What is sent elsewhere by a redirect may become a GET on its way, and has a credential with it.
    const answer = await ask(this.urlOf(call), { ...(await this.initOf(call)), signal, redirect: 'manual' })
    if (!answer.ok) throw await errorOf(answer)
    return answer
  }

  private async attempt(call: Call): Promise<Response> {
    const limit = AbortSignal.timeout((call.timeoutMs ?? this.options.timeoutMs ?? TIMEOUT_MS) + (call.waitMs ?? 0))
    try {
      return await this.open(call, call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]))
    } catch (error) {
      if (error instanceof ChordisApiError) throw error
      call.signal?.throwIfAborted()
      if (limit.aborted) throw new ChordisApiError(0, 'timeout', 'the service did not answer in time', { cause: error })
      throw networkError(error)
    }
  }

  private urlOf({ path, query = {} }: Call): string {
    const words = Object.entries(query).flatMap(([name, value]) => {
      if (value === undefined) return []
      return [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`)
    })
    return `${this.options.url.replace(/\/+$/, '')}${path}${words.length === 0 ? '' : `?${words.join('&')}`}`
  }

  private async initOf({ method, body, type = 'application/json', headers }: Call): Promise<RequestInit> {
    const { token } = this.options
    const bearer = typeof token === 'function' ? await token() : token
    return {
      method,
      headers: {
        ...this.options.headers,
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }
  }
}

/** The body of an answer as JSON. @throws ChordisApiError `answer-invalid`; `network` when the connection ended before it did */
export async function bodyOf(answer: Response, { method }: Pick<Call, 'method'>): Promise<unknown> {
  try {
    return await answer.json()
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ChordisApiError(answer.status, 'answer-invalid', 'the answer is not JSON', { cause })
    const error = networkError(cause)
    error.inDoubt = method !== 'GET'
    throw error
  }
}

/** It was removed by an attempt whose answer was lost. */
const isGone = (error: unknown): boolean => error instanceof ChordisApiError && error.status === 404

/** Waits. @throws the signal's reason */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
