/** A worker process with the tasks of pools-tasks.mjs. Started with its settings as JSON; prints `ready`, and `ended <why>` when it stops by itself. */
import { fileURLToPath } from 'node:url'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { loadTasks, TaskRegistry, Worker, type WorkerOptions } from '../../src/engine/index.js'
import { openTelemetry } from '../../src/opentelemetry/index.js'

const fileOf = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url))
/** What the parent sets for certain tasks, by name. */
type Settings = Omit<WorkerOptions, 'tasks'> & { options?: { [task: string]: object }; module?: string; traced?: boolean }

/** Says which spans have ended: `span <name> <span id> <parent's id>`. */
function printing(): BasicTracerProvider {
  const told = {
    forceFlush: async () => {},
    shutdown: async () => {},
    onStart: () => {},
    onEnd: (span: ReadableSpan) => console.log(`span ${span.name} ${span.spanContext().spanId} ${span.parentSpanContext?.spanId}`),
  }
  return new BasicTracerProvider({ spanProcessors: [told] })
}

async function main({ options = {}, module = 'pools-tasks.mjs', traced = false, ...settings }: Settings): Promise<void> {
  const registry = new TaskRegistry()
  const modules = [fileOf(module)]
  const { tasks } = await loadTasks(modules)
  for (const task of tasks) registry.register({ ...task, options: { ...task.options, ...options[task.name] } })
  const worker = new Worker({
    ...settings,
    tasks: registry,
    modules,
    ...(traced ? { tracer: openTelemetry({ provider: printing() }) } : {}),
  })
  process.on('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
  void worker.ended.then((why) => {
    console.log(`ended ${why}`)
    if (why === 'overrun') process.exit(75)
  })
  await worker.start()
  console.log(`ready ${process.pid}`)
}

await main(JSON.parse(process.argv[2] ?? '{}') as Settings)
