// Tasks of somebody who traces: an SDK in every thread and process that loads the module, and the tracer among its exports.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { openTelemetry } from '../../src/opentelemetry/index.js'

const storage = new AsyncLocalStorage()
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (given, call, self, ...args) => storage.run(given, () => call.call(self, ...args)),
  bind: (_given, target) => target,
  enable: () => undefined,
  disable: () => undefined,
})

export const tracer = openTelemetry({ provider: new BasicTracerProvider() })
const own = new BasicTracerProvider().getTracer('user')

/** A span of the task's own, made after it has waited: trace, span above it. */
async function inner() {
  await sleep(1)
  const span = own.startSpan('inner')
  span.end()
  return { trace: span.spanContext().traceId, parent: span.parentSpanContext?.spanId ?? null, active: trace.getActiveSpan() !== undefined }
}

export const tasks = [
  { name: 'inner', handler: inner },
  { name: 'where', handler: () => process.pid },
]
