/** What happens, as server-sent events over real sockets: once, in order, from where a client left off; only to who may hear of it. */
import { createServer, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { Principal } from '../../src/modules/access/principal.js'
import { EventStreams } from '../../src/modules/events/event-streams.js'
import { EventOperations } from '../../src/modules/operations/events.operations.js'
import type { Service } from '../../src/modules/service/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()

/** One event of a stream as a client reads it. */
interface Read {
  id: string
  event: string
  data: {
    workflow: string | null
    entry: string
    events: { type: string; node?: string; queue?: string }[]
    reason?: string
    snapshot?: unknown
  }
}

/** A client of an event stream that writes everything down. */
class Source {
  readonly events: Read[] = []
  text = ''
  ended = false
  lastId = ''
  private response: IncomingMessage | undefined
  private rest = ''

  static async open(service: Service, path: string, headers: Record<string, string> = {}): Promise<Source> {
    const source = new Source()
    await new Promise<void>((resolve, reject) => {
      get(`${service.url}${path}`, { headers }, (response) => {
        source.response = response
        response.setEncoding('utf8')
        response.on('data', (text: string) => source.read(text))
        response.on('close', () => (source.ended = true))
        response.on('error', () => undefined)
        if (response.headers['content-type']?.startsWith('text/event-stream')) resolve()
        else reject(new Error(`${response.statusCode}`))
      }).on('error', reject)
    })
    onTestFinished(() => source.close())
    return source
  }

  private read(text: string): void {
    this.text += text
    const blocks = (this.rest + text).split('\n\n')
    this.rest = blocks.pop() as string
    for (const block of blocks) {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
      this.lastId = field('id') ?? this.lastId
      const data = field('data')
      if (data !== undefined) this.events.push({ id: this.lastId, event: field('event') ?? 'message', data: JSON.parse(data) })
    }
  }

  get said(): string[] {
    return this.events.flatMap(({ data }) => (data.events ?? []).map(({ type, node }) => (node === undefined ? type : `${type} ${node}`)))
  }

  close(): void {
    this.response?.destroy()
  }
}

const CHORD = {
  chord: {
    header: [
      { task: 'add', args: [1] },
      { task: 'add', args: [2] },
    ],
    body: { task: 'add' },
  },
}
const start = () => serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks] })

async function submit(service: Awaited<ReturnType<typeof start>>, canvas: object = CHORD): Promise<string> {
  const { body } = await service.http.post('/v1/workflows').send({ canvas }).expect(202)
  return body.id as string
}

test('a workflow is heard from beginning to end by who names a cursor from before it, and by who follows everything', async () => {
  const service = await start()
  const all = await Source.open(service, '/v1/events')
  await until(() => all.lastId !== '')
  const after = all.lastId
  const id = await submit(service)
  await until(() => all.said.includes('workflow-ended'))
  const one = await Source.open(service, `/v1/workflows/${id}/events?after=${after}`)
  await until(() => one.said.includes('workflow-ended'))
  expect(one.said.slice(0, 2)).toEqual(['workflow-submitted', 'workflow-started'])
  expect(one.said.filter((what) => what.startsWith('task-succeeded'))).toEqual(['task-succeeded 0', 'task-succeeded 1', 'task-succeeded 2'])
  expect(one.events.every(({ data }) => data.workflow === id)).toBe(true)
  expect(all.said).toEqual(one.said)
  expect(one.text).toContain('retry: 2000\n\n')
  const queue = await Source.open(service, `/v1/queues/default/events?after=${after}`)
  await until(() => queue.said.includes('task-succeeded 2'))
  expect(queue.said.every((what) => what.startsWith('task-'))).toBe(true)
})

test('who comes back with Last-Event-ID, again and again, hears each event once; the header counts before the query', async () => {
  const service = await start()
  const all = await Source.open(service, '/v1/events')
  await until(() => all.lastId !== '')
  let last = all.lastId
  const heard: Read[] = []
  for (let k = 0; k < 12; k++) await submit(service)
  await until(() => all.said.filter((what) => what === 'workflow-ended').length === 12)
  while (heard.length < all.events.length) {
    const visit = await Source.open(service, `/v1/events?after=${all.lastId}`, { 'last-event-id': last })
    await until(() => visit.events.length > 0)
    visit.close()
    heard.push(visit.events[0] as Read)
    last = visit.events[0]?.id as string
  }
  expect(heard.map(({ data }) => data)).toEqual(all.events.map(({ data }) => data))
})

test('an id that was trimmed away is answered with a reset and a snapshot', async () => {
  const service = await start()
  const first = await Source.open(service, '/v1/events')
  await until(() => first.lastId !== '')
  const after = first.lastId
  const id = await submit(service)
  await until(() => first.said.includes('workflow-ended'))
  const db = redis.connect()
  for (const key of await db.keys('*:events')) await db.xtrim(key, 'MAXLEN', 1)
  const late = await Source.open(service, `/v1/workflows/${id}/events?after=${after}`)
  await until(() => late.events.length > 0)
  expect(late.events[0]).toMatchObject({ event: 'reset', data: { reason: 'trimmed', snapshot: { id, state: 'SUCCESS', ended: true } } })
})

