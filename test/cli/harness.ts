/**
 * The `chordis` command as users run it: the built program of package.json's `bin`, in a folder with modules of theirs, against a real Redis, or against a
 * real service of it (over-service.ts).
 * The folder lies inside the repository, so that `import … from 'chordis'` leads to our own package.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, onTestFinished } from 'vitest'
import { type Child, type Exit, killNow, signal, spawnChild } from '../support/children.js'
import { type SharedRedis, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

const ROOT = resolve(import.meta.dirname, '../..')

/** Between two looks that each run a command, ms: what is looked at needs the processor, too. */
export const ASK_MS = 250

/** The program behind `chordis`. */
export function binary(): string {
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { chordis: string } }
  return join(ROOT, bin.chordis)
}

export interface Ran {
  code: number | null
  out: string
  err: string
}

export interface RunOptions {
  input?: string
  env?: { [name: string]: string }
  /** Default: a namespace for each {@link Shell}. */
  namespace?: string
}

/** Tasks of a module that most tests use. `held` says that it has begun by the file `held-<name>`, and ends when there is a file `go`. */
export const TASKS = `
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { task, type TaskContext } from 'chordis'

enum Unit { words }

export const words = task('words', (line: string) => line.split(' ').length)
export const total = task('total', (counts: number[]) => \`\${counts.reduce((a, b) => a + b, 0)} \${Unit[0]}\`)
export const boom = task('boom', (): never => {
  throw new TypeError('outer', { cause: new RangeError('inner') })
})
export const held = task('held', { bind: true }, async (ctx: TaskContext, name: string) => {
  writeFileSync(\`held-\${name}\`, '')
  while (!existsSync('go') && !ctx.signal.aborted) await sleep(10)
  return name
})
`

/** A command that is still running. */
export class Running {
  out = ''
  err = ''

  constructor(readonly child: Child) {
    child.process.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString()
    })
    child.process.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString()
    })
  }

  signal(name: NodeJS.Signals): void {
    signal(this.child, name)
  }

  kill9(): Promise<Exit> {
    return killNow(this.child)
  }

  /** Ends when it has printed something like that. */
  async says(pattern: RegExp, stream: 'out' | 'err' = 'out'): Promise<void> {
    const ended = () => this.child.process.exitCode !== null
    await until(() => pattern.test(this[stream]) || ended(), { timeoutMs: 20_000, what: `it prints ${pattern}` })
    if (!pattern.test(this[stream])) throw new Error(`it ended without printing ${pattern}:\n${this.out}${this.err}`)
  }

  /** Waits for its end. */
  async ended(): Promise<Ran> {
    const { process } = this.child
    if (process.exitCode === null && process.signalCode === null) await new Promise((done) => process.once('close', done))
    return { code: process.exitCode, out: this.out, err: this.err }
  }
}

/** A terminal in a folder. */
export class Shell {
  readonly folder: string

  /** @param url of a service; without one, commands go to Redis */
  constructor(
    readonly redis: SharedRedis,
    readonly namespace: string,
    readonly url?: string,
  ) {
    mkdirSync(join(ROOT, '.chordis'), { recursive: true })
    this.folder = mkdtempSync(join(ROOT, '.chordis', 'cli-'))
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name))
  }

  /** Starts a command; it is killed with the test at the latest. */
  start(args: readonly string[], { input, env, namespace }: RunOptions = {}): Running {
    const place = this.url === undefined || args[0] === 'worker' ? { CHORDIS_REDIS_URL: this.redis.url } : { CHORDIS_URL: this.url }
    const variables = { ...process.env, ...place, CHORDIS_NAMESPACE: namespace ?? this.namespace, ...env }
    const child = spawnChild(process.execPath, [binary(), ...args], { cwd: this.folder, env: variables, stdio: 'pipe' })
    child.process.stdin?.on('error', () => undefined)
    child.process.stdin?.end(input ?? '')
    onTestFinished(async () => {
      await killNow(child)
    })
    return new Running(child)
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.start(args, options).ended()
  }

  /** A worker of `tasks.ts` that is ready. */
  async worker(...args: string[]): Promise<Running> {
    if (!this.has('tasks.ts')) this.write('tasks.ts', TASKS)
    const worker = this.start(['worker', '-m', './tasks.ts', ...args])
    await worker.says(/\bready\b/)
    return worker
  }

  /** Submits a canvas and answers the id. */
  async submit(canvas: unknown, ...args: string[]): Promise<string> {
    const { code, out, err } = await this.run(['submit', '-', ...args], { input: JSON.stringify(canvas) })
    if (code !== 0) throw new Error(`submit ended with ${code}: ${err}`)
    return out.trim()
  }

  async json(...args: string[]): Promise<Record<string, unknown>> {
    return JSON.parse((await this.run([...args, '--json'])).out) as Record<string, unknown>
  }
}

/** Which way the commands of this file's tests go. */
export const way = { service: false }

/** A Redis for the file, and the program built. Each shell has a namespace of its own, and where the file says so a service of it. */
export function useCli(): () => Promise<Shell> {
  const redis = useRedis()
  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/setup.mjs'], { cwd: ROOT, stdio: 'pipe' })
    if (way.service) await loadService()
  }, 120_000)
  return async () => {
    const namespace = redis.ns()
    return new Shell(redis, namespace, way.service ? await serve(redis.url, namespace) : undefined)
  }
}

/** Only where it is needed: it takes seconds to load. */
const loadService = () => import('../../src/modules/service/index.js')

/** Where a service listens that ends with the test. */
async function serve(redis: string, namespace: string): Promise<string> {
  const { createService } = await loadService()
  const { url, close } = await createService({ redis, namespace, roles: ['api'], port: 0, logger: false, drain: { httpMs: 200 } })
  onTestFinished(close)
  return url
}
