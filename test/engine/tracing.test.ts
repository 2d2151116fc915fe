/** Traces: one over submit, queue and run, with a real OpenTelemetry SDK. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type ContextManager, context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Client, chain, chord, group, readTraceContext, signature, type TaskContext, type Tracer } from '../../src/engine/index.js'
import { openTelemetry } from '../../src/opentelemetry/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, type Handlers, TestEngine, type WorkerSettings } from './harness.js'

const redis = useRedis()
const PARENT = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'vendor=1,other=x' }

/** What an SDK for Node brings along. */
class Contexts implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>()
  active(): Context {
    return this.storage.getStore() ?? ROOT_CONTEXT
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    given: Context,
    fn: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.storage.run(given, () => fn.call(self, ...args))
  }
  bind<T>(given: Context, target: T): T {
    return typeof target === 'function'
      ? (((...args: unknown[]) => this.storage.run(given, () => target(...args) as unknown)) as T)
      : target
  }
  enable(): this {
    return this
  }
  disable(): this {
    return this
  }
}

beforeAll(() => void context.setGlobalContextManager(new Contexts()))
afterAll(() => context.disable())

/** An engine whose client and worker are traced into the same memory. */
async function traced(handlers: Handlers = {}, { sampler, ...settings }: WorkerSettings & { sampler?: Sampler } = {}) {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler === undefined ? {} : { sampler }),
  })
  onTestFinished(() => provider.shutdown())
  const tracer: Tracer = openTelemetry({ provider })
  const engine = await TestEngine.open(redis.url)
  const client = await Client.connect({ redis: redis.url, namespace: engine.namespace, tracer })
  onTestFinished(() => client.close())
  const worker = await engine.worker({ ...COMMON, ...handlers }, { tracer, ...settings })
  const spans = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name)
  return { engine, client, worker, exporter, spans, provider, tracer }
}

const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId
const traceIds = (exporter: InMemorySpanExporter): string[] => [
  ...new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)),
]

