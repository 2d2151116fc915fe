/**
 * Tasks from a user's modules: what they export, by default or by name, as tasks, lists and objects of tasks, registries, a `Chordis`, or a source
 * that makes them first. Used by the command line and by the threads and processes of a pool, which so have the same tasks.
 *
 * They are told apart by their shape, not by their class: a module may bring its own copy of the package along.
 */
import { statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Jiti } from 'jiti'
import type { Chordis } from '../../chordis.js'
import { ChordisError } from '../../protocol/errors.js'
import type { Tracer } from '../../tracing/tracer.js'
import type { TaskDefinition, TaskRegistry } from '../registry.js'

const TYPESCRIPT = ['.ts', '.mts', '.cts']
const JAVASCRIPT = ['.js', '.mjs', '.cjs']

/** Tasks that had to be made: of an application that was booted for them. */
export interface OpenedTasks {
  tasks: Iterable<TaskDefinition>
  /** Of the application, if it has one. */
  tracer?: Tracer
  /** Gives back what was opened. */
  close(): Promise<void>
}

/** What a module may export in place of tasks: it makes them when they are asked for. */
export interface TaskSource {
  /** Called once per process or thread that needs the tasks. */
  openTasks(): Promise<OpenedTasks>
}

/** What modules export. */
export interface LoadedTasks {
  tasks: TaskDefinition[]
  /** Applications among the exports. */
  apps: Chordis[]
  /** The first one among the exports: a tracer, or that of an application or a {@link TaskSource}. */
  tracer?: Tracer
  /** Closes what {@link TaskSource}s opened. */
  close(): Promise<void>
}

/**
 * Loads modules in order, `.ts` ones too.
 * @param cwd what relative paths are relative to
 * @throws ModuleInvalidError a module that is not there, fails, has no task, or takes a name twice
 */
export async function loadTasks(modules: readonly string[], cwd: string = process.cwd()): Promise<LoadedTasks> {
  const collector = new Collector()
  for (const name of modules) {
    const before = collector.size
    const exported = await load(name, resolve(cwd, name))
    for (const [key, value] of Object.entries(exported))
      await collector.add(value, `${name} (${key === 'default' ? 'default export' : `export ${key}`})`)
    if (collector.size === before) throw new ModuleInvalidError(`${name} exports no task`, HINT)
  }
  return collector.loaded()
}

/** A module that gives no tasks. `detail`: lines to be shown below the message. */
export class ModuleInvalidError extends ChordisError {
  constructor(
    message: string,
    readonly detail: readonly string[] = [],
  ) {
    super('module-invalid', message)
  }
}

const HINT = [
  "  A task is made with task('name', handler) or app.task('name', handler), and exported: by itself, in a list, or with its app.",
]

async function load(name: string, path: string): Promise<object> {
  const extension = extname(path)
  if (![...TYPESCRIPT, ...JAVASCRIPT].includes(extension)) {
    throw new ModuleInvalidError(`${name}: must be a file that ends in ${[...TYPESCRIPT, ...JAVASCRIPT].join(' ')}`)
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new ModuleInvalidError(`${name}: there is no such file`)
  try {
    return (await (TYPESCRIPT.includes(extension) ? loadTypeScript(path) : import(pathToFileURL(path).href))) as object
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
    throw new ModuleInvalidError(`${name} cannot be loaded: ${message}`, frames(error))
  }
}

let jiti: Promise<Jiti> | undefined

/** Node 20 reads no TypeScript. No cache of files: a folder that others may write to must not decide what runs here. */
async function loadTypeScript(path: string): Promise<unknown> {
  jiti ??= import('jiti').then(({ createJiti }) => createJiti(import.meta.url, { fsCache: false, interopDefault: false }))
  return (await jiti).import(path)
}

/** Where in the user's code it happened. */
function frames(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return lines.filter((line) => !/node:internal|[\\/]node_modules[\\/]jiti[\\/]|[\\/]pools[\\/]load-tasks/.test(line)).slice(0, 5)
}

type Maybe<T> = { readonly [K in keyof T]?: unknown }

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function isDefinition(value: unknown): value is TaskDefinition {
  if (!isObject(value)) return false
  const { name, handler } = value as Maybe<TaskDefinition>
  return typeof name === 'string' && typeof handler === 'function'
}

function isRegistry(value: unknown): value is TaskRegistry {
  if (!isObject(value)) return false
  const { names, get } = value as Maybe<TaskRegistry>
  return typeof names === 'function' && typeof get === 'function'
}

function isApp(value: unknown): value is Chordis {
  if (!isObject(value)) return false
  const { tasks, worker } = value as Maybe<Chordis>
  return isRegistry(tasks) && typeof worker === 'function'
}

function isSource(value: unknown): value is TaskSource {
  return isObject(value) && typeof (value as Maybe<TaskSource>).openTasks === 'function'
}

function isTracer(value: unknown): value is Tracer {
  if (!isObject(value)) return false
  const { submit, run } = value as Maybe<Tracer>
  return typeof submit === 'function' && typeof run === 'function'
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

class Collector {
  /** Task name -> definition and where it stands. */
  private readonly found = new Map<string, { definition: TaskDefinition; place: string }>()
  private readonly apps = new Set<Chordis>()
  private readonly opened = new Map<TaskSource, OpenedTasks>()
  private tracer: Tracer | undefined
  /** Exports that were tasks, the same one counted as often as it is exported. */
  size = 0

  async add(value: unknown, place: string, level = 0): Promise<void> {
    if (isDefinition(value)) this.task(value, place)
    else if (isSource(value)) await this.source(value, place)
    else if (isApp(value)) {
      this.apps.add(value)
      this.tracer ??= value.options?.tracer
      this.registry(value.tasks, place)
    } else if (isRegistry(value)) this.registry(value, place)
    else if (isObject(value) && 'definition' in value && isDefinition(value.definition)) this.task(value.definition, place)
    else if (isTracer(value)) this.tracer ??= value
    else if (Array.isArray(value)) for (const one of value) await this.add(one, place, level)
    // CommonJS: the default is all that is exported. One level; what lies deeper is somebody's data.
    else if (isObject(value) && isPlain(value) && level === 0) for (const one of Object.values(value)) await this.add(one, place, level + 1)
  }

  /** The same source under two names is opened once. */
  private async source(source: TaskSource, place: string): Promise<void> {
    const opened = this.opened.get(source) ?? (await source.openTasks())
    this.opened.set(source, opened)
    this.tracer ??= opened.tracer
    for (const task of opened.tasks) this.task(task, place)
  }

  private registry(registry: TaskRegistry, place: string): void {
    for (const name of registry.names()) this.task(registry.get(name) as TaskDefinition, place)
  }

  private task(definition: TaskDefinition, place: string): void {
    this.size++
    const known = this.found.get(definition.name)
    if (known === undefined) this.found.set(definition.name, { definition, place })
    else if (known.definition !== definition) {
      throw new ModuleInvalidError(`the task "${definition.name}" is defined twice: by ${known.place} and by ${place}`)
    }
  }

  loaded(): LoadedTasks {
    const close = async () => {
      for (const opened of this.opened.values()) await opened.close()
    }
    const { tracer } = this
    const tasks = [...this.found.values()].map(({ definition }) => definition)
    return { tasks, apps: [...this.apps], ...(tracer === undefined ? {} : { tracer }), close }
  }
}
