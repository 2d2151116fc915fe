/** The proxy loses exactly what it is told to lose, and what was executed was executed. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, test } from 'vitest'
import { RedisProxy } from './proxy.js'
import { reset } from './proxy-connection.js'
import { useRedis } from './redis-server.js'
import { FrameSplitter } from './resp.js'
import { SeededRandom } from './seed.js'
import { until } from './wait.js'

const ADD = `-- add: count and remember
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('LLEN', KEYS[1])`

const redis = useRedis()
let proxy: RedisProxy
let key: string
const clients: Redis[] = []

/** Through the proxy; never gives up and never resends by itself unless told to. */
function client(options: { resend?: boolean; protocol?: 2 | 3 } = {}): Redis {
  const made = new Redis(proxy.url, {
    autoResendUnfulfilledCommands: options.resend ?? false,
    maxRetriesPerRequest: options.resend ? null : 0,
    protocol: options.protocol ?? 3,
    retryStrategy: () => 20,
    scripts: { add: { lua: ADD, numberOfKeys: 1 } },
  })
  made.on('error', () => undefined)
  clients.push(made)
  return made
}

const add = (on: Redis, value: string) => (on as unknown as { add(key: string, value: string): Promise<number> }).add(key, value)

beforeEach(async () => {
  proxy = await RedisProxy.start(redis.server)
  key = redis.ns()
})

afterEach(async () => {
  for (const made of clients.splice(0)) made.disconnect()
  await proxy.close()
})

describe('passing', () => {
  it.each([2, 3] as const)('carries pipelines, big values, nested replies and messages unchanged over RESP%i', async (protocol) => {
    const direct = redis.connect()
    const through = client({ protocol })
    const big = Buffer.alloc(300_000, 'binary \r\n$5\r\n')
    await through.set(key, big)
    expect((await through.getBuffer(key))?.equals(big)).toBe(true)
    const pipeline = through.pipeline()
    for (let i = 0; i < 2_000; i++) pipeline.echo(`${i}`)
    expect((await pipeline.exec())?.map(([, reply]) => reply)).toEqual(Array.from({ length: 2_000 }, (_, i) => `${i}`))
    expect(await through.eval(`return {1, {}, {'a', {false, 'b'}}}`, 0)).toEqual(
      await direct.eval(`return {1, {}, {'a', {false, 'b'}}}`, 0),
    )
    const subscriber = client({ protocol })
    const heard: string[] = []
    subscriber.on('message', (_, message) => heard.push(message))
    await subscriber.subscribe(key, `${key}-2`)
    await through.publish(key, 'x')
    await through.publish(`${key}-2`, 'y')
    await until(() => heard.length === 2)
    expect(heard).toEqual(['x', 'y'])
    expect(await subscriber.unsubscribe(key)).toBe(1)
  })

  it('counts commands by name and scripts by their header, EVAL and EVALSHA alike', async () => {
    const through = client()
    for (const value of ['a', 'b', 'c']) await add(through, value)
    expect(proxy.count('script:add')).toBe(3)
    await through.get(key).catch(() => undefined)
    expect(proxy.count('GET')).toBe(1)
  })
})

describe('a lost reply', () => {
  it('was executed: the client gets an error, Redis has the write', async () => {
    const through = client()
    await through.ping()
    const fault = proxy.cutAfterRequest(({ name, nth }) => name === 'RPUSH' && nth === 1)
    await expect(through.rpush(key, 'once')).rejects.toThrow()
    expect(fault.hits).toBe(1)
    expect(await redis.connect().lrange(key, 0, -1)).toEqual(['once'])
    await until(() => through.status === 'ready')
    expect(await through.rpush(key, 'twice')).toBe(2)
  })

  it('takes no earlier reply of the same pipeline with it', async () => {
    const through = client()
    await through.ping()
    proxy.cutAfterRequest(({ name, args }) => name === 'ECHO' && String(args[0]) === '5')
    const replies = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => through.echo(`${i}`)))
    expect(replies.map(({ status }) => status === 'fulfilled')).toEqual([...Array(5).fill(true), ...Array(5).fill(false)])
  })

  it('hits every distinct script call once and only once, also for pipelined calls that the client resends', async () => {
    const through = client({ resend: true })
    await through.ping()
    const fault = proxy.loseEachOnce()
    const values = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(values.map((value) => add(through, value)))
    expect(fault.hits).toBe(values.length)
    const list = await redis.connect().lrange(key, 0, -1)
    for (const value of values) expect(list.filter((one) => one === value).length).toBeGreaterThanOrEqual(2)
    fault.off()
  })
})

describe('a request cut in the middle', () => {
  it('has no effect', async () => {
    const through = client()
    await through.ping()
    const fault = proxy.cutMidRequest(({ name }) => name === 'RPUSH')
    await expect(through.rpush(key, 'never')).rejects.toThrow()
    expect(fault.hits).toBe(1)
    expect(await redis.connect().exists(key)).toBe(0)
  })
})