describe('spans', () => {
  test('a chain of three is one trace: a producer that submits, and its runs as consumers', async () => {
    const { client, exporter, spans } = await traced()
    const handle = await client.submit(chain(call('echo', [1]), call('echo'), call('add', [2])))
    await end(handle)
    await until(() => exporter.getFinishedSpans().length === 4)
    expect(traceIds(exporter)).toHaveLength(1)
    const [submit] = spans('chordis.submit')
    expect(submit?.kind).toBe(SpanKind.PRODUCER)
    expect(submit?.attributes).toMatchObject({ 'messaging.system': 'chordis', 'messaging.message.conversation_id': handle.id })
    const runs = [...spans('chordis.run echo'), ...spans('chordis.run add')]
    expect(runs.map((span) => span.kind)).toEqual([SpanKind.CONSUMER, SpanKind.CONSUMER, SpanKind.CONSUMER])
    expect(runs.map((span) => span.parentSpanContext?.spanId)).toEqual([idOf(submit), idOf(submit), idOf(submit)])
    expect(runs.map(({ attributes }) => attributes['messaging.message.id'])).toEqual([`${handle.id}:0`, `${handle.id}:1`, `${handle.id}:2`])
    expect(runs[0]?.attributes).toMatchObject({ 'chordis.task': 'echo', 'chordis.attempt': 1, 'chordis.outcome': 'succeeded' })
  })

  test('one plain task, and many in one call, are traced too', async () => {
    const { client, exporter, spans } = await traced()
    await (await client.submit(call('echo', [1]))).result()
    const handles = await client.submitMany([1, 2, 3].map((n) => ({ canvas: call('echo', [n]) })))
    for (const handle of handles) await (handle as typeof handle & { result(): Promise<unknown> }).result()
    await until(() => spans('chordis.run echo').length === 4)
    expect(traceIds(exporter)).toHaveLength(2)
    expect(spans('chordis.submit')[1]?.attributes['messaging.batch.message_count']).toBe(3)
  })

  test('attempts of a task that is tried again are spans of the same trace, by number, with their errors', async () => {
    const flaky = {
      handler: ({ attempt }: TaskContext) => {
        if (attempt < 3) throw new TypeError(`no ${attempt}`)
        return attempt
      },
      options: { retry: { auto: true, factorMs: 1 } },
    }
    const { client, exporter, spans } = await traced({ flaky })
    await (await client.submit(call('flaky'))).result()
    await (await client.submit(call('boom'))).outcome({ waitMs: 10_000 })
    await until(() => spans('chordis.run flaky').length === 3 && spans('chordis.run boom').length === 1)
    expect(spans('chordis.run flaky').map(({ attributes }) => [attributes['chordis.attempt'], attributes['chordis.outcome']])).toEqual([
      [1, 'retried'],
      [2, 'retried'],
      [3, 'succeeded'],
    ])
    expect(spans('chordis.run flaky')[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no 1' })
    expect(spans('chordis.run boom')[0]?.attributes).toMatchObject({ 'error.type': 'TypeError', 'chordis.outcome': 'failed' })
    expect(traceIds(exporter)).toHaveLength(2)
  })

  test('what a handler does is inside of its span: a submit of its own is a child of the run', async () => {
    let inner: Client | undefined
    const { client, spans } = await traced({
      outer: async () => {
        await Promise.resolve()
        await (await inner?.submit(call('echo', [1])))?.result()
      },
    })
    inner = client
    await (await client.submit(call('outer'))).result()
    await until(() => spans('chordis.run outer').length === 1 && spans('chordis.run echo').length === 1)
    const [outer] = spans('chordis.run outer')
    expect(spans('chordis.submit').map((span) => span.parentSpanContext?.spanId)).toContain(idOf(outer))
  })
})

describe('joins', () => {
  test('the body of a chord links to the runs of its members, whichever worker ran them', async () => {
    const { engine, client, exporter, spans, tracer } = await traced({}, { concurrency: 2 })
    await engine.worker(COMMON, { tracer, concurrency: 2 })
    const handle = await client.submit(
      chord(
        Array.from({ length: 10 }, (_, n) => call('echo', [n])),
        call('add'),
      ),
    )
    expect((await end(handle)).outcome).toMatchObject({ state: 'SUCCESS' })
    await until(() => spans('chordis.run add').length === 1 && spans('chordis.run echo').length === 10)
    expect(traceIds(exporter)).toHaveLength(1)
    const members = spans('chordis.run echo').map(idOf).sort()
    expect(
      spans('chordis.run add')[0]
        ?.links.map((link) => link.context.spanId)
        .sort(),
    ).toEqual(members)
  })

  test('a wide chord links to 32 of them, and its members keep no spans of others', async () => {
    const { client, spans } = await traced()
    await end(await client.submit(chord(group(Array.from({ length: 100 }, (_, n) => call('echo', [n]))), call('add'))))
    await until(() => spans('chordis.run add').length === 1)
    expect(spans('chordis.run add')[0]?.links).toHaveLength(32)
    expect(spans('chordis.run echo').every(({ links }) => links.length === 0)).toBe(true)
  })
})

describe('what carries a trace', () => {
  test('the context that a submit is given is the parent, with its state, also for workers only', async () => {
    const { engine, spans } = await traced()
    const handle = await engine.client.submit(chain(call('echo', [1]), call('echo')), { trace: PARENT })
    await end(handle)
    await until(() => spans('chordis.run echo').length === 2)
    for (const span of spans('chordis.run echo')) {
      expect(span.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
      expect(span.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331', isRemote: true })
      expect(span.spanContext().traceState?.serialize()).toBe(PARENT.tracestate)
    }
    await expect(engine.client.submit(call('echo'), { trace: { traceparent: 'nonsense' } })).rejects.toMatchObject({
      code: 'request-invalid',
      path: 'options.trace.traceparent',
    })
  })

  test('children are in the trace of the run that started them, also where a worker in between makes no spans', async () => {
    const { engine, client, exporter, spans } = await traced({ parent: (ctx) => ctx.executeChild(call('echo', [5])) })
    expect((await end(await client.submit(call('parent')))).outcome).toEqual({ state: 'SUCCESS', result: 5 })
    await until(() => spans('chordis.run echo').length === 1)
    expect(spans('chordis.run echo')[0]?.parentSpanContext?.spanId).toBe(idOf(spans('chordis.run parent')[0]))
    await engine.worker({ relay: (ctx) => ctx.executeChild(call('echo', [6])) }, { queues: ['relay'] })
    await end(await client.submit(call('relay', [], { queue: 'relay' })))
    await until(() => spans('chordis.run echo').length === 2)
    expect(traceIds(exporter)).toHaveLength(2)
  })

  test('what a schedule submits is a trace that begins with the beat', async () => {
    const { engine, client, spans, tracer } = await traced()
    await client.schedules.upsert({ id: 'tick', rules: { everyMs: 1_000 }, canvas: { task: 'echo', args: [1] } })
    await engine.beat({ redis: redis.url, tracer } as never)
    await until(() => spans('chordis.run echo').length > 0)
    const [run] = spans('chordis.run echo')
    const fired = spans('chordis.submit').find((span) => idOf(span) === run?.parentSpanContext?.spanId)
    expect(fired?.attributes).toMatchObject({
      'chordis.name': '-:tick',
      'messaging.message.conversation_id': run?.attributes['messaging.message.conversation_id'],
    })
  })

  test('a canvas in pieces, a repeated submit under an id, and a rerun keep the trace', async () => {
    const { client, exporter, spans } = await traced()
    const large = group(Array.from({ length: 3 }, () => call('echo', ['x'.repeat(300_000)])))
    await end(await client.submit(large))
    await until(() => spans('chordis.run echo').length === 3)
    const first = await client.submit(chain(call('echo', [1]), call('echo')), { id: 'mine' })
    expect((await client.submit(chain(call('echo', [1]), call('echo')), { id: 'mine' })).duplicate).toBe(true)
    await end(first)
    await first.rerun(['0'])
    await until(() => spans('chordis.run echo').length === 7)
    expect(traceIds(exporter)).toHaveLength(3)
  })

  test('a workflow whose trace nobody records, or that has none, stores nothing of it and makes no span of a run', async () => {
    const { engine, client, exporter } = await traced({}, { sampler: new AlwaysOffSampler() })
    const direct = redis.connect()
    const unsampled = { traceparent: PARENT.traceparent.replace(/01$/, '00') }
    const handles = [
      await client.submit(call('echo', [1])),
      await engine.client.submit(call('echo', [1])),
      await engine.client.submit(call('echo', [1]), { trace: unsampled }),
    ]
    const fields: string[][] = []
    for (const handle of handles) {
      await handle.result()
      const [key = ''] = await direct.keys(`${engine.namespace}:*w:${handle.id}`)
      // Not who waits for its end, which depends on whether the end came first.
      fields.push((await direct.hkeys(key)).filter((name) => name !== 'w').sort())
    }
    expect(fields).toEqual([fields[1], fields[1], fields[1]])
    expect(fields[1]).toEqual(['0', 'b0', 's', 't0'])
    expect(exporter.getFinishedSpans()).toEqual([])
  })

  test('headers that the standard does not allow are no context', () => {
    const { traceparent } = PARENT
    expect(readTraceContext(traceparent, 'a=1')).toEqual({ traceparent, tracestate: 'a=1' })
    expect(readTraceContext(`cc${traceparent.slice(2)}-what-the-future-will-be`)).toEqual({ traceparent })
    const bad = [
      '',
      'x',
      traceparent.toUpperCase(),
      traceparent.replace('00-', 'ff-'),
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      undefined,
    ]
    for (const one of bad) expect(readTraceContext(one)).toBeUndefined()
    expect(readTraceContext(traceparent, `a=${'x'.repeat(600)}`)).toEqual({ traceparent })
    expect(signature('echo').task).toBe('echo')
    expect(trace.getActiveSpan()).toBeUndefined()
  })
})

test('a run that its worker gives back when it stops ends its span', async () => {
  let entered = (): void => {}
  const inside = new Promise<void>((resolve) => {
    entered = resolve
  })
  const { client, worker, spans } = await traced({
    hangs: () => {
      entered()
      return new Promise(() => {})
    },
  })
  await client.submit(call('hangs'))
  await inside
  await worker.stop({ graceMs: 0 })
  expect(spans('chordis.run hangs')[0]?.attributes['chordis.outcome']).toBe('givenBack')
})
