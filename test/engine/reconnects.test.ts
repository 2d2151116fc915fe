/** Connections that are made again: to a Redis that still loads its data, and by a client that was cut off or has left a former master. */
import { type Redis, ReplyError } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { type ConnectionRole, connect, ready, throughReconnects } from '../../src/engine/redis/connection.js'
import { useRedis } from '../support/redis-server.js'

const redis = useRedis()

async function open(role: ConnectionRole): Promise<Redis> {
  const connection = (await connect(redis.url, role)) as Redis
  onTestFinished(() => connection.disconnect())
  return connection
}

test.each(['client', 'worker', 'blocking', 'subscriber'] as const)(
  'a connection of a %s asks a Redis that loads again soon, whatever that estimates',
  async (role) => {
    expect((await open(role)).options.maxLoadingRetryTime).toBe(200)
  },
)

// ioredis calls it ready until its socket has closed.
test('a connection that is about to be made again is waited for', async () => {
  const connection = await open('client')
  connection.disconnect(true)
  await expect(connection.ping()).rejects.toThrow('writeable')
  await ready(connection)
  expect(await connection.ping()).toBe('PONG')
})

test('what is cut off twice is done a third time', async () => {
  const connection = await open('client')
  let tries = 0
  await throughReconnects(connection, async () => {
    if (++tries < 3) connection.disconnect(true)
    await connection.ping()
  })
  expect(tries).toBe(3)
})

test('what Redis answers is not asked again', async () => {
  const connection = await open('client')
  await connection.set('reconnects', 'text')
  let tries = 0
  const work = async (): Promise<void> => {
    tries++
    await connection.hgetall('reconnects')
  }
  await expect(throughReconnects(connection, work)).rejects.toThrow(ReplyError)
  expect(tries).toBe(1)
})

test('a connection that has been given up is not waited for', async () => {
  const connection = await open('client')
  connection.disconnect()
  await expect(throughReconnects(connection, async () => void (await connection.ping()))).rejects.toThrow(/writeable|closed/i)
})
