/**
 * Many submissions, a call of NDJSON for every few hundred. Each has an id before it is sent, so that a call whose answer was lost is made again without a
 * second workflow.
 */
import { ChordisApiError, type Problem } from './error.js'
import { type CallOptions, pause, type Transport } from './transport.js'
import type { SubmitRequest, SubmittedLine } from './types.js'

/** What became of one submission. */
export type ManyAnswer =
  | { index: number; id: string; state: string; duplicate: boolean }
  /** It was refused; the others were not. */
  | { index: number; id: string; error: ChordisApiError }

/** How many travel together. */
export interface ManyOptions extends CallOptions {
  /** Lines of one call. Default 500. */
  batch?: number
}

type Line = SubmitRequest & { id: string }

/** Submits what it is given, in its order, and answers each. @throws ChordisApiError when the service cannot be reached; the signal's reason */
export async function* submitMany(
  transport: Transport,
  given: Iterable<SubmitRequest> | AsyncIterable<SubmitRequest>,
  options: ManyOptions,
): AsyncGenerator<ManyAnswer, void, undefined> {
  let index = 0
  for await (const batch of batches(given, options.batch ?? 500)) {
    for (const answer of await settled(transport, batch, options)) yield { index: index++, ...answer } as ManyAnswer
  }
}

/** Of those that nobody could say anything of, or that there was no room for, as many times as any call is repeated. */
async function settled(transport: Transport, batch: readonly Line[], options: CallOptions): Promise<object[]> {
  const answers = new Map<string, object>()
  let open = batch
  for (let attempt = 0; open.length > 0; attempt++) {
    const lines = await sent(transport, open, options)
    const later: Line[] = []
    for (const [k, line] of lines.entries()) {
      const { id } = open[k] as Line
      const error =
        'problem' in line
          ? new ChordisApiError(line.problem.status, line.problem.code, line.problem.detail, { problem: line.problem as Problem })
          : undefined
      if (error?.retryable && attempt < (transport.options.retries ?? 4)) later.push(open[k] as Line)
      answers.set(id, error === undefined ? accepted(line as Accepted, attempt) : { id, error })
    }
    open = later
    if (open.length > 0) await pause(transport.delayOf(attempt), options.signal)
  }
  return batch.map(({ id }) => answers.get(id) as object)
}

type Accepted = Extract<SubmittedLine, { id: string }>

/** What a second attempt finds, the first one made. */
const accepted = ({ id, state, duplicate }: Accepted, attempt: number): object => ({ id, state, duplicate: attempt === 0 && duplicate })

async function sent(transport: Transport, lines: readonly Line[], options: CallOptions): Promise<SubmittedLine[]> {
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const call = { method: 'POST', path: '/v1/workflows', type: 'application/x-ndjson', body, repeatable: true, ...options } as const
  const text = await (await transport.send(call)).text()
  const answers = text.split('\n').filter((line) => line !== '')
  if (answers.length !== lines.length) throw new ChordisApiError(0, 'network', 'the answer ended before all lines were answered')
  return answers.map((line) => JSON.parse(line) as SubmittedLine)
}

async function* batches(given: Iterable<SubmitRequest> | AsyncIterable<SubmitRequest>, size: number): AsyncGenerator<Line[]> {
  let batch: Line[] = []
  for await (const one of given) {
    batch.push({ ...one, id: one.id ?? newId() })
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** An id for a workflow: 122 bits of chance. */
export const newId = (): string => globalThis.crypto.randomUUID()
