/** A trace that begins at somebody else's service goes on over HTTP, Redis and the worker. */
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { expect, onTestFinished, test } from 'vitest'
import { openTelemetry } from '../../src/opentelemetry/index.js'
import { uniqueName, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices({})
const TRACE = '0af7651916cd43dd8448eb211c80319c'

test.each([
  ['carries it to the runs', `00-${TRACE}-b7ad6b7169203331-01`, true],
  ['that nobody records starts none of its own', `00-${TRACE}-b7ad6b7169203331-00`, false],
])('the traceparent of a request %s', async (_what, traceparent, recorded) => {
  const { http, spans: finished } = await tracedService()
  const canvas = { chain: [{ task: 'echo', args: [1] }, { task: 'echo' }] }
  await http.post('/v1/workflows').set({ traceparent, tracestate: 'vendor=1' }).send({ canvas, id: 'w' }).expect(202)
  await http.get('/v1/workflows/w/result?waitMs=10000').expect(200, { state: 'SUCCESS', result: 1 })
  if (!recorded) return expect(finished()).toEqual([])
  const spans = await until(() => finished().length === 3 && finished())
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

const SUBMITTED = { canvasJson: { task: 'echo', args: [1] } }
const MANY: [string, string, string, object][] = [
  ['NDJSON', '/v1/workflows', 'application/x-ndjson', [1, 2].map((n) => ({ canvas: { task: 'echo', args: [n] } }))],
  [
    'GraphQL',
    '/graphql',
    'application/json',
    {
      query: 'mutation ($inputs: [SubmitInput!]!) { submitWorkflows(inputs: $inputs) { submitted { id } } }',
      variables: { inputs: [SUBMITTED, SUBMITTED] },
    },
  ],
]

test.each(MANY)('each workflow of one request of %s goes on with its trace, below one submit', async (_name, path, type, sent) => {
  const { http, spans } = await tracedService()
  const body = Array.isArray(sent)
    ? sent
        .map((line) => JSON.stringify(line))
        .join('\n')
        .concat('\n')
    : JSON.stringify(sent)
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, tracestate: 'vendor=1', 'content-type': type }
  await http.post(path).set(headers).send(body).expect(200)
  const all = await until(() => spans().length === 3 && spans())
  expect(all.map((span) => span.spanContext().traceId)).toEqual([TRACE, TRACE, TRACE])
  const submit = all.find(({ name }) => name === 'chordis.submit')
  expect(submit?.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
  const runs = all.filter(({ name }) => name === 'chordis.run echo')
  expect(runs.map((span) => span.parentSpanContext?.spanId)).toEqual([submit?.spanContext().spanId, submit?.spanContext().spanId])
})

test('a mutation that submits one goes on with the trace of its request', async () => {
  const { http, spans } = await tracedService()
  const query = 'mutation ($input: SubmitInput!) { submitWorkflow(input: $input) { id } }'
  const answer = await http
    .post('/graphql')
    .set('traceparent', `00-${TRACE}-b7ad6b7169203331-01`)
    .send({ query, variables: { input: SUBMITTED } })
  expect(answer.body.errors).toBeUndefined()
  const all = await until(() => spans().length === 2 && spans())
  expect(all.map((span) => span.spanContext().traceId)).toEqual([TRACE, TRACE])
})

async function tracedService() {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  onTestFinished(() => provider.shutdown())
  const { http } = await serve({ redis: redis.url, namespace: uniqueName(), providers: [EchoTasks], tracer: openTelemetry({ provider }) })
  return { http, spans: () => exporter.getFinishedSpans() }
}
