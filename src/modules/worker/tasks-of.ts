/**
 * The tasks of an application for those who run them without being it: the threads and processes of a worker's pool, and `chordis worker`. The
 * application is booted as it stands, with its providers, guards and interceptors; it listens to nothing and starts no worker.
 */
import type { DynamicModule, Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { isPoolChild, type OpenedTasks, type TaskSource } from '../../engine/index.js'
import { Connections } from '../connections/connections.js'

/** What {@link tasksOf} may be told. */
export interface TasksOfOptions {
  /** The connection whose tasks they are. Default: the default one. */
  connection?: string
}

let booting = 0

/** Whether an application that boots now is wanted for its tasks only. */
export const isForTasksOnly = (): boolean => booting > 0 || isPoolChild()

/**
 * What a module exports whose file is named by the worker option `modules`.
 * @param root the application's root module
 * @example export default tasksOf(AppModule)
 */
export function tasksOf(root: Type | DynamicModule, { connection }: TasksOfOptions = {}): TaskSource {
  return { openTasks: () => open(root, connection) }
}

async function open(root: Type | DynamicModule, name: string | undefined): Promise<OpenedTasks> {
  booting++
  try {
    const app = await NestFactory.createApplicationContext(root, { abortOnError: false, logger: ['error', 'warn'] })
    const { tasks, options } = app.get(Connections, { strict: false }).get(name)
    const { tracer } = options
    const definitions = tasks.names().flatMap((task) => tasks.get(task) ?? [])
    return { tasks: definitions, ...(tracer === undefined ? {} : { tracer }), close: () => app.close() }
  } finally {
    booting--
  }
}
