/** The table of all faults. `npm run chaos -- --list` prints it. */
import type { Topology } from './arena.js'
import type { Fault } from './fault.js'
import { clientFaults } from './faults-client.js'
import { networkFaults } from './faults-network.js'
import { redisFaults } from './faults-redis.js'
import { topologyFaults } from './faults-topology.js'
import { workerFaults } from './faults-worker.js'

export const FAULTS: readonly Fault[] = [...workerFaults, ...networkFaults, ...redisFaults, ...topologyFaults, ...clientFaults]

/** Those that a topology knows; of these the named ones, if any are named. @throws Error */
export function faultsOf(topology: Topology, names: readonly string[] = []): Fault[] {
  const known = FAULTS.filter(({ topologies }) => (topologies ?? ['single']).includes(topology))
  return chosenOf(known, names, `with ${topology}`)
}

/** Of these faults the named ones, or all. A name that ends in `*` stands for all that begin so. @throws Error */
export function chosenOf<A>(known: readonly Fault<A>[], names: readonly string[], where: string): Fault<A>[] {
  if (names.length === 0) return [...known]
  const matches = (name: string) => (fault: Fault<A>) =>
    name.endsWith('*') ? fault.name.startsWith(name.slice(0, -1)) : fault.name === name
  const unknown = names.find((name) => !known.some(matches(name)))
  if (unknown !== undefined) throw new Error(`no such fault ${where}: ${unknown}; --list shows them`)
  return known.filter((fault) => names.some((name) => matches(name)(fault)))
}
