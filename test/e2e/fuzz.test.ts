/**
 * Requests that nobody would send, made from the OpenAPI document: values of the wrong type, size or script, in paths, queries, headers and bodies, under
 * right and wrong methods and media types. None is answered with a 5xx but 503, none is left unanswered, and every refusal is a problem document.
 * 20,000 of them under CHORDIS_VERIFY, else 400; CHORDIS_FUZZ_SEED repeats a run.
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { EchoTasks, useServices } from './harness.js'

const REQUESTS = process.env.CHORDIS_VERIFY ? 20_000 : 400
/** Sent at the same time. */
const AT_ONCE = 20
const LIMIT_MS = 10_000

interface Operation {
  parameters?: { name: string; in: string; schema: { type?: string; enum?: string[] } }[]
  requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> }
}
const FILE = join(resolve(import.meta.dirname, '../..'), 'docs/openapi.json')
const { paths } = JSON.parse(readFileSync(FILE, 'utf8')) as { paths: Record<string, Record<string, Operation>> }
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

interface Asked {
  method: string
  path: string
  headers: Record<string, string>
  body: string | undefined
}

const TEXTS = [
  '',
  ' ',
  '\0',
  '../..',
  '%',
  '%00',
  '%ff',
  '__proto__',
  'constructor',
  'toString',
  'ä€😀',
  '\u202e',
  'a:b',
  'x'.repeat(129),
  'y'.repeat(2_000),
  '-1',
  '1e999',
  'NaN',
  'null',
  '*',
  "'; --",
]
const KNOWN = ['fuzz-1', 'fuzz-2', 'nightly', 'default', '0', '0/0', 'fuzz-1:0', 'echo', 'bulk', 'counts']
const text = fc.oneof(fc.constantFrom(...KNOWN), fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 40 }))
const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom(0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -0, true, false, null, [], {}),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(5, 70, 600).map(deep),
  fc
    .constantFrom<string>(
      '{"__proto__":{"x":1}}',
      '{"constructor":{"prototype":{}}}',
      '{"task":"echo","args":[[[]]]}',
      '{"group":[]}',
      '{"chain":[{"group":[]},{"task":"echo"}]}',
    )
    .map((json) => JSON.parse(json) as unknown),
)

/** A value of the document's, with something else in some of its places. */
function mutated(example: unknown, changes: readonly (readonly [number, unknown])[]): unknown {
  const copy = structuredClone(example)
  for (const [where, what] of changes) {
    let at = copy as Record<string, unknown>
    for (let step = where; ; step = Math.floor(step / 7)) {
      const keys = typeof at === 'object' && at !== null ? Object.keys(at) : []
      if (keys.length === 0) break
      const key = keys[step % keys.length] as string
      const inner = at[key]
      if (step % 2 === 0 || typeof inner !== 'object' || inner === null) {
        at[key] = what
        break
      }
      at = inner as Record<string, unknown>
    }
  }
  return copy
}

const bodyOf = ({ requestBody }: Operation): fc.Arbitrary<string | undefined> => {
  const examples = Object.values(requestBody?.content['application/json']?.examples ?? {}).map((one) => one.value)
  const changed = fc
    .tuple(
      fc.constantFrom(...(examples.length === 0 ? [{}] : examples)),
      fc.array(fc.tuple(fc.nat(), value), { maxLength: 3 }),
      fc.dictionary(text, value, { maxKeys: 1 }),
    )
    .map(([example, changes, more]) => JSON.stringify({ ...(mutated(example, changes) as object), ...more }))
  const broken = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '{', '[]', 'null', '{"canvas":', '['.repeat(50_000), '{"a":'.repeat(5_000)),
  )
  const lines = fc.array(fc.oneof(changed, broken), { maxLength: 5 }).map((all) => all.join('\n'))
  return fc.oneof(
    { weight: 6, arbitrary: changed },
    { weight: 1, arbitrary: value.map((any) => JSON.stringify(any)) },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: lines },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

const queryOf = ({ parameters = [] }: Operation): fc.Arbitrary<string> => {
  const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name)
  const name = names.length === 0 ? text : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: text })
  // A wait that is allowed is waited for: not here.
  const one = fc
    .tuple(name, fc.oneof(text, fc.nat().map(String), fc.constantFrom('true', 'PENDING')))
    .map(([key, word]) => `${encode(key)}=${encode(key === 'waitMs' ? String(Number(word) % 60 || word) : word)}`)
  return fc.array(one, { maxLength: 4 }).map((all) => (all.length === 0 ? '' : `?${all.join('&')}`))
}

