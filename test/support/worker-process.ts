/**
 * A worker as a real child process, so that a test can kill, stop and continue it. Runs compiled JavaScript; the program says it is
 * ready by printing a line. Dead with the test process.
 */
import { createInterface } from 'node:readline'
import { type Child, type Exit, killNow, signal, spawnChild } from './children.js'
import { until } from './wait.js'

export interface WorkerProcessOptions {
  /** Arguments of the program. */
  args?: string[]
  /** Arguments of node, before the path. */
  nodeArgs?: string[]
  /** Added to this process's environment; undefined removes. */
  env?: Record<string, string | undefined>
  /** The line that says "ready"; default: begins with the word ready. */
  ready?: RegExp
  /** Until it is ready, ms; default 60,000. */
  timeoutMs?: number
}

export class WorkerProcess {
  private readonly lines: string[] = []
  private ended: Exit | undefined

  private constructor(private readonly child: Child) {
    for (const stream of [child.process.stdout, child.process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line))
    }
    void child.exited.then((exit) => {
      this.ended = exit
    })
  }

  /** Ends when the program has printed its ready line; throws with its output if it ended or took too long. */
  static async start(path: string, options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
    const env = { ...process.env, ...options.env }
    const worker = new WorkerProcess(spawnChild(process.execPath, [...(options.nodeArgs ?? []), path, ...(options.args ?? [])], { env }))
    try {
      await worker.line(options.ready ?? /^ready\b/, options.timeoutMs ?? 60_000)
      return worker
    } catch (error) {
      await worker.kill9()
      throw error
    }
  }

  get pid(): number {
    return this.child.pid
  }

  get running(): boolean {
    return this.ended === undefined
  }

  /** Every whole line printed so far, both streams. */
  get output(): string {
    return this.lines.join('\n')
  }

  /** How it ended; waits for it. */
  get exited(): Promise<Exit> {
    return this.child.exited
  }

  /** The first printed line that matches, now or later. */
  async line(pattern: RegExp, timeoutMs = 10_000): Promise<string> {
    const found = await until(() => this.lines.find((line) => pattern.test(line)) ?? (this.ended ? this.ended : undefined), {
      timeoutMs,
      what: `process ${this.pid} prints ${pattern}`,
    }).catch((error: Error) => {
      throw new Error(`${error.message}; its output:\n${this.output.slice(-4_000)}`)
    })
    if (typeof found === 'string') return found
    throw new Error(
      `process ${this.pid} ended (code ${found.code}, ${found.signal}) before printing ${pattern}:\n${this.output.slice(-4_000)}`,
    )
  }

  /** SIGKILL; ends when it is gone. */
  kill9(): Promise<Exit> {
    return killNow(this.child)
  }

  /** SIGTERM; ends when it is gone. SIGKILL after `graceMs` (default 30,000). */
  async term(graceMs = 30_000): Promise<Exit> {
    signal(this.child, 'SIGTERM')
    const timer = setTimeout(() => signal(this.child, 'SIGKILL'), graceMs)
    const exit = await this.exited
    clearTimeout(timer)
    return exit
  }

  /** SIGSTOP: frozen, sockets open. */
  stop(): void {
    signal(this.child, 'SIGSTOP')
  }

  /** SIGCONT. */
  cont(): void {
    signal(this.child, 'SIGCONT')
  }
}
