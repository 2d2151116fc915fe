/** Workers that are replaced one after another under load, as in a deploy that never ends. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { Chaos } from './harness.js'

const redis = useRedis({ appendonly: true })

test('SIGTERM for one of two workers, over and over, under load: nothing is lost, no attempt is counted', async () => {
  const long = process.env.CHORDIS_VERIFY === '1'
  const rounds = long ? 20 : 4
  const chaos = await Chaos.open(redis.url, 2)
  const load = chaos.load({ inFlight: 30, ms: 40 })
  for (let round = 0; round < rounds; round++) {
    await load.progress(20)
    if (long) await sleep(3_000)
    const leaving = chaos.processes.at(-2)
    const [exit] = await Promise.all([leaving?.term(), chaos.worker()])
    expect(exit).toMatchObject({ code: 0 })
  }
  await load.end()
  expect(load.wrong).toEqual([])
  expect(load.right).toBe(load.acknowledged)
  // A process that left said good-bye: nobody waited for a lease to run out, and nothing it held counts as lost.
  expect(chaos.losses).toEqual([])
  const attempts = await chaos.attempts(load.acknowledged)
  expect(attempts.filter(({ task, attempts: n }) => n !== (task === 'stumble' ? 3 : 1))).toEqual([])
  console.log(`${rounds} workers left under a load of ${load.acknowledged} workflows, ${attempts.length} tasks`)
})
