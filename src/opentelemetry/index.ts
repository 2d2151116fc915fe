/**
 * OpenTelemetry for Chordis: spans of submits and runs, in one trace from the caller over Redis to the worker. Needs the application to set up an SDK;
 * without one it does nothing.
 *
 * @module chordis/opentelemetry
 */
import {
  type Attributes,
  type Context,
  context,
  createTraceState,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import {
  type RunEnd,
  type RunOf,
  type RunSpan,
  type SubmitOf,
  type SubmitSpan,
  type TraceContext,
  type Tracer,
  VERSION,
} from '../engine/index.js'

/** What {@link openTelemetry} may be told. */
export interface OpenTelemetryOptions {
  /** Whose tracer is used. Default: the global provider. */
  provider?: TracerProvider
}

/**
 * A tracer for `tracer` of a client, a worker, a beat, `Chordis` or `ChordisModule.forRoot`. Attributes are those of OTel's semantic conventions for messaging, and
 * `chordis.task`, `chordis.attempt`, `chordis.outcome`.
 * @example new Chordis({ redis, tracer: openTelemetry() })
 */
export function openTelemetry({ provider }: OpenTelemetryOptions = {}): Tracer {
  // Asked at every span: the SDK may be set up later than we are.
  const tracer = (): OtelTracer => (provider ?? trace).getTracer('chordis', VERSION)
  return {
    submit: (of) => submit(tracer(), of),
    run: (of) => run(tracer(), of),
    within: (at, call) => context.with(trace.setSpanContext(context.active(), remote(at)), call),
  }
}

const SYSTEM = { 'messaging.system': 'chordis' }

function submit(tracer: OtelTracer, { name, count, parent }: SubmitOf): SubmitSpan {
  const attributes: Attributes = {
    ...SYSTEM,
    'messaging.operation.name': 'submit',
    'messaging.operation.type': 'send',
    ...(count > 1 ? { 'messaging.batch.message_count': count } : {}),
    ...(name === undefined ? {} : { 'chordis.name': name }),
  }
  const span = tracer.startSpan('chordis.submit', { kind: SpanKind.PRODUCER, attributes }, callerOf(parent))
  return {
    context: carried(span),
    end(workflow, error) {
      if (workflow !== undefined) span.setAttribute('messaging.message.conversation_id', workflow)
      if (error instanceof Error) fail(span, { type: error.name, message: error.message })
      span.end()
    },
  }
}

function run(tracer: OtelTracer, { task, workflow, id, attempt, parent, links }: RunOf): RunSpan {
  const attributes: Attributes = {
    ...SYSTEM,
    'messaging.operation.name': 'run',
    'messaging.operation.type': 'process',
    'messaging.message.id': id,
    'messaging.message.conversation_id': workflow,
    'chordis.task': task,
    'chordis.attempt': attempt,
  }
  const options = { kind: SpanKind.CONSUMER, attributes, links: links.map((link) => ({ context: remote(link) })) }
  const span = tracer.startSpan(`chordis.run ${task}`, options, trace.setSpanContext(ROOT_CONTEXT, remote(parent)))
  return {
    context: carried(span),
    within: (call) => context.with(trace.setSpan(context.active(), span), call),
    end: (how) => end(span, how),
  }
}

function end(span: Span, { outcome, error }: RunEnd): void {
  span.setAttribute('chordis.outcome', outcome)
  if (error !== undefined) fail(span, error)
  span.end()
}

function fail(span: Span, { type, message }: { type: string; message: string }): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

/** The span in which the caller is; where there is none, what the caller was told by others. */
function callerOf(parent: TraceContext | undefined): Context {
  const active = context.active()
  if (parent === undefined || trace.getSpan(active) !== undefined) return active
  return trace.setSpanContext(active, remote(parent))
}

function remote({ traceparent, tracestate }: TraceContext): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-')
  const state = tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true, ...state }
}

/** What travels of a span; nothing of one that nobody records. */
function carried(span: Span): TraceContext | undefined {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  if ((traceFlags & TraceFlags.SAMPLED) === 0) return undefined
  const tracestate = traceState?.serialize()
  return { traceparent: `00-${traceId}-${spanId}-01`, ...(tracestate ? { tracestate } : {}) }
}
