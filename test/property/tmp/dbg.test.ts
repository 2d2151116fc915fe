import { test } from 'vitest'
import { Client, Worker } from '../../../src/engine/index.js'
import { RedisProxy } from '../../support/proxy.js'
import { useRedis } from '../../support/redis-server.js'
import { loseEveryReplyOnce } from '../faults.js'
import { Journal, journalled, listening } from '../journal.js'
import { insist } from '../trial.js'
const redis = useRedis()
test('x', async () => {
  const t0 = performance.now()
  const log = (...a: unknown[]) => console.log((performance.now() - t0).toFixed(0), ...a)
  const proxy = await RedisProxy.start(redis.server)
  proxy.intercept(() => true, 'request', (r) => { log('req', r.connection, r.key, r.nth, r.args.slice(0,3).map(String).join(' ').slice(0,60)); return 'pass' })
  loseEveryReplyOnce(proxy)
  proxy.intercept(() => true, 'reply', (r, b) => { log('rep', r.connection, r.key, r.nth, String(b).slice(0,30).replace(/\r\n/g,'~')); return 'pass' })
  const client = await insist(() => Client.connect({ redis: proxy.url, namespace: 'n', partitions: 2 }))
  log('client')
  const journal = new Journal()
  const worker: Worker = new Worker({ redis: proxy.url, namespace:'n', tasks: journalled(journal.write, () => worker.process), logger: listening(journal.write) })
  await worker.start()
  log('worker')
})
