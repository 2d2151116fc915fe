/** How long it takes until all that a killed worker held has run again: figures, no limits of time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { group } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { Chaos, work } from './harness.js'

const redis = useRedis({ appendonly: true })
const LONG = process.env.CHORDIS_VERIFY === '1'
const TASK_MS = 100

const PROFILES: [name: string, leaseMs: number | undefined, rounds: number][] = [
  ['default settings', undefined, LONG ? 10 : 0],
  ['leaseMs 1,000', 1_000, LONG ? 10 : 1],
]

test.each(PROFILES.filter(([, , rounds]) => rounds > 0))(
  'kill -9 of one of three workers under load, %s: all that it held runs again',
  async (name, leaseMs, rounds) => {
    const times: number[] = []
    const chaos = await Chaos.open(redis.url, 3, leaseMs === undefined ? {} : { leaseMs })
    const admin = redis.connect()
    for (let round = 0; round < rounds; round++) {
      const handle = await chaos.client.submit(group(Array.from({ length: 20_000 }, (_, i) => work(i, TASK_MS))))
      await until(async () => (await handle.status()).counts.success > 1_000, { what: 'the load is in its middle' })
      const victim = chaos.processes.shift()
      await victim?.kill9()
      const killed = performance.now()
      const [key] = await admin.keys(`${chaos.namespace}:*:w:${handle.id}`)
      const owner = await deadProcess(victim?.pid ?? 0)
      const records = Object.entries(await admin.hgetall(key as string))
      let held = records.filter(([, record]) => record.startsWith(`L ${owner}:`)).map(([node]) => node)
      expect(held.length).toBeGreaterThan(0)
      while (held.length > 0) {
        const now = await admin.hmget(key as string, ...held)
        const ended = held.filter((_, k) => /^S/.test(now[k] ?? ''))
        for (const _ of ended) times.push(performance.now() - killed)
        held = held.filter((node) => !ended.includes(node))
        await sleep(10)
      }
      await chaos.worker()
      expect(await handle.result({ timeoutMs: 60_000 })).toHaveLength(20_000)
    }
    times.sort((a, b) => a - b)
    const at = (part: number) => `${((times[Math.min(times.length - 1, Math.floor(part * times.length))] as number) / 1_000).toFixed(2)} s`
    console.log(
      `${name}: ${times.length} tasks of ${TASK_MS} ms, lost in ${rounds} kills, had run again after p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`,
    )

    /** Its incarnation, by what it says of itself. */
    async function deadProcess(pid: number): Promise<string> {
      for (const process of await admin.keys(`${chaos.namespace}:*:p:*`)) {
        const { info = '{}' } = await admin.hgetall(process)
        if ((JSON.parse(info) as { pid?: number }).pid === pid) return process.slice(process.lastIndexOf(':') + 1)
      }
      throw new Error(`no process ${pid}`)
    }
  },
)
