/** Which tasks the workers of a namespace know. */
import type { ArgumentDescription } from '../worker/argument-schemas.js'
import type { RedisConnection } from './connection.js'
import type { PartitionKeys } from './keys.js'
import type { Namespace } from './namespace.js'
import { readWorkers } from './workers.js'

/** A task by name, as the workers of a namespace know it. */
export interface KnownTask {
  name: string
  /** Processes that registered it and are not given up for dead. */
  workers: number
  /** Queues that these serve. */
  queues: string[]
  /** Calls of it that met a worker which does not know it, and wait for one that does. */
  parked: number
  /** What it is called with, as JSON Schema, where its worker can say so: of schemas such as zod's. */
  arguments?: ArgumentDescription
}

/** Names fetched per call: a process may know thousands. */
const PAGE = 1_000

export async function readRoster(connection: RedisConnection, namespace: Namespace): Promise<KnownTask[]> {
  const processes: { tasks: Map<string, string>; queues: string[] }[] = []
  for (const { view, home } of await readWorkers(connection, namespace)) {
    processes.push({ tasks: await tasksOf(connection, namespace.keys(home), view.id), queues: view.queues })
  }
  const parked = new Map<string, number>()
  for (let partition = 0; partition < namespace.partitions; partition++) {
    const keys = namespace.keys(partition)
    for (const list of await connection.hkeys(keys.of('parkedlists'))) {
      const task = list.split(':')[2] ?? ''
      parked.set(task, (parked.get(task) ?? 0) + (await connection.llen(keys.of('parked', list))))
    }
  }
  return joined(processes, parked)
}

/** Name -> what it is called with, as JSON; '' or '1' where nobody knows. */
async function tasksOf(connection: RedisConnection, keys: PartitionKeys, process: string): Promise<Map<string, string>> {
  const tasks = new Map<string, string>()
  let cursor = '0'
  do {
    const [next, pairs] = await connection.hscan(keys.of('process', process), cursor, 'MATCH', 't:*', 'COUNT', PAGE)
    for (let k = 0; k < pairs.length; k += 2) tasks.set((pairs[k] as string).slice(2), pairs[k + 1] as string)
    cursor = next
  } while (cursor !== '0')
  return tasks
}

function joined(processes: readonly { tasks: Map<string, string>; queues: string[] }[], parked: ReadonlyMap<string, number>): KnownTask[] {
  const names = new Set([...processes.flatMap(({ tasks }) => [...tasks.keys()]), ...parked.keys()])
  return [...names].sort().map((name) => {
    const knowing = processes.filter(({ tasks }) => tasks.has(name))
    const queues = [...new Set(knowing.flatMap((process) => process.queues))].sort()
    const described = knowing.map(({ tasks }) => tasks.get(name) as string).find((text) => text.startsWith('{'))
    return {
      name,
      workers: knowing.length,
      queues,
      parked: parked.get(name) ?? 0,
      ...(described === undefined ? {} : { arguments: JSON.parse(described) as ArgumentDescription }),
    }
  })
}
