/** Server-sent events as an async iterator, which connects again where it stopped. */
import { ChordisApiError } from './error.js'
import { networkError } from './network-error.js'
import { type CallOptions, pause, type Transport } from './transport.js'

/** Something that happened. */
export interface ApiEvent {
  /** Where to go on from: see {@link EventOptions.lastEventId}. */
  id: string
  /** What it is: `reset` when those before are gone, with a snapshot. */
  event: string
  data: unknown
}

/** Which events, and from where. */
export interface EventOptions extends Omit<CallOptions, 'timeoutMs'> {
  /** `id` of the last event that is known. Default: from now on. */
  lastEventId?: string
}

/** Events until the caller stops, or the service refuses. @throws ChordisApiError for what cannot be repeated; the signal's reason */
export async function* events(
  transport: Transport,
  path: string,
  { signal, lastEventId }: EventOptions,
): AsyncGenerator<ApiEvent, void, undefined> {
  const closing = new AbortController()
  const ended = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal])
  let last = lastEventId
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) }
        const answer = await transport.open({ method: 'GET', path, headers }, ended)
        for await (const { id, event, data } of framesOf(answer.body)) {
          // Also of a frame without an event: the service says so where it would go on, first of all before anything has happened.
          if (id !== '') last = id
          if (data === undefined) continue
          attempt = 0
          yield { id: last ?? '', event, data }
        }
      } catch (error) {
        signal?.throwIfAborted()
        const why = error instanceof ChordisApiError ? error : networkError(error)
        if (!why.retryable) throw why
        await pause(transport.delayOf(Math.min(attempt, 10), why.retryAfterMs), signal)
        continue
      }
      await pause(transport.delayOf(Math.min(attempt, 10)), signal)
    }
  } finally {
    closing.abort()
  }
}

/** Frames of a stream of events, as the HTML standard reads them; comments are passed over. */
async function* framesOf(body: Response['body']): AsyncGenerator<ApiEvent> {
  if (body === null) return
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunksOf(body)) {
    const parts = `${rest}${decoder.decode(chunk, { stream: true })}`.split(/\r?\n\r?\n/)
    rest = parts.pop() as string
    for (const part of parts) yield frameOf(part)
  }
}

/** Safari's streams are no async iterables. */
async function* chunksOf(body: NonNullable<Response['body']>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value
  } finally {
    await reader.cancel()
  }
}

/** `data` undefined: there is no event in it. */
function frameOf(text: string): ApiEvent {
  const fields = { id: '', event: 'message', data: [] as string[] }
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^(id|event|data)(?:: ?(.*))?$/.exec(line) ?? []
    if (name === 'data') fields.data.push(value)
    else if (name === 'id' || name === 'event') fields[name] = value
  }
  return { ...fields, data: fields.data.length === 0 ? undefined : (JSON.parse(fields.data.join('\n')) as unknown) }
}
