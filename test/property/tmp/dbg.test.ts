import { test } from 'vitest'
import { Client, Worker } from '../../../src/engine/index.js'
import { RedisProxy } from '../../support/proxy.js'
import { useRedis } from '../../support/redis-server.js'
import { loseEveryReplyOnce } from '../faults.js'
import { Journal, journalled, listening } from '../journal.js'
import { insist, specs, troubleOf } from '../trial.js'
import { SeededRandom } from '../../support/seed.js'
const redis = useRedis()
test('x', async () => {
  const t0 = performance.now()
  const out: string[] = []
  const log = (...a: unknown[]) => void out.push([(performance.now() - t0).toFixed(0), ...a].join(' '))
  const lossy = async (name: string) => {
  const proxy = await RedisProxy.start(redis.server)
  proxy.intercept(() => true, 'request', (r) => { if (!/HELLO|CLIENT|INFO/.test(r.name)) log(name, 'req', r.connection, r.key, r.nth, r.args.slice(4).map(String).join(' ').slice(0,200).replace(/\r|\n/g,'~')); return 'pass' })
  loseEveryReplyOnce(proxy)
  proxy.intercept(() => true, 'reply', (r, b) => { if (!/HELLO|CLIENT|INFO/.test(r.name)) log(name, 'rep', r.connection, r.key, r.nth, String(b).slice(0,100).replace(/\r\n/g,'~')); return 'pass' })
    return proxy.url
  }
  const cu = await lossy('C')
  const client = await insist(async () => Client.connect({ redis: cu, namespace: 'n', partitions: 1 }))
  log('client'); const observer = await Client.connect({redis: redis.url, namespace: 'n'})
  const journal = new Journal()
  const worker: Worker = new Worker({ redis: await lossy('W'), namespace:'n', tasks: journalled(journal.write, () => worker.process), logger: listening(journal.write) })
  await worker.start()
  log('worker')
  const done: string[] = []
  const all = specs(new SeededRandom(5), 30, 60).map(async (s) => { try { done.push(JSON.stringify(await troubleOf({client, observer, journal: () => journal, timeoutMs: 20000, twice: true}, s))) } catch (e) { done.push(String(e)) } })
  await Promise.race([Promise.all(all), new Promise((r) => setTimeout(r, 25000))])
  log('done')
  console.log(out.join('\n'))
  console.log(done.length, [...new Set(done)])
  for (const sp of specs(new SeededRandom(5), 30, 60)) { const st = await observer.workflow(`c${sp.seed}-${sp.nodes}`).status(); if (!st.ended) { console.log(JSON.stringify(st)); console.log(JSON.stringify((await observer.workflow(st.id).results()).filter((n) => !/SUCC|FAIL|SKIP/.test(n.state))).slice(0,300)) } }
  console.log(String(await redis.server.call('ZCARD', 'n:{cv}:timers')), String(await redis.server.call('KEYS', '*')).slice(-300), String(await redis.server.call('HGETALL','n:{cv}:p:' + worker.process)))

})
