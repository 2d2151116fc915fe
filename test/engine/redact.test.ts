/** No secret gets into a log line: by name at any depth, in URLs, or with an error of the Redis client. */
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client, redactFields, redactText, TaskRegistry, Worker } from '../../src/engine/index.js'
import { RedisServer, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, TestEngine } from './harness.js'

const redis = useRedis()
const WRONG = 'hunter2-wrong'

describe('names', () => {
  test.each([
    ...['password', 'PASSWD', 'dbPassword', 'passphrase', 'secret', 'client_secret', 'token', 'accessToken', 'x-token'],
    ...[
      'authorization',
      'Proxy-Authorization',
      'cookie',
      'set-cookie',
      'apikey',
      'apiKey',
      'x-api-key',
      'private_key',
      'privateKey',
      'credentials',
    ],
  ])('what stands under %s is not written, at any depth', (name) => {
    const fields = { a: [{ b: { [name]: 'hunter2' } }], [name]: ['hunter2'], deep: { [name]: { any: 'hunter2' } } }
    expect(JSON.stringify(redactFields(fields))).not.toContain('hunter2')
    expect(JSON.stringify(fields)).toContain('hunter2')
  })

  test('counts and flags, and everything under other names, are written as they are', () => {
    const fields = {
      tokens: 17,
      secret: false,
      key: 'k',
      author: 'me',
      at: new Date(0),
      bytes: Buffer.from('x'),
      nothing: null,
      no: undefined,
    }
    expect(redactFields(fields)).toEqual(fields)
  })

  test('what is too deep, too much or circular is left out and does not hang', () => {
    const ring: { [name: string]: unknown } = { name: 'ring' }
    ring.self = ring
    expect(JSON.stringify(redactFields(ring))).toContain('[left out]')
    const wide = Object.fromEntries(Array.from({ length: 30_000 }, (_, k) => [`k${k}`, { password: 'hunter2' }]))
    expect(JSON.stringify(redactFields(wide))).not.toContain('hunter2')
  })
})

describe('URLs', () => {
  test('passwords are taken out, and nothing else', () => {
    expect(redactText('to redis://:hunter2@host:6379/0 and rediss://me:hunter2@host')).toBe(
      'to redis://:[redacted]@host:6379/0 and rediss://me:[redacted]@host',
    )
    for (const text of ['http://host:80/a@b', 'https://host/x?mail=a@b', 'mail me@host', 'redis://host:6379'])
      expect(redactText(text)).toBe(text)
    expect(redactFields({ err: new Error('at redis://:hunter2@host') })).toMatchObject({ err: { message: 'at redis://:[redacted]@host' } })
  })
})

describe('Redis', () => {
  test('the error of a wrong password has no password, however it is shown', async () => {
    const server = await RedisServer.start()
    onTestFinished(() => server.stop())
    await server.call('CONFIG', 'SET', 'requirepass', 'right')
    const lines: unknown[] = []
    const at = (fields: object, message?: string) => lines.push([fields, message])
    const logger = { debug: at, info: at, warn: at, error: at }
    const url = server.url.replace('://', `://:${WRONG}@`)
    const error = await Client.connect({ redis: url }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'redis-unavailable' })
    const worker = new Worker({ redis: url, tasks: new TaskRegistry().register({ name: 'a', handler: () => 1 }), logger })
    const started = worker.start().catch((thrown: unknown) => lines.push(thrown))
    await until(() => lines.length > 0)
    await worker.stop()
    await started
    expect(inspect([error, lines], { depth: 20, showHidden: true })).not.toContain(WRONG)
  })

  test('a URL that cannot be read is refused without showing it', async () => {
    const error = await Client.connect({ redis: `redis://:${WRONG}@host:no-port` }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'request-invalid', path: 'redis' })
    expect(inspect(error, { depth: 20 })).not.toContain(WRONG)
  })

  test('an error of a script has no arguments of tasks with it', async () => {
    const engine = await TestEngine.open(redis.url)
    const direct = redis.connect()
    const { id } = await engine.client.submit(call('echo', [WRONG]))
    const [meta = ''] = await direct.keys(`${engine.namespace}:*meta`)
    await direct.del(meta)
    await direct.set(meta, 'no hash')
    const error = await engine.client.submit(call('echo', [WRONG])).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(WRONG)
    expect(id).not.toBe('')
  })
})

test('every line of a handler says workflow, task, node and attempt', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...COMMON, says: (ctx) => ctx.logger.warn({ step: 1 }, 'said') })
  const { handle } = await engine.run(call('says'))
  const line = engine.log.find(({ message }) => message === 'said')
  expect(line?.fields).toEqual({ workflow: handle.id, id: `${handle.id}:0`, task: 'says', attempt: 1, step: 1 })
})
