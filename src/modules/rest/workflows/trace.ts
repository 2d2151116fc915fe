/** Where in a trace a request stands: its W3C headers. What the standard does not allow is passed over. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { readTraceContext, type TraceContext } from '../../../engine/index.js'

/** The trace context of the request's `traceparent` and `tracestate`. */
export const SentTrace = createParamDecorator((_: unknown, context: ExecutionContext): TraceContext | undefined => {
  const { headers } = context.switchToHttp().getRequest<{ headers: { traceparent?: string; tracestate?: string } }>()
  return readTraceContext(headers.traceparent, headers.tracestate)
})
