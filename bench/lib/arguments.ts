/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util'

export interface Choice {
  floorOnly: boolean
  quick: boolean
  workloads: string[]
  peers: string[]
  json: string | undefined
  rounds: number | undefined
  /** Everything, in full size: what bench/results holds. */
  whole: boolean
}

export const USAGE = `npm run bench -- [floor] [--quick] [--workload NAME]… [--peer NAME]… [--json FILE] [--rounds N]
  floor       only Chordis and the floor: chords of 100, 500 and 1,000, a chain of 10, bytes per waiting member
  --quick     smaller and fewer rounds, under a minute
  --workload  only this one (or 'chord-*'); may be repeated
  --peer      only this contestant beside Chordis; may be repeated
  --json      where the report goes as well`

export function readArguments(args: string[]): Choice {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      workload: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      rounds: { type: 'string' },
    },
  })
  const unknown = positionals.find((word) => word !== 'floor')
  if (unknown !== undefined) throw new Error(`unknown: ${unknown}`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds takes a whole number from 1 on')
  const { quick, workload, peer, json } = values
  const floorOnly = positionals.includes('floor')
  const whole = !floorOnly && !quick && workload.length === 0 && peer.length === 0 && values.rounds === undefined
  return { floorOnly, quick, workloads: workload, peers: peer, json, rounds, whole }
}
