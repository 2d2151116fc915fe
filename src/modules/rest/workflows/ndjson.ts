/**
 * Many submissions in one request: a line of NDJSON each, answered by a line each, in their order.
 *
 * What has arrived is submitted as it comes, in calls of at most 500 lines; nothing more is read until its answers are on their way. So memory is
 * bounded by a line and a chunk of the socket, and a client that does not read what it is answered is not read from. A client that goes away loses no
 * answer that matters: a line is stored or not, and its id or key tells which.
 */
import { StringDecoder } from 'node:string_decoder'
import { ChordisError, type TraceContext } from '../../../engine/index.js'
import type { Principal } from '../../access/principal.js'
import { isDeeperThan, TOO_DEEP } from '../../http/json-depth.js'
import { RequestInvalidError, toProblem } from '../../http/problem.js'
import type { Submission, Submitted, WorkflowOperations } from '../../operations/workflows.operations.js'
import { LINE_BYTES } from '../limits/limits.js'
import { readLine } from './submit.pipe.js'

/** The media type. */
export const NDJSON_TYPE = 'application/x-ndjson'

/** Lines of one call. */
const BATCH = 500
/** Bytes of one call, roughly: a call of more lines than fit is cut. */
const BATCH_BYTES = 4 * 1024 * 1024

interface Line {
  /** From 1; empty ones count and are not answered. */
  line: number
  /** Null: it was too long. */
  text: string | null
}

/**
 * Answers to the lines of `source`, a piece of text for each call. Throws what `source` throws.
 * @param trace where the request stands in a trace: each workflow goes on with it
 */
export async function* submitLines(
  workflows: Pick<WorkflowOperations, 'submitMany'>,
  principal: Principal,
  source: AsyncIterable<Buffer>,
  trace?: TraceContext,
): AsyncGenerator<string> {
  const origin = trace === undefined ? {} : { trace }
  for await (const lines of batches(source)) {
    const read = lines.map(({ text }) => submissionOf(text, origin))
    const good = read.filter((one): one is Submission => !(one instanceof ChordisError))
    const answers = (await workflows.submitMany(principal, good)).values()
    const all = read.map((one) => (one instanceof ChordisError ? one : (answers.next().value as Submitted | ChordisError)))
    yield all.map((one, k) => answerText((lines[k] as Line).line, one)).join('')
  }
}

function submissionOf(text: string | null, origin: Pick<Submission['options'], 'trace'>): Submission | ChordisError {
  try {
    if (text === null) return new ChordisError('limit-exceeded', `a line must not be longer than ${LINE_BYTES} bytes`, { path: 'line' })
    if (isDeeperThan(text)) return new ChordisError('limit-exceeded', TOO_DEEP, { path: 'line' })
    const { canvas, options } = readLine(JSON.parse(text))
    return { canvas, options: { ...options, ...origin } }
  } catch (error) {
    if (error instanceof ChordisError) return error
    return new RequestInvalidError([{ path: 'line', rule: `is not JSON: ${(error as Error).message}` }])
  }
}

const answerText = (line: number, answer: Submitted | ChordisError): string =>
  `${JSON.stringify(answer instanceof ChordisError ? { line, problem: toProblem(answer) } : { line, ...answer })}\n`

/** Lines as they come, in calls. */
async function* batches(source: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const cutter = new LineCutter()
  for await (const chunk of source) yield* calls(cutter.push(chunk))
  yield* calls(cutter.end())
}

function* calls(lines: readonly Line[]): Generator<Line[]> {
  let call: Line[] = []
  let bytes = 0
  for (const line of lines) {
    call.push(line)
    bytes += line.text?.length ?? 0
    if (call.length < BATCH && bytes < BATCH_BYTES) continue
    yield call
    call = []
    bytes = 0
  }
  if (call.length > 0) yield call
}

/** Cuts bytes into lines; of one that is too long it keeps nothing. */
class LineCutter {
  private readonly decoder = new StringDecoder('utf8')
  private rest = ''
  private restBytes = 0
  private line = 0

  push(chunk: Buffer): Line[] {
    return this.cut(this.decoder.write(chunk), chunk.length)
  }

  /** The last line needs no line end. */
  end(): Line[] {
    return this.cut(`${this.decoder.end()}\n`, 1)
  }

  private cut(text: string, bytes: number): Line[] {
    const parts = text.split('\n')
    const last = parts.pop() as string
    const lines: Line[] = []
    for (const part of parts) this.close(part, lines)
    this.rest += last
    this.restBytes = parts.length > 0 ? Buffer.byteLength(last) : this.restBytes + bytes
    if (this.restBytes > LINE_BYTES) this.rest = ''
    return lines
  }

  private close(part: string, lines: Line[]): void {
    this.line++
    const text = this.restBytes > LINE_BYTES ? null : this.rest + part
    this.rest = ''
    this.restBytes = 0
    if (text === null || Buffer.byteLength(text) > LINE_BYTES) lines.push({ line: this.line, text: null })
    else if (text.trim() !== '') lines.push({ line: this.line, text })
  }
}
