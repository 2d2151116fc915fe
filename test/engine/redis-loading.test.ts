/** A Redis that comes back and still loads its data: who connects meanwhile is there when it is ready, not seconds later. */
import type { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/engine/redis/connection.js'
import { useRedis } from '../support/redis-server.js'

const redis = useRedis()

test.each(['client', 'worker', 'blocking', 'subscriber'] as const)(
  'a connection of a %s asks a Redis that loads again soon, whatever that estimates',
  async (role) => {
    const connection = (await connect(redis.url, role)) as Redis
    onTestFinished(() => connection.disconnect())
    expect(connection.options.maxLoadingRetryTime).toBe(200)
  },
)
