/**
 * One worker process of the conformance runner: a Worker with the conformance tasks and nothing else.
 * Started as `worker.js <WorkerSetup as JSON>`; prints `ready` when it fetches; SIGTERM stops it gracefully.
 */
import { type RedisOptions, TaskRegistry, Worker } from '../../src/engine/index.js'
import { Marks } from './marks.js'
import { conformanceTasks } from './tasks.js'

export interface WorkerSetup {
  redis: string | RedisOptions
  namespace: string
  /** Tasks at once; the engine's default when absent. */
  concurrency?: number
}

async function main({ redis, namespace, concurrency }: WorkerSetup): Promise<void> {
  const marks = new Marks(redis, namespace)
  const tasks = new TaskRegistry()
  for (const task of conformanceTasks((caseId, mark) => marks.record(caseId, mark))) tasks.register(task)
  const worker = new Worker({ redis, namespace, tasks, ...(concurrency !== undefined && { concurrency }) })
  await worker.start()
  const stop = async (): Promise<void> => {
    await worker.stop()
    marks.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void stop())
  process.stdout.write('ready\n')
}

await main(JSON.parse(process.argv[2] ?? '{}') as WorkerSetup)
