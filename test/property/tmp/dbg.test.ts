import { test } from 'vitest'
import { Client, Worker } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { SeededRandom } from '../../support/seed.js'
import { randomCanvas } from '../../support/random-canvas.js'
import { until } from '../../support/wait.js'
import { evaluate } from '../../support/evaluator.js'
import { Journal, journalled, listening } from '../journal.js'
import { specs } from '../trial.js'
const redis = useRedis()
test('x', async () => {
  const client = await Client.connect({ redis: redis.url, namespace: 'n', partitions: 1 })
  const journal = new Journal()
  const worker: Worker = new Worker({ redis: redis.url, namespace:'n', tasks: journalled(journal.write, () => worker.process), logger: listening(journal.write) })
  await worker.start()
  for (const spec of specs(new SeededRandom(Number(process.env.S ?? 7)), 12, 2000, 1000)) {
    const canvas = randomCanvas({ ...spec, caseId: 'c' })
    let t = performance.now(); const lap = () => { const d = performance.now() - t; t = performance.now(); return d.toFixed(0) }
    const h = await client.submit(canvas); const a = lap()
    const o = await h.outcome({ waitMs: 60000 }); const b = lap()
    await until(async () => (await h.status()).ended, { timeoutMs: 60000 }); const c = lap()
    const r = await h.results(); const d = lap()
    evaluate(canvas); const e = lap()
    console.log(JSON.stringify(spec), 'submit', a, 'outcome', b, 'ended', c, 'results', d, r.length, 'eval', e, o?.state)
  }
  await worker.stop()
})
