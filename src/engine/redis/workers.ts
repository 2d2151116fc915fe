/** The workers of a namespace, as they announced themselves and as their homes heard of them. */
import { parseInfo, type WorkerView, workerView } from '../protocol/worker-view.js'
import type { RedisConnection } from './connection.js'
import type { Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Processes asked for in one call. */
const PAGE = 500

/** A worker and where it is told what to do. */
export interface FoundWorker {
  view: WorkerView
  home: number
}

type Said = [info: string | null, heard: string | null, sample: string | null]

/** All workers that announced themselves and were not given up, by name. */
export async function readWorkers(connection: RedisConnection, namespace: Namespace): Promise<FoundWorker[]> {
  const found: FoundWorker[] = []
  for (const [partition, names] of await announced(connection, namespace)) {
    const moved = new Map<number, string[]>()
    const [now, said] = await ask(connection, namespace, partition, names)
    for (const [k, [info, heard, sample]] of said.entries()) {
      const id = names[k] as string
      if (info === null) continue
      const known = parseInfo(info)
      if (known.home === partition) found.push({ view: workerView(id, known, heard, sample, now), home: partition })
      else moved.set(known.home, [...(moved.get(known.home) ?? []), id])
    }
    for (const [home, ids] of moved) found.push(...(await atHome(connection, namespace, home, ids)))
  }
  return found.sort((a, b) => order(a.view, b.view))
}

const order = (a: WorkerView, b: WorkerView): number => compare(a.name, b.name) || compare(a.host, b.host) || a.startedAt - b.startedAt
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Names of processes by the first partition that knows them: a process announces itself in every one. */
async function announced(connection: RedisConnection, namespace: Namespace): Promise<Map<number, string[]>> {
  const lists = await namespace.each((partition) => connection.hkeys(namespace.keys(partition).of('beats')))
  const seen = new Set<string>()
  const by = new Map<number, string[]>()
  for (const partition of namespace.numbers) {
    const fresh = (lists[partition] as string[]).filter((name) => !seen.has(name))
    for (const name of fresh) seen.add(name)
    if (fresh.length > 0) by.set(partition, fresh)
  }
  return by
}

async function atHome(connection: RedisConnection, namespace: Namespace, home: number, ids: string[]): Promise<FoundWorker[]> {
  if (home >= namespace.partitions) return []
  const [now, said] = await ask(connection, namespace, home, ids)
  return said.flatMap(([info, heard, sample], k) =>
    info === null ? [] : [{ view: workerView(ids[k] as string, parseInfo(info), heard, sample, now), home }],
  )
}

async function ask(connection: RedisConnection, namespace: Namespace, partition: number, names: string[]): Promise<[number, Said[]]> {
  const all: Said[] = []
  let now = 0
  for (let from = 0; from < names.length; from += PAGE) {
    const page = names.slice(from, from + PAGE)
    const [at, ...said] = (await namespace.run(connection, partition, calls.processes(page))) as [string, ...Said[]]
    now = Number(at)
    all.push(...said)
  }
  return [now, all]
}
