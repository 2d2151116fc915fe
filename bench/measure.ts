/** The child process of one measurement: `{contestant, workload, place, size}` in, figures out. */
import { contestants } from './contestants/index.js'
import type { Place, Size } from './contract.js'
import { probe } from './lib/probe.js'
import { workloads } from './workloads/index.js'

export interface Request {
  contestant: string
  workload: string
  place: Place
  size: Size
}

async function run(request: Request): Promise<void> {
  const contestant = contestants.find(({ name }) => name === request.contestant)
  const workload = workloads.find(({ name }) => name === request.workload)
  if (!contestant?.open || !workload) throw new Error(`nothing to measure: ${request.contestant} ${request.workload}`)
  const redis = probe(request.place.url)
  const session = await contestant.open(request.place)
  const figures = (await workload.run(session, { size: request.size, redis })) ?? {}
  process.send?.(figures)
  await session.close()
  redis.close()
}

await run(JSON.parse(process.argv[2] ?? '') as Request)
// What a contestant leaves open must not keep the others waiting.
process.exit(0)
