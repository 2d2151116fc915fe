import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { chain, chord, group, signature } from '../../src/engine/index.js'
import { RedisServer } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { answer, Chaos, work } from './harness.js'

/** The file that Redis appends to. */
function appendFile(server: RedisServer): string {
  const dir = join(server.dir, 'appendonlydir')
  const [name] = readdirSync(dir).filter((file) => file.endsWith('.incr.aof'))
  return join(dir, name as string)
}

// What a power cut with `appendfsync everysec`, or a failover to a replica that lagged, does: Redis comes back as it was a moment ago. Whatever
// workers had told it in that moment is forgotten, grants and completions alike.
async function losing(server: RedisServer, moment: () => Promise<unknown>): Promise<void> {
  const kept = statSync(appendFile(server)).size
  await moment()
  await server.kill9()
  expect(statSync(appendFile(server)).size).toBeGreaterThan(kept)
  truncateSync(appendFile(server), kept)
  await server.restart()
}

async function durableRedis(): Promise<RedisServer> {
  const server = await RedisServer.start({ appendonly: true, appendfsync: 'always' })
  onTestFinished(() => server.stop())
  return server
}

test('a Redis that comes back without its last moment hangs nothing: every workflow from before it ends right', async () => {
  const server = await durableRedis()
  const chaos = await Chaos.open(server.url, 2, { concurrency: 20 })
  const pipeline = (n: number) => {
    const six = group([1, 2, 3, 4, 5, 6].map((i) => work(n + i, 10 + ((n * i) % 60))))
    return chain(six, signature('add'), signature('stumble'), work(0, 20).set({ immutable: true }), signature('add', [n]))
  }
  const handles = await Promise.all(Array.from({ length: 60 }, (_, n) => chaos.client.submit(pipeline(n))))
  const wide = await chaos.client.submit(
    chord(
      Array.from({ length: 400 }, (_, i) => work(i, i % 90)),
      signature('total'),
    ),
  )
  const done = async () => (await wide.status()).counts.success
  await until(async () => (await done()) > 60, { what: 'the work has begun' })
  const before = await done()
  await losing(server, () => until(async () => (await done()) > before + 60, { intervalMs: 2, what: 'the moment that will be lost' }))
  const outcomes = await Promise.all([wide, ...handles].map((handle) => answer(() => handle.outcome({ waitMs: 30_000 }))))
  expect(outcomes).toEqual([
    { state: 'SUCCESS', result: { count: 400, sum: 79_800 } },
    ...handles.map((_, n) => ({ state: 'SUCCESS', result: n })),
  ])
}, 120_000)

test('a completion that Redis forgot is made up for, although the grant it came from is still half open', async () => {
  const server = await durableRedis()
  const chaos = await Chaos.open(server.url, 0)
  const members = Array.from({ length: 20 }, (_, i) => work(i, i % 2 === 0 ? 400 : 3_000))
  const handle = await chaos.client.submit(chord(members, signature('total')))
  await chaos.worker()
  const inState = async (state: string) => (await handle.results()).filter((node) => node.state === state).length
  await until(async () => (await inState('STARTED')) === 20, { what: 'one turn has granted them all', intervalMs: 5 })
  await losing(server, () => until(async () => (await inState('SUCCESS')) === 10, { what: 'the short ones are done' }))
  expect(await answer(() => handle.outcome({ waitMs: 20_000 }))).toEqual({ state: 'SUCCESS', result: { count: 20, sum: 190 } })
}, 60_000)
