/** How long a subscription lasts: as long as its credential, and as the process. */
import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../../../src/engine/index.js'
import { Principal } from '../../../src/modules/access/principal.js'
import { MOST_SUBSCRIPTIONS, Subscriptions } from '../../../src/modules/graphql/subscriptions.js'
import { Drain } from '../../../src/modules/worker/drain.js'
import { useRedis } from '../../support/redis-server.js'

const redis = useRedis()

async function connected(): Promise<Client> {
  const client = await Client.connect({ redis: redis.url, namespace: redis.ns() })
  onTestFinished(() => client.close())
  return client
}
const who = (id: string, expiresAt: number | null = null) => new Principal('key', id, { tenant: '*', scopes: ['*'] }, expiresAt)

test('it ends with its credential, and says so', async () => {
  const client = await connected()
  const frames = await new Subscriptions(new Drain()).open(who('a', Date.now() + 100), {}, (sink) => client.events.subscribe({}, sink))
  await expect(frames.next()).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await frames.next()).toMatchObject({ done: true })
})

test('it ends as soon as the process goes away', async () => {
  const client = await connected()
  const drain = new Drain()
  const frames = await new Subscriptions(drain).open(who('a'), {}, (sink) => client.events.subscribe({}, sink))
  const next = frames.next()
  drain.begin()
  await expect(next).rejects.toMatchObject({ code: 'closed' })
})

test('a credential has so many, over all sockets, and one that was refused or left does not count', async () => {
  const client = await connected()
  const subscriptions = new Subscriptions(new Drain())
  const open = (id: string) => subscriptions.open(who(id), {}, (sink) => client.events.subscribe({}, sink))
  const all = await Promise.all(Array.from({ length: MOST_SUBSCRIPTIONS.credential }, () => open('a')))
  await expect(open('a')).rejects.toMatchObject({ code: 'rate-limited' })
  await (await open('b')).return(undefined)
  await all[0]?.return(undefined)
  await all[0]?.return(undefined)
  const refused = subscriptions.open(who('a'), {}, (sink) => client.events.subscribe({ after: 'x' }, sink))
  await expect(refused).rejects.toMatchObject({ code: 'request-invalid' })
  await (await open('a')).return(undefined)
  await open('a')
  await expect(open('a')).rejects.toMatchObject({ code: 'rate-limited' })
})
