/**
 * Submissions over HTTP while Redis is away: each is answered by what is known, the accepted ones run, and repeating any of them under its id or its key
 * makes no second workflow. 1,000 of them and 5 s under CHORDIS_VERIFY, else 300 and 2 s.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable } from '@nestjs/common'
import { expect, onTestFinished, test } from 'vitest'
import { Task } from '../../src/modules/index.js'
import { RedisServer, uniqueName } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { useServices } from './harness.js'

const [COUNT, AWAY_MS] = process.env.CHORDIS_VERIFY ? [1_000, 5_000] : [300, 2_000]

@Injectable()
class MarkTasks {
  readonly ran = new Set<number>()

  @Task('mark')
  mark(n: number): number {
    this.ran.add(n)
    return n
  }
}

const serve = useServices()

interface Answer {
  status: number
  retryAfter: string | null
  body: { id: string; code?: string; workflow?: string; duplicate?: boolean }
}

/** Of three submissions one has an id, one a key, and one neither: it takes the id that it is told. */
interface Submission {
  body: { canvas: object; id?: string }
  headers: Record<string, string>
}

function submission(n: number): Submission {
  const canvas = { task: 'mark', args: [n] }
  const headers = { 'content-type': 'application/json' }
  if (n % 3 === 0) return { body: { canvas, id: `away-${n}` }, headers }
  return { body: { canvas }, headers: n % 3 === 1 ? { ...headers, 'idempotency-key': `away-${n}` } : headers }
}

async function send(url: string, { body, headers }: Submission): Promise<Answer> {
  const answer = await fetch(`${url}/v1/workflows`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: (await answer.json()) as Answer['body'] }
}

/** Sends it until it is accepted, as a client that keeps what it was told; answers the id. */
async function insist(url: string, given: Submission, first: Answer): Promise<string> {
  let last = first
  return until(
    async () => {
      if (last.status === 202) return last.body.id
      const { workflow } = last.body
      if (workflow !== undefined && given.body.id === undefined && given.headers['idempotency-key'] === undefined) given.body.id = workflow
      last = await send(url, given)
      return null
    },
    { what: 'it is accepted', timeoutMs: 30_000 },
  )
}

/** @param leave takes Redis away, and back when AWAY_MS are over and somebody has been refused, however late a busy machine hears of it */
async function trial(
  leave: (server: RedisServer, refused: Promise<void>) => Promise<void>,
): Promise<{ accepted: number; refused: Record<string, number> }> {
  // With `everysec` a Redis whose disk is slow keeps what it has accepted in memory for up to 2 s, and forgets it when it is killed.
  const server = await RedisServer.start({ appendonly: true, appendfsync: 'always' })
  onTestFinished(() => server.stop())
  const service = await serve({
    redis: server.url,
    namespace: uniqueName(),
    providers: [MarkTasks],
    commandTimeoutMs: 1_000,
    drain: { httpMs: 500 },
  })
  const given = Array.from({ length: COUNT }, (_, n) => submission(n))
  let heard = (): void => {}
  const gone = leave(
    server,
    new Promise((resolve) => {
      heard = resolve
    }),
  )
  // Some before it has gone, most while it is away.
  const first = async (one: Submission, n: number): Promise<Answer> => {
    await sleep((n * AWAY_MS) / COUNT)
    const answer = await send(service.url, one)
    if (answer.status !== 202) heard()
    return answer
  }
  const answers = await Promise.all(given.map(first))
  await gone
  const refused: Record<string, number> = {}
  for (const { status, retryAfter, body } of answers) {
    if (status === 202) continue
    expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) as string })
    expect(['redis-unavailable', 'outcome-unknown']).toContain(body.code)
    if (body.code === 'outcome-unknown') expect(body.workflow).toMatch(/^[A-Za-z0-9._-]+$/)
    refused[body.code as string] = (refused[body.code as string] ?? 0) + 1
  }
  const ids = await Promise.all(given.map((one, n) => insist(service.url, one, answers[n] as Answer)))
  expect(new Set(ids).size).toBe(COUNT)
  const { ran } = service.app.get(MarkTasks)
  await until(() => ran.size === COUNT, { what: 'all have run', timeoutMs: 30_000 })
  const repeated = await Promise.all(
    given.map((one, n) => (one.body.id ?? one.headers['idempotency-key']) && send(service.url, one).then(({ body }) => [body, ids[n]])),
  )
  for (const pair of repeated) if (Array.isArray(pair)) expect(pair[0]).toMatchObject({ id: pair[1], duplicate: true })
  const counted = async () => (await service.http.get('/v1/workflows/counts')).body.total as number | undefined
  expect(await until(counted, { what: 'Redis says how many there are' })).toBe(COUNT)
  return { accepted: answers.filter(({ status }) => status === 202).length, refused }
}

test('a Redis that is frozen: each submission is answered, none is lost or doubled', async () => {
  const { refused } = await trial(async (server, someone) => {
    server.pause()
    await Promise.all([sleep(AWAY_MS), someone])
    server.resume()
  })
  // Some of what was asked for was sent, and nobody could say what became of it.
  expect(refused['outcome-unknown']).toBeGreaterThan(0)
}, 120_000)

test('a Redis that is killed and comes back: each submission is answered, none is lost or doubled', async () => {
  const { refused } = await trial(async (server, someone) => {
    await server.kill9()
    await Promise.all([sleep(AWAY_MS), someone])
    await server.restart()
  })
  expect(refused['redis-unavailable']).toBeGreaterThan(0)
}, 120_000)
