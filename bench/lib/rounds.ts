/** One workload: the contestants take turns, round by round, each measurement on an empty Redis. Who fails once is left out of the rest. */
import { join } from 'node:path'
import type { Contestant, Figures, Place, Size, Workload } from '../contract.js'
import type { Request } from '../measure.js'
import { ask, childCpuSeconds } from './child.js'
import type { Measured } from './report.js'
import type { Server } from './server.js'

const LIMIT_MS = 120_000
const MEASURE = join(import.meta.dirname, '../measure.js')

export interface Failed {
  workload: string
  contestant: string
  reason: string
}

function figuresOf(contestant: Contestant, workload: Workload, place: Place, size: Size): Promise<Figures> | null {
  if (contestant.measure) return contestant.measure(workload, place, size)
  const request: Request = { contestant: contestant.name, workload: workload.name, place, size }
  return ask<Figures>(MEASURE, request, workload.limitMs ?? LIMIT_MS)
}

async function measure(contestant: Contestant, workload: Workload, server: Server, size: Size): Promise<Measured | null> {
  const [redisBefore, processesBefore] = [await server.cpuSeconds(), childCpuSeconds()]
  const figures = await figuresOf(contestant, workload, server.place, size)
  const cpu = { redisSeconds: (await server.cpuSeconds()) - redisBefore, processesSeconds: childCpuSeconds() - processesBefore }
  if (figures === null || Object.keys(figures).length === 0) return null
  return { contestant: contestant.name, workload: workload.name, figures, cpu, slowestScriptMs: await server.slowestScriptMs() }
}

export async function playRounds(
  workload: Workload,
  field: readonly Contestant[],
  server: Server,
  size: Size,
  rounds: number,
): Promise<{ measured: Measured[]; failed: Failed[] }> {
  const measured: Measured[] = []
  const failed: Failed[] = []
  const out = new Set(size === 'quick' ? field.filter(({ quick }) => quick && !quick.includes(workload.name)) : [])
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < field.length; k++) {
      // Who goes first changes, so that nobody always follows the same one.
      const contestant = field[(k + round) % field.length] as Contestant
      if (out.has(contestant) || (size === 'quick' && contestant.quick && round > 0)) continue
      try {
        const one = await measure(contestant, workload, server, size)
        if (one === null) out.add(contestant)
        else measured.push(one)
      } catch (error) {
        out.add(contestant)
        failed.push({
          workload: workload.name,
          contestant: contestant.name,
          reason: error instanceof Error ? error.message : String(error),
        })
      } finally {
        await server.clean()
      }
    }
  }
  const place = ({ contestant }: Measured): number => field.findIndex(({ name }) => name === contestant)
  return { measured: measured.sort((a, b) => place(a) - place(b)), failed }
}
