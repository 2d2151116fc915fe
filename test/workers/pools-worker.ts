/** A worker process with the tasks of pools-tasks.mjs. Started with its settings as JSON; prints `ready`, and `ended <why>` when it stops by itself. */
import { fileURLToPath } from 'node:url'
import { loadTasks, TaskRegistry, Worker, type WorkerOptions } from '../../src/engine/index.js'

const MODULE = fileURLToPath(new URL('./pools-tasks.mjs', import.meta.url))
/** What the parent sets for certain tasks, by name. */
type Settings = Omit<WorkerOptions, 'tasks'> & { options?: { [task: string]: object } }

async function main({ options = {}, ...settings }: Settings): Promise<void> {
  const registry = new TaskRegistry()
  const { tasks } = await loadTasks([MODULE])
  for (const task of tasks) registry.register({ ...task, options: { ...task.options, ...options[task.name] } })
  const worker = new Worker({ ...settings, tasks: registry, modules: [MODULE] })
  process.on('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
  void worker.ended.then((why) => {
    console.log(`ended ${why}`)
    if (why === 'overrun') process.exit(75)
  })
  await worker.start()
  console.log(`ready ${process.pid}`)
}

await main(JSON.parse(process.argv[2] ?? '{}') as Settings)