test('what cannot be answered is a problem document: no such workflow, a cursor that is none, a name that is none, an unknown field', async () => {
  const service = await start()
  const id = await submit(service)
  await service.http
    .get('/v1/workflows/nobody/events')
    .expect(404)
    .expect('content-type', /problem\+json/)
  await service.http.get(`/v1/workflows/${id}/events?after=x`).expect(400)
  await service.http.get('/v1/events').set('last-event-id', 'ÿ').expect(400)
  await service.http.get('/v1/queues/a%20b/events').expect(400)
  await service.http.get('/v1/events?since=1').expect(400)
  await service.http.get('/v1/events?after=a&after=b').expect(400)
  await service.http.post('/v1/events').expect(405)
})

test('a tenant hears of its own workflows, of no other’s, and of no queue', async () => {
  const service = await start()
  const asking = new Principal('key', 'key:acme', { tenant: 'acme', scopes: ['*'] })
  const events = service.app.get(EventOperations, { strict: false })
  const client = service.app.get(Client, { strict: false })
  const heard: string[] = []
  const sink = { push: (item: { type: string; workflow?: string | null }) => heard.push(String(item.workflow)), end: () => undefined }
  await events.ofAll(asking, undefined, sink)
  const mine = await client.submit({ task: 'echo', args: [1] }, { tenant: 'acme' })
  const other = await client.submit({ task: 'echo', args: [1] }, { tenant: 'globex' })
  await submit(service)
  await until(async () => (await mine.status()).ended && (await other.status()).ended)
  await until(() => heard.length >= 3)
  expect(new Set(heard)).toEqual(new Set([mine.id]))
  await expect(events.ofWorkflow(asking, other.id, undefined, sink)).rejects.toMatchObject({ code: 'not-found' })
  await expect(events.ofQueue(asking, 'default', undefined, sink)).rejects.toMatchObject({ code: 'forbidden' })
  const nobody = new Principal('key', 'key:none', { tenant: '*', scopes: ['tasks:read'] })
  await expect(events.ofAll(nobody, undefined, sink)).rejects.toMatchObject({ code: 'forbidden' })
})

test('a client that does not read is dropped, and the others hear everything', async () => {
  const service = await start()
  const good = await Source.open(service, '/v1/events')
  const lazy = connect({ port: Number(new URL(service.url).port), host: '127.0.0.1' })
  onTestFinished(() => void lazy.destroy())
  lazy.on('error', () => undefined)
  lazy.pause()
  lazy.write(`GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
  const streams = service.app.get(EventStreams)
  await until(() => streams.size === 2)
  let submitted = 0
  const client = service.app.get(Client)
  await until(
    async () => {
      submitted += 2_000
      await client.submitMany(Array.from({ length: 2_000 }, (_, k) => ({ canvas: { task: 'nobody', args: [k] } })))
      return streams.size === 1
    },
    { timeoutMs: 60_000 },
  )
  await until(() => good.said.length === submitted, { timeoutMs: 30_000 })
}, 90_000)

test('signs of life carry where to go on, a credential that ends closes its stream, and a process that goes closes all of them first', async () => {
  const service = await start()
  const source = await Source.open(service, '/v1/events')
  const streams = service.app.get(EventStreams)
  await submit(service)
  await until(() => source.said.includes('workflow-ended'))
  const before = source.text.length
  streams.beat()
  await until(() => source.text.slice(before).includes(`: still here\nid: ${source.lastId}\n\n`))
  const closing = service.close()
  await until(() => source.ended)
  expect(source.text.endsWith(': closed: this process is shutting down\n\n')).toBe(true)
  await closing
})

test('a stream ends with its credential', async () => {
  const service = await start()
  const streams = service.app.get(EventStreams)
  const events = service.app.get(EventOperations, { strict: false })
  const soon = new Principal('key', 'key:soon', { tenant: 'acme', scopes: ['*'] }, Date.now() + 200)
  const server = createServer((_request, response) => void streams.serve(soon, response, (sink) => events.ofAll(soon, undefined, sink)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const source = await Source.open({ ...service, url: `http://127.0.0.1:${port}` }, '/')
  await until(() => source.ended)
  expect(source.text).toContain(': closed: the credential has expired')
  expect(streams.size).toBe(0)
})

test('a HEAD of a stream is answered by its head alone, and ends', async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], drain: { httpMs: 200 } })
  const answer = await service.http.head('/v1/events').timeout(5_000)
  expect(answer.headers['content-type']).toMatch(/^text\/event-stream/)
  expect(service.app.get(EventStreams).size).toBe(0)
})
