/**
 * 100,000 schedules: bytes of Redis that each takes, what one beat costs while none is due, and how long it takes until 10,000 that are due at the same
 * instant have been fired.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { workload } from '../contract.js'

const DUE = 10_000

export const schedules = workload({
  name: 'schedules-100000',
  rows: {
    'schedules-100000-bytes': { unit: 'bytes', better: 'less' },
    'schedules-100000-idle-cpu': { unit: '% of a core', better: 'less' },
    'schedules-100000-idle-redis-cpu': { unit: '% of a core', better: 'less' },
    'schedules-100000-due-10000': { unit: 'ms', better: 'less' },
  },
  // Asked for by name: peers keep schedules in one process, or one job for each, so there is no ratio to show.
  rounds: { full: 0, quick: 0 },
  needs: ['schedules', 'beat'],
  limitMs: 600_000,
  async run(session, { redis }) {
    await session.schedules(1)
    const before = await redis.usedMemory()
    await session.schedules(100_000)
    const bytes = ((await redis.usedMemory()) - before) / 100_000
    const firedAt = await session.beat()
    await sleep(2_000)
    const [cpu, redisCpu, from] = [process.cpuUsage(), await redis.cpuSeconds(), performance.now()]
    await sleep(10_000)
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (performance.now() - from) / 1_000
    const idleRedis = (100 * ((await redis.cpuSeconds()) - redisCpu)) / seconds
    const due = await session.schedules(DUE, 30_000)
    return {
      'schedules-100000-bytes': bytes,
      'schedules-100000-idle-cpu': (100 * (user + system)) / 1e6 / seconds,
      'schedules-100000-idle-redis-cpu': idleRedis,
      'schedules-100000-due-10000': (await firedAt(DUE)) - due,
    }
  },
})
