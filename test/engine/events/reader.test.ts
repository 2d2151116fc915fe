/** The one reader of a process, whose followers come and go while Redis does not answer. */
import { expect, onTestFinished, test } from 'vitest'
import { EventReader, type Follower } from '../../../src/engine/client/events/reader.js'
import { signature } from '../../../src/engine/index.js'
import type { EntryId } from '../../../src/engine/protocol/event-cursor.js'
import { lastEntry } from '../../../src/engine/redis/event-log.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { TestEngine } from '../harness.js'
import { keysOf } from './watch.js'

const redis = useRedis()

class Heard implements Follower {
  readonly filter = {}
  readonly key = ''
  readonly workflows: (string | null)[] = []
  live({ workflow }: { workflow: string | null }): void {
    this.workflows.push(workflow)
  }
  passed(): void {}
  gap(): void {}
  broken(): void {}
}

test('a start that fails when its followers have left does not make a second reader beside that of those who came after', async () => {
  const engine = await TestEngine.open(redis.url)
  const connection = redis.connect()
  const namespace = await keysOf(connection, engine.namespace)
  const fail: ((error: Error) => void)[] = []
  const unanswered = () =>
    new Promise<EntryId[]>((_, reject) => {
      fail.push(reject)
    })
  const asks = [unanswered]
  const ends = () => asks.shift()?.() ?? lastEntry(connection, namespace, 0).then((entry) => [entry])
  const reader = new EventReader(redis.url, namespace, ends)
  const [gone, stays] = [new Heard(), new Heard()]
  onTestFinished(() => reader.remove(stays))
  reader.add(gone)
  const first = reader.started()
  reader.remove(gone)
  reader.add(stays)
  await reader.started()
  fail[0]?.(new Error('no answer'))
  await expect(first).rejects.toThrow('no answer')
  // As a follower does that was sent back.
  await reader.started()
  const ids: string[] = []
  for (let k = 0; k < 20; k++) ids.push((await engine.client.submit(signature('one'))).id)
  await until(() => stays.workflows.includes(ids.at(-1) as string))
  expect(stays.workflows).toEqual(ids)
})
