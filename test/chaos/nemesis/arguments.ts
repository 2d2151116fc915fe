/** The options of `npm run chaos`. */
import { parseArgs } from 'node:util'
import type { Topology } from './arena.js'
import type { Workload } from './stage.js'

export const USAGE = `npm run chaos -- [options]

Runs a load on a real Redis and real worker processes, breaks things, and checks that nothing was lost, stuck or run twice without a reason.

  --seed N            plan of faults and workload; default: a new one, which is printed
  --seconds S         how long faults are injected; default 45
  --fault NAME,…      only these faults; NAME* for all that begin so
  --topology NAME     single (default), sentinel, cluster
  --workload NAME     canvas (default): all sorts of workflows. control: beside them such as are revoked, paused, resumed, retried and run again.
                      beat: 200 schedules, fired by beats that faults hit (single only)
  --workers N         worker processes; default 3, with beat 2
  --beats N           with beat: beat processes; default 5
  --lease MS          lease of the workers; default 1500
  --runs N            that many runs, with the seeds that follow; default 1
  --json FILE         the figures as JSON; of several runs a list
  --history FILE      every operation and fault as JSON lines
  --list              names the faults`

export interface Choice {
  seed: number
  seconds: number
  faults: string[]
  topology: Topology
  workload: Workload | 'beat'
  workers: number
  beats: number
  leaseMs: number
  runs: number
  json?: string
  history?: string
  list: boolean
  help: boolean
}

const TOPOLOGIES = ['single', 'sentinel', 'cluster'] as const
const WORKLOADS = ['canvas', 'control', 'beat'] as const
const TEXT = { type: 'string' } as const

/** @throws Error that says which option is wrong */
export function readArguments(args: readonly string[], freshSeed: () => number): Choice {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{
        seed: TEXT,
        seconds: TEXT,
        fault: { type: 'string', multiple: true },
        topology: TEXT,
        workload: TEXT,
        workers: TEXT,
        beats: TEXT,
        lease: TEXT,
      },
      ...{ runs: TEXT, json: TEXT, history: TEXT, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    },
  })
  const whole = (
    name: 'seed' | 'seconds' | 'workers' | 'beats' | 'lease' | 'runs',
    least: number,
    most: number,
    otherwise: () => number,
  ): number => {
    const text = values[name]
    if (text === undefined) return otherwise()
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new Error(`--${name} must be a whole number from ${least} to ${most}`)
    return value
  }
  const topology = TOPOLOGIES.find((name) => name === (values.topology ?? 'single'))
  if (topology === undefined) throw new Error(`--topology must be one of ${TOPOLOGIES.join(', ')}`)
  const workload = WORKLOADS.find((name) => name === (values.workload ?? 'canvas'))
  if (workload === undefined) throw new Error(`--workload must be one of ${WORKLOADS.join(', ')}`)
  if (workload === 'beat' && topology !== 'single') throw new Error('--workload beat knows the topology single only')
  return {
    seed: whole('seed', 0, 2 ** 32 - 1, freshSeed),
    seconds: whole('seconds', 1, 86_400, () => 45),
    faults: (values.fault ?? []).flatMap((names) => names.split(',')).filter((name) => name !== ''),
    topology,
    workload,
    workers: whole('workers', 1, 32, () => (workload === 'beat' ? 2 : 3)),
    beats: whole('beats', 1, 32, () => 5),
    leaseMs: whole('lease', 500, 60_000, () => 1_500),
    runs: whole('runs', 1, 10_000, () => 1),
    ...(values.json === undefined ? {} : { json: values.json }),
    ...(values.history === undefined ? {} : { history: values.history }),
    list: values.list ?? false,
    help: values.help ?? false,
  }
}
