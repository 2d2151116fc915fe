/** What the guide says of metrics, the bounds of labels, and a Redis that is slow. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NestFactory } from '@nestjs/core'
import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { BeatModule, ChordisModule, MetricsModule, MetricsRegistry, WebhooksModule } from '../../src/modules/index.js'
import { BoundedLabel } from '../../src/modules/metrics/labels.js'
import { NamespaceSnapshot } from '../../src/modules/metrics/namespace-snapshot.js'
import { RedisProxy } from '../support/proxy.js'
import { uniqueName, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

const redis = useRedis()

/** Name, type and labels of the rows of the guide's tables. */
function documented(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/guides/observability.md'), 'utf8')
  return [...text.matchAll(/^\| `(chordis_\w+)` *\| (\w+) *\| ([^|]*)\|/gm)]
    .map(([, name, type, labels = '']) => `${name} ${type} ${[...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).join(' ')}`.trim())
    .sort()
}

test('the guide lists every metric that is registered, with its type and labels, and no other', async () => {
  const connection = ChordisModule.forRoot({ redis: redis.url, namespace: uniqueName() })
  const root = {
    module: class App {},
    imports: [connection, BeatModule.forRoot({}), WebhooksModule.forRoot({}), MetricsModule.forRoot({})],
  }
  const app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false })
  onTestFinished(() => app.close())
  const metrics = app.get(MetricsRegistry, { strict: false }).getMetricsAsArray() as unknown as {
    name: string
    type: string
    labelNames: string[]
  }[]
  const ours = metrics.filter(({ name }) => name.startsWith('chordis_'))
  expect(ours.map(({ name, type, labelNames }) => `${name} ${type} ${labelNames.join(' ')}`.trim()).sort()).toEqual(documented())
  expect(metrics.map(({ name }) => name)).toContain('nodejs_eventloop_lag_p99_seconds')
})

test('200 names have a label, the rest stands under other; where names were said, only those', () => {
  const first = new BoundedLabel(undefined)
  const labels = Array.from({ length: 1_000 }, (_, k) => first.of(`task${k}`))
  expect(new Set(labels).size).toBe(201)
  expect(labels.slice(199, 201)).toEqual(['task199', 'other'])
  expect(first.of('task7')).toBe('task7')
  expect(['a', 'b', 'a'].map((name) => new BoundedLabel(['a']).of(name))).toEqual(['a', 'other', 'a'])
})

test('a look that takes longer than its limit shows nothing, and no other begins until it is over', async () => {
  const proxy = await RedisProxy.start({ host: '127.0.0.1', port: redis.server.port })
  onTestFinished(() => proxy.close())
  const client = await Client.connect({ redis: proxy.url, namespace: uniqueName() })
  onTestFinished(() => client.close())
  const direct = redis.connect()
  const pings = async () => Number(/cmdstat_ping:calls=(\d+)/.exec(await direct.info('commandstats'))?.[1] ?? 0)
  const snapshot = new NamespaceSnapshot(client, 50)
  const before = await pings()
  proxy.hold()
  expect(await snapshot.read()).toBeNull()
  expect(await snapshot.read()).toBeNull()
  proxy.pass()
  await until(async () => (await snapshot.read()) !== null)
  expect(await pings()).toBe(before + 1)
})
