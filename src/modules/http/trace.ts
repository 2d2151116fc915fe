/** Where in a trace a request of HTTP or GraphQL stands: its W3C headers. What the standard does not allow is passed over. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { readTraceContext, type TraceContext } from '../../engine/index.js'
import { requestOf } from '../access/asking.js'

interface TracedRequest {
  headers: { traceparent?: string; tracestate?: string }
}

/** The trace context of the request's `traceparent` and `tracestate`, in handlers of controllers and resolvers. */
export const SentTrace = createParamDecorator((_: unknown, context: ExecutionContext): TraceContext | undefined => {
  const { headers } = requestOf(context) as unknown as TracedRequest
  return readTraceContext(headers.traceparent, headers.tracestate)
})
