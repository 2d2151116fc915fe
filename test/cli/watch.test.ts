/** What tells the command line that a workflow is worth another look. */
import { expect, onTestFinished, test } from 'vitest'
import { ChordisApi } from '../../src/api-client/index.js'
import { ServiceWatch } from '../../src/cli/backend/service/watch.js'
import { createService } from '../../src/modules/service/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

const redis = useRedis()

test('through a service, an event of the workflow ends the wait; nothing else does before its time', async () => {
  const { url, close } = await createService({
    redis: redis.url,
    namespace: redis.ns(),
    roles: ['api'],
    port: 0,
    logger: false,
    drain: { httpMs: 200 },
  })
  onTestFinished(close)
  const api = new ChordisApi({ url })
  await api.submitWorkflow({ id: 'a', canvas: { task: 'nobody' } })
  await api.submitWorkflow({ id: 'b', canvas: { task: 'nobody' } })
  const [a, b] = ['a', 'b'].map((id) => waiting(api, id)) as [Waiting, Waiting]
  // Until it listens, events pass it by.
  const happens = async (id: string) => {
    await api.pauseWorkflow(id)
    await api.resumeWorkflow(id)
  }
  await until(() => happens('a').then(() => a.over))
  expect(b.over).toBe(false)
  await until(() => happens('b').then(() => b.over))
})

interface Waiting {
  over: boolean
}

function waiting(api: ChordisApi, id: string): Waiting {
  const watch = new ServiceWatch(api, id, 600_000)
  onTestFinished(() => watch.close())
  const state = { over: false }
  void watch.next(600_000).then(() => {
    state.over = true
  })
  return state
}
