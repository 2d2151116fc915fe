/** On a Cluster no command may ask after two partitions: each is followed by itself, and a subscriber hears the same. */
import { expect, onTestFinished, test } from 'vitest'
import { chord, group, signature } from '../../../src/engine/index.js'
import { RedisCluster } from '../../support/redis-cluster.js'
import { until } from '../../support/wait.js'
import { TestEngine } from '../harness.js'
import { Listener, lineOf } from './watch.js'

test('a subscriber on a Cluster of three masters and ten partitions hears every event once, live and from a cursor', {
  timeout: 60_000,
}, async () => {
  const cluster = await RedisCluster.start()
  onTestFinished(() => cluster.stop())
  const engine = await TestEngine.open({ cluster: cluster.urls }, 10)
  const live = await new Listener().open(engine.client)
  const after = live.subscription?.cursor ?? ''
  await engine.worker({ one: () => 1, sum: () => 0 })
  const handles = await Promise.all(
    Array.from({ length: 30 }, () => engine.client.submit(chord(group([signature('one'), signature('one')]), signature('sum')))),
  )
  const ended = (one: Listener): number => one.said.filter((what) => what === 'workflow-ended').length
  await until(() => ended(live) === handles.length, { timeoutMs: 30_000 })
  const later = await new Listener().open(engine.client, { after })
  await until(() => ended(later) === handles.length)
  const sorted = (one: Listener): string[] =>
    one.lines
      .filter(({ workflow }) => workflow !== null)
      .map((line) => `${line.workflow} ${line.entry} ${line.said}`)
      .sort()
  expect(sorted(later)).toEqual(sorted(live))
  for (const { id } of handles) {
    const said = live.frames.filter(({ workflow }) => workflow === id).flatMap((frame) => lineOf(frame).said.split(', '))
    expect(said.filter((what) => what.startsWith('task-succeeded')).sort()).toEqual([
      'task-succeeded 0',
      'task-succeeded 1',
      'task-succeeded 2',
    ])
    expect([said[0], said.at(-1)]).toEqual(['workflow-submitted', 'workflow-ended'])
  }
  expect(new Set(live.frames.map(({ partition }) => partition)).size).toBeGreaterThan(5)
})
