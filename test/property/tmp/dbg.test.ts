import { test } from 'vitest'
import { useRedis } from '../../support/redis-server.js'
import { SCENARIOS } from '../scenarios.js'
const redis = useRedis()
test('x', async () => {
  const which = (process.env.W ?? 'lastMoment') as keyof typeof SCENARIOS
  for (let i = 0; i < Number(process.env.N ?? 30); i++) {
    const t = performance.now()
    const r = await SCENARIOS[which](redis.server)
    if (r.length > 0) console.log('TROUBLE', i, performance.now() - t, JSON.stringify(r))
  }
})