describe('an interception', () => {
  it('happens after Redis has answered and before the client hears it', async () => {
    const through = client()
    await through.ping()
    const order: string[] = []
    proxy.intercept(
      ({ name }) => name === 'SET',
      'reply',
      async () => {
        order.push(`Redis has ${await redis.connect().get(key)}`)
        return undefined
      },
    )
    await through.set(key, '1')
    order.push('the client knows')
    expect(order).toEqual(['Redis has 1', 'the client knows'])
  })

  it('can be awaited as a fact', async () => {
    const through = client()
    const seen = proxy.next(({ key }) => key === 'script:add')
    await add(through, 'x')
    expect((await seen).args.at(-1)?.toString()).toBe('x')
  })
})

describe('modes', () => {
  it('hold delivers everything after it heals', async () => {
    const through = client()
    await through.ping()
    proxy.hold()
    const answer = through.incr(key)
    await until(() => proxy.connections.size > 0)
    expect(await redis.connect().exists(key)).toBe(0)
    proxy.pass()
    expect(await answer).toBe(1)
  })

  it('blackhole loses what was sent, and that connection stays dead while new ones work', async () => {
    const through = client()
    await through.ping()
    proxy.blackhole()
    const answer = through.incr(key)
    answer.catch(() => undefined)
    const dead = until(() => answer.then(() => true), { timeoutMs: 200 })
    await expect(dead).rejects.toThrow(/did not come back/)
    proxy.pass()
    expect(await client().incr(key)).toBe(1)
    await expect(until(() => through.ping(), { timeoutMs: 200 })).rejects.toThrow(/did not come back/)
  })

  it('half-open leaves a blocking command of the vanished client blocked in Redis', async () => {
    const blocked = client()
    const pop = blocked.blpop(key, 0)
    pop.catch(() => undefined)
    const isBlocked = async () => (await redis.server.info('clients')).get('blocked_clients') === '1'
    await until(isBlocked)
    expect(proxy.halfOpen(({ pending }) => pending.some(({ name }) => name === 'BLPOP'))).toBe(1)
    blocked.disconnect()
    const other = client()
    expect(await other.rpush(key, 'eaten by a ghost')).toBe(1)
    expect(await redis.connect().llen(key)).toBe(0)
  })

  it('reset breaks open connections, refuse keeps new ones out, pass lets them in', async () => {
    const through = client({ resend: true })
    await through.ping()
    proxy.refuse()
    proxy.reset()
    await until(() => through.status === 'reconnecting')
    proxy.pass()
    expect(await through.ping()).toBe('PONG')
  })

  it('delay adds to the round trip and keeps the order', async () => {
    const through = client()
    await through.ping()
    proxy.delay(30)
    const start = performance.now()
    expect(await Promise.all([through.echo('1'), through.echo('2'), through.echo('3')])).toEqual(['1', '2', '3'])
    expect(performance.now() - start).toBeGreaterThanOrEqual(29)
  })
})

describe('the frame splitter', () => {
  it('finds the same frames however the bytes are chunked', () => {
    const frames = [
      '+OK\r\n',
      '$-1\r\n',
      '*-1\r\n',
      '*0\r\n',
      '$0\r\n\r\n',
      '*2\r\n*1\r\n:1\r\n$3\r\na\r\n\r\n',
      '%1\r\n+k\r\n*0\r\n',
      '_\r\n',
      '#t\r\n',
      ',1.5\r\n',
    ]
    frames.push(
      '>2\r\n+message\r\n~1\r\n:1\r\n',
      '|1\r\n+ttl\r\n:3\r\n$1\r\nx\r\n',
      '=5\r\ntxt:x\r\n',
      '*3\r\n$1\r\na\r\n*2\r\n*0\r\n*1\r\n*1\r\n:7\r\n:9\r\n',
      '-ERR no\r\n',
    )
    const bytes = Buffer.from(frames.join('').repeat(30))
    const random = new SeededRandom(5)
    const splitter = new FrameSplitter()
    const found: string[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = at + random.int(1, 40)
      found.push(...splitter.push(bytes.subarray(at, end)).map(String))
      at = end
    }
    expect(found).toEqual(Array.from({ length: 30 }, () => frames).flat())
    expect(splitter.rest()).toHaveLength(0)
  })
})

// Else the process of a test that did so never ends.
test('a connection whose end is still being sent is closed by a reset, too', async () => {
  const listener = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void listener.close())
  await once(listener, 'listening')
  const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1')
  const errors: Error[] = []
  socket.on('error', (error) => errors.push(error))
  await once(socket, 'connect')
  socket.end('the last')
  reset(socket)
  await once(socket, 'close')
  expect(errors).toEqual([])
})
