/** The audit log of a process: in batches, in order, through an outage, and to the last entry at a shutdown. */
import { expect, onTestFinished, test } from 'vitest'
import { ChordisError, Client, type Logger } from '../../../src/engine/index.js'
import { AuditTrail } from '../../../src/modules/access/audit.js'
import { AuditWriter } from '../../../src/modules/access/audit-writer.js'
import { Principal } from '../../../src/modules/access/principal.js'
import { OperationsModule } from '../../../src/modules/operations/operations.module.js'
import { createService } from '../../../src/modules/service/index.js'
import { RedisServer, useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'

const redis = useRedis()

const entry = (target: string) => ({ principal: 'key:a', tenant: 'acme', action: 'queue.pause', target, outcome: 'ok' })
const many = (count: number) => Array.from({ length: count }, (_, k) => entry(`t${k}`))

function heard() {
  const lines: { message: string; fields: object }[] = []
  const at = (fields: object, message = '') => void lines.push({ fields, message })
  return { lines, logger: { debug: at, info: at, warn: at, error: at } satisfies Logger }
}

async function connected(url: string, namespace: string): Promise<Client> {
  const client = await Client.connect({ redis: url, namespace, commandTimeoutMs: 500 })
  onTestFinished(() => client.close())
  return client
}

test('what comes in one tick is written in few calls, in its order, and nobody waits', async () => {
  const client = await connected(redis.url, redis.ns())
  let calls = 0
  const counted = {
    append: (...given: Parameters<typeof client.audit.append>) => {
      calls++
      return client.audit.append(...given)
    },
  }
  const writer = new AuditWriter(counted, heard().logger)
  for (const one of many(500)) writer.push(one)
  expect(calls).toBe(0)
  await until(async () => (await client.audit.list({ limit: 1_000 })).entries.length === 500, { what: 'all are written' })
  expect(calls).toBe(3)
  expect((await client.audit.list({ limit: 1_000 })).entries.map(({ target }) => target)).toEqual(
    many(500)
      .map(({ target }) => target)
      .reverse(),
  )
})

test('entries wait while Redis is away, and are written once when it is back', async () => {
  const server = await RedisServer.start({ appendonly: true })
  onTestFinished(() => server.stop())
  const client = await connected(server.url, 'audit')
  const { logger, lines } = heard()
  const writer = new AuditWriter(client.audit, logger)
  await server.kill9()
  await until(
    () =>
      client.ping().then(
        () => false,
        (error: ChordisError) => error.code === 'redis-unavailable',
      ),
    { what: 'the client knows' },
  )
  for (const one of many(300)) writer.push(one)
  await server.restart()
  await until(async () => (await client.audit.list({ limit: 1_000 }).catch(() => ({ entries: [] }))).entries.length >= 300, {
    what: 'all are written',
    timeoutMs: 20_000,
  })
  await writer.close()
  expect((await client.audit.list({ limit: 1_000 })).entries).toHaveLength(300)
  expect(lines).toEqual([])
}, 30_000)

test('what may have been written is not written again, and what is lost is counted in the log', async () => {
  const { logger, lines } = heard()
  const answers = [new ChordisError('outcome-unknown', 'no answer')]
  const kept: string[] = []
  const writer = new AuditWriter(
    {
      append: async (entries) => {
        const answer = answers.shift()
        if (answer !== undefined) throw answer
        kept.push(...entries.map(({ target }) => target))
      },
    },
    logger,
  )
  writer.push(entry('doubtful'))
  await until(() => lines.length > 0, { what: 'it is logged' })
  expect(lines).toEqual([{ fields: { lost: 1 }, message: expect.stringContaining('may be missing') }])
  writer.push(entry('later'))
  await writer.close()
  expect(kept).toEqual(['later'])
})

test('no more than 10,000 wait', async () => {
  const { logger, lines } = heard()
  let kept = 0
  const append = async (entries: readonly unknown[]) => {
    kept += entries.length
  }
  const writer = new AuditWriter({ append }, logger)
  for (const one of many(10_005)) writer.push(one)
  await writer.close()
  expect(kept).toBe(10_000)
  expect(lines).toMatchObject([{ fields: { lost: 5 } }])
})

test('a writer that ends while Redis is away says what is lost', async () => {
  const { logger, lines } = heard()
  const writer = new AuditWriter({ append: () => Promise.reject(new ChordisError('redis-unavailable', 'away')) }, logger)
  for (const one of many(300)) writer.push(one)
  await writer.close()
  expect(lines).toMatchObject([{ fields: { lost: 300 } }])
})

test('a service that shuts down writes its last entries before it lets go of Redis', async () => {
  const namespace = redis.ns()
  const service = await createService({ redis: redis.url, namespace, port: 0, logger: false, imports: [OperationsModule] })
  const trail = service.app.get(AuditTrail)
  const principal = new Principal('key', 'key:a', { tenant: '*', scopes: ['*'] })
  await trail.follow(principal, 'queue.pause', 'mail', async () => undefined, { reason: 'x' })
  const refused = new ChordisError('forbidden', 'no')
  await expect(trail.follow(principal, 'queue.purge', 'mail', () => Promise.reject(refused))).rejects.toBe(refused)
  await service.close()
  const client = await connected(redis.url, namespace)
  expect((await client.audit.list()).entries).toMatchObject([
    { action: 'queue.purge', target: 'mail', outcome: 'forbidden' },
    { action: 'queue.pause', target: 'mail', outcome: 'ok', detail: { reason: 'x' } },
  ])
})
