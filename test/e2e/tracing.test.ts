/** A trace that begins at somebody else's service goes on over HTTP, Redis and the worker. */
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { expect, onTestFinished, test } from 'vitest'
import { openTelemetry } from '../../src/opentelemetry/index.js'
import { uniqueName, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
const TRACE = '0af7651916cd43dd8448eb211c80319c'

test.each([
  ['carries it to the runs', `00-${TRACE}-b7ad6b7169203331-01`, true],
  ['that nobody records starts none of its own', `00-${TRACE}-b7ad6b7169203331-00`, false],
])('the traceparent of a request %s', async (_what, traceparent, recorded) => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  onTestFinished(() => provider.shutdown())
  const { http } = await serve({ redis: redis.url, namespace: uniqueName(), providers: [EchoTasks], tracer: openTelemetry({ provider }) })
  const canvas = { chain: [{ task: 'echo', args: [1] }, { task: 'echo' }] }
  await http.post('/v1/workflows').set({ traceparent, tracestate: 'vendor=1' }).send({ canvas, id: 'w' }).expect(202)
  await http.get('/v1/workflows/w/result?waitMs=10000').expect(200, { state: 'SUCCESS', result: 1 })
  if (!recorded) return expect(exporter.getFinishedSpans()).toEqual([])
  const spans = await until(() => exporter.getFinishedSpans().length === 3 && exporter.getFinishedSpans())
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]))
  const submit = spans.find(({ name }) => name === 'chordis.submit')
  expect(submit?.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
  const parents = spans.filter(({ name }) => name === 'chordis.run echo').map((span) => span.parentSpanContext?.spanId)
  expect(parents).toEqual([submit?.spanContext().spanId, submit?.spanContext().spanId])
})

test('a traceparent that is none is passed over, and a service without a tracer hands on what it is given', async () => {
  const { http } = await serve({ redis: redis.url, namespace: uniqueName(), providers: [EchoTasks] })
  await http
    .post('/v1/workflows')
    .set('traceparent', 'nonsense')
    .send({ canvas: { task: 'echo' }, id: 'a' })
    .expect(202)
  await http
    .post('/v1/workflows')
    .set('traceparent', `00-${TRACE}-b7ad6b7169203331-01`)
    .send({ canvas: { task: 'echo' }, id: 'b' })
    .expect(202)
  const direct = redis.connect()
  const origin = async (id: string) => direct.hget((await direct.keys(`*w:${id}`))[0] ?? '', 'O')
  expect(await origin('a')).toBeNull()
  expect(await origin('b')).toBe(`00-${TRACE}-b7ad6b7169203331-01`)
})
