/** The child process of one measurement: `{contestant, workload, place, size}` in, figures out. */
import { contestants } from './contestants/index.js'
import type { Context, Place, Size } from './contract.js'
import { runningCpuSeconds } from './lib/child.js'
import { probe } from './lib/probe.js'
import { workloads } from './workloads/index.js'

export interface Request {
  contestant: string
  workload: string
  place: Place
  size: Size
}

const QUICK_SHARE = 0.2

async function run(request: Request): Promise<void> {
  const contestant = contestants.find(({ name }) => name === request.contestant)
  const workload = workloads.find(({ name }) => name === request.workload)
  if (!contestant?.open || !workload) throw new Error(`nothing to measure: ${request.contestant} ${request.workload}`)
  const probes = (request.place.cluster ?? [request.place.url]).map(probe)
  const redis = probes[0] as (typeof probes)[number]
  const share = contestant.share * (request.size === 'quick' ? QUICK_SHARE : 1)
  const context: Context = {
    size: request.size,
    scaled: (count, least = 1) => Math.max(least, Math.round(count * share)),
    redis,
    redisCpuSeconds: async () => (await Promise.all(probes.map((one) => one.cpuSeconds()))).reduce((sum, seconds) => sum + seconds, 0),
    workersCpuSeconds: runningCpuSeconds,
  }
  const session = await contestant.open(request.place)
  const figures = (await workload.run(session, context)) ?? {}
  process.send?.(figures)
  await session.close()
  for (const one of probes) one.close()
}

process.on('SIGTERM', () => process.exit(1))
await run(JSON.parse(process.argv[2] ?? '') as Request)
// What a contestant leaves open must not keep the others waiting.
process.exit(0)
