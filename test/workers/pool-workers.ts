/** Worker processes with the tasks of pools-tasks.mjs, in a namespace of their own. Callers: the tests of this folder and of test/chaos. */
import { onTestFinished } from 'vitest'
import { Client, type WorkerOptions } from '../../src/engine/index.js'
import { uniqueName } from '../support/redis-server.js'
import { startModule } from '../support/typescript-child.js'
import type { WorkerProcess } from '../support/worker-process.js'

/** `options`: of single tasks, by name; `module`: the file of the tasks, default pools-tasks.mjs; `traced`: the worker prints its spans. */
export type PoolSettings = Omit<Partial<WorkerOptions>, 'tasks'> & {
  options?: { [task: string]: object }
  module?: string
  traced?: boolean
}

/** One such process, with all settings. */
export const startPoolWorker = (setup: PoolSettings): Promise<WorkerProcess> =>
  startModule(new URL('./pools-worker.js', import.meta.url), { args: [JSON.stringify(setup)] })

export interface PoolWorkers {
  client: Client
  namespace: string
  /** Starts one more. */
  start(): Promise<WorkerProcess>
}

/** A client, and workers when they are asked for; all are gone with the test. */
export async function openPoolWorkers(redis: string, settings: PoolSettings): Promise<PoolWorkers> {
  const namespace = uniqueName()
  const client = await Client.connect({ redis, namespace })
  const workers: WorkerProcess[] = []
  onTestFinished(async () => {
    await client.close()
    await Promise.all(workers.map((worker) => worker.kill9()))
  })
  const start = async () => {
    const worker = await startPoolWorker({ redis, namespace, ...settings })
    workers.push(worker)
    return worker
  }
  return { client, namespace, start }
}