/** Lone surrogates cannot be encoded; they are sent as what stands for them. */
const encode = (word: string): string => encodeURIComponent(word.replace(/\p{Surrogate}/gu, '\ufffd'))

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND']
const TYPES = [
  'application/x-ndjson',
  'text/plain',
  'application/xml',
  'multipart/form-data',
  'application/json; charset=utf-16',
  'a',
  'application/problem+json',
]
const usually = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
const printable = fc.string({
  unit: fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa1, max: 0xff })).map((code) => String.fromCharCode(code)),
  maxLength: 300,
})

const asked: fc.Arbitrary<Asked> = fc.constantFrom(...operations).chain(({ path, method, operation }) =>
  fc
    .record({
      method: usually(method, ...METHODS),
      words: fc.array(fc.tuple(text, fc.boolean()), { minLength: 3, maxLength: 3 }),
      query: queryOf(operation),
      type: usually('application/json', ...TYPES),
      body: method === 'GET' ? fc.constant(undefined) : bodyOf(operation),
      headers: fc.dictionary(
        fc.constantFrom('idempotency-key', 'if-none-match', 'accept', 'x-chordis-tenant', 'range', 'origin'),
        fc.oneof(printable, fc.constantFrom('*', 'k')),
        { maxKeys: 2 },
      ),
    })
    .map(({ method: sent, words, query, type, body, headers }) => {
      let k = 0
      const filled = path.replace(/\{\w+\}/g, () => encode((words[k++ % 3] as [string, boolean])[0]))
      return {
        method: sent,
        path: filled + query,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }) },
        body,
      }
    }),
)

const redis = useRedis()
const serve = useServices()
let url: URL
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
afterAll(() => agent.destroy())

beforeAll(async () => {
  const service = await serve({
    ...{ redis: redis.url, namespace: redis.ns(), roles: ['api'], providers: [EchoTasks], drain: { httpMs: 200 } },
    // Some of them make API keys: from the first one on everything else would be refused.
    access: { apiKeys: false },
  })
  url = new URL(service.url)
  for (const id of ['fuzz-1', 'fuzz-2'])
    await service.http
      .post('/v1/workflows')
      .send({ id, canvas: { task: 'echo' } })
      .expect(202)
  await service.http
    .put('/v1/schedules/nightly')
    .send({ rules: '@daily', canvas: { task: 'echo' } })
    .expect(201)
})

interface Answer {
  status: number
  type: string
  text: string
}

function send({ method, path, headers, body }: Asked): Promise<Answer> {
  return new Promise((done, fail) => {
    const sending = request(
      { host: url.hostname, port: url.port, agent, method, path, headers, signal: AbortSignal.timeout(LIMIT_MS) },
      (answer) => {
        let said = ''
        answer.on('data', (chunk: Buffer) => {
          said += chunk.toString()
        })
        answer.on('error', fail)
        const type = answer.headers['content-type'] ?? ''
        // A stream of events has no end.
        if (type.startsWith('text/event-stream')) {
          done({ status: answer.statusCode ?? 0, type, text: '' })
          sending.destroy()
        }
        answer.on('end', () => done({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text: said }))
      },
    )
    sending.on('error', fail)
    sending.end(body)
  })
}

/** What is wrong with an answer; undefined: nothing. */
function fault({ status, type, text: said }: Answer, { method }: Asked): string | undefined {
  if (status >= 500 && status !== 503) return `${status}: ${said}`
  if (status < 400 || method === 'HEAD') return undefined
  if (!type.startsWith('application/problem+json')) return `${status} is ${type}: ${said.slice(0, 200)}`
  const problem = JSON.parse(said) as { code?: string; status?: number }
  return typeof problem.code === 'string' && problem.status === status ? undefined : said
}

test(`${REQUESTS} hostile requests: no 5xx but 503, no hang, and every refusal is a problem`, async () => {
  const seed = process.env.CHORDIS_FUZZ_SEED
  const statuses = new Map<number, number>()
  const property = fc.asyncProperty(fc.array(asked, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (requests) => {
    const answers = await Promise.all(
      requests.map((one) =>
        send(one).catch((error: Error) => ({ status: 599, type: '', text: `${one.method} ${one.path}: ${error.message}` })),
      ),
    )
    const faults = answers.flatMap((answer, k) => {
      const wrong = fault(answer, requests[k] as Asked)
      return wrong === undefined ? [] : [`${requests[k]?.method} ${requests[k]?.path}: ${wrong}`]
    })
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    expect(faults).toEqual([])
  })
  await fc.assert(property, {
    numRuns: REQUESTS / AT_ONCE,
    interruptAfterTimeLimit: 600_000,
    endOnFailure: true,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  })
  // It is understood often enough to reach what is behind the checks.
  expect((statuses.get(200) ?? 0) + (statuses.get(202) ?? 0)).toBeGreaterThan(REQUESTS / 20)
  if (process.env.CHORDIS_VERIFY) console.log(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))
})
