/** Sets the stage of a run of schedules: Redis, proxies, beats, workers, the schedules themselves, and who changes them. */
import { Client } from '../../../../src/engine/index.js'
import { RedisServer } from '../../../../src/engine/testing/index.js'
import { RedisProxy } from '../../../support/proxy.js'
import { SeededRandom } from '../../../support/random.js'
import { mutateScripts } from '../../../support/scripts.js'
import { Crew } from '../crew.js'
import type { Event } from '../history.js'
import type { WorkerSetup } from '../worker.js'
import { BeatArena } from './arena.js'
import { Changes } from './changes.js'
import { CHANGED, changedGrids, changedId, type PlannedSchedule, watchedSchedules } from './schedules.js'

export interface BeatStageOptions {
  seed: number
  beats: number
  workers: number
  leaseMs: number
  origin: number
  now: () => number
  write: (event: Event) => void
  library?: WorkerSetup['library'] | undefined
}

/** A call that Redis does not answer is in doubt after this long, ms. */
const COMMAND_TIMEOUT_MS = 2_000
const NAMESPACE = 'nemesis'
const PARTITIONS = 2
const CONCURRENCY = 100
const AT_A_TIME = 20

export interface BeatStage {
  arena: BeatArena
  changes: Changes
  watched: PlannedSchedule[]
  /** When all processes have been stopped. */
  stop(): Promise<void>
}

export async function setBeatStage(options: BeatStageOptions): Promise<BeatStage> {
  const { seed, beats, workers, leaseMs, origin, now, write, library } = options
  const restore = library && mutateScripts(library.find, library.replacement)
  const server = await RedisServer.start({ appendonly: true, appendfsync: 'always', config: { 'enable-debug-command': 'yes' } })
  const changesProxy = await RedisProxy.start(server)
  const connection = { namespace: NAMESPACE, partitions: PARTITIONS, commandTimeoutMs: COMMAND_TIMEOUT_MS }
  const control = await Client.connect({ ...connection, redis: server.url })
  const changing = await Client.connect({ ...connection, redis: changesProxy.url })
  const wallOrigin = Date.now() - now()
  write({ op: 'clock', wallMs: Math.round(wallOrigin + now()) })
  const common = { redis: server.url, target: server, namespace: NAMESPACE, origin, leaseMs, concurrency: CONCURRENCY, write, library }
  const crews = { workers: new Crew(common), beats: new Crew({ ...common, program: new URL('./process.js', import.meta.url) }) }
  await Promise.all([crews.workers.start(workers, ['default']), crews.beats.start(beats, [])])
  const arena = new BeatArena({ ...crews, leaseMs, servers: [server], write, now, namespace: NAMESPACE, changesProxy, control, wallOrigin })
  const watched = watchedSchedules(seed)
  const wall = (): number => Math.round(wallOrigin + now())
  const changes = new Changes({ schedules: changing.schedules, write, random: new SeededRandom(seed).fork(), wall }, watched)
  await makeAll(control, changes, watched, write)
  const stop = async (): Promise<void> => {
    await Promise.all([control, changing].map((client) => client.close()))
    await Promise.all([crews.workers.close(), crews.beats.close(), changesProxy.close()])
    await server.stop()
    restore?.()
  }
  return { arena, changes, watched, stop }
}

/** While nothing is broken. */
async function makeAll(
  control: Client,
  changes: Changes,
  watched: readonly PlannedSchedule[],
  write: (event: Event) => void,
): Promise<void> {
  for (let from = 0; from < watched.length; from += AT_A_TIME) {
    await Promise.all(
      watched.slice(from, from + AT_A_TIME).map(async ({ definition, grid }) => {
        const { schedule } = await control.schedules.upsert(definition)
        const { id, overlap, next } = schedule
        write({ op: 'schedule', schedule: id, watched: true, overlap, grids: [grid], first: next as number })
      }),
    )
  }
  for (let n = 0; n < CHANGED; n++) {
    await changes.make(n)
    const { next, overlap } = await control.schedules.get(changedId(n))
    write({ op: 'schedule', schedule: changedId(n), watched: false, overlap, grids: changedGrids(), first: next as number })
  }
}
