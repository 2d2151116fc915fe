/**
 * Where in a trace something stands, as W3C Trace Context writes it (https://www.w3.org/TR/trace-context/), and how a workflow carries it. Only what is
 * sampled travels: a trace that nobody records costs a workflow nothing.
 */
import { ChordisError } from '../protocol/errors.js'

/** The headers `traceparent` and `tracestate`. */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>` */
  traceparent: string
  tracestate?: string
}

const PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\x21-\x7e]*)?$/
/** What a tracestate may hold: printable characters, 512 at most; longer ones may be dropped (3.3.1.5). */
const STATE = /^[\x20-\x7e]{1,512}$/
const PARENT_LENGTH = 55
const SAMPLED = 1

/** What headers say; undefined for what the standard does not allow, which is to be passed over (3.2.2.3). */
export function readTraceContext(traceparent: unknown, tracestate?: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string' || !PARENT.test(traceparent)) return undefined
  const state = typeof tracestate === 'string' && STATE.test(tracestate) ? { tracestate } : {}
  return { traceparent: `00${traceparent.slice(2, PARENT_LENGTH)}`, ...state }
}

/** As {@link readTraceContext}. @throws ChordisError `request-invalid` */
export function checkTraceContext(context: TraceContext, path: string): TraceContext {
  const read = readTraceContext(context.traceparent, context.tracestate)
  if (read !== undefined) return read
  throw new ChordisError('request-invalid', 'must be a W3C trace context: 00-<32 hex digits>-<16>-<2>', { path: `${path}.traceparent` })
}

/** Whether anybody records the trace. */
export function isSampled({ traceparent }: TraceContext): boolean {
  return (Number.parseInt(traceparent.slice(53, PARENT_LENGTH), 16) & SAMPLED) === SAMPLED
}

/** The field `O` of a workflow. */
export function originText({ traceparent, tracestate }: TraceContext): string {
  return tracestate === undefined ? traceparent : `${traceparent} ${tracestate}`
}

/** What a grant says of a trace: the origin of its workflow, and behind it, of a join, spans of its inputs. */
export function parseOrigin(text: string): { origin: TraceContext; links: TraceContext[] } | undefined {
  const [head = '', spans = ''] = text.split('\n')
  const origin = readTraceContext(head.slice(0, PARENT_LENGTH), head.slice(PARENT_LENGTH + 1))
  if (origin === undefined) return undefined
  const of = (span: string): TraceContext => ({ traceparent: `${origin.traceparent.slice(0, 36)}${span}-01` })
  return { origin, links: spans === '' ? [] : spans.split(',').map(of) }
}

/** The span's own id. */
export const spanIdOf = ({ traceparent }: TraceContext): string => traceparent.slice(36, 52)
