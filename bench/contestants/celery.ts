/**
 * Celery on Redis, as broker and as result backend, where Python can import it. Python submits and waits (celery/driver.py); workers are processes
 * of celery/app.py: prefork up to 16 at a time, which is Celery's default pool, and threads beyond.
 *
 * Plain tasks ignore their results, which spares Celery a write and a publication for each; the other contestants keep theirs.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Contestant, Place, PlainTask, Running, Session, Tally, WorkerChoice } from '../contract.js'
import { keep, output } from '../lib/child.js'
import { BENCH } from '../lib/paths.js'
import { NESTED, randomText, sumOf } from '../workloads/shapes.js'

const FOLDER = join(BENCH, 'contestants/celery')
const PREFORK = 16
/** A worker that uses both cores of this machine, for chords and chains. */
const CORES = 2

interface Answer {
  value?: unknown
  error?: string
}

class CelerySession implements Session {
  readonly tally: Tally
  private readonly driver: ChildProcess
  private readonly workers: ChildProcess[] = []
  private readonly asked: ((answer: Answer) => void)[] = []
  private readonly late: number[] = []
  private kind: PlainTask['kind'] = 'noop'
  private workersAwake: () => void = () => {}
  private readonly awake = new Promise<void>((done) => {
    this.workersAwake = done
  })

  constructor(private readonly place: Place) {
    this.driver = this.python(['driver.py'], 'pipe')
    createInterface({ input: this.driver.stdout as NodeJS.ReadableStream }).on('line', (line) =>
      this.asked.shift()?.(JSON.parse(line) as Answer),
    )
    this.driver.once('exit', (code) => {
      for (const answer of this.asked.splice(0)) answer({ error: `the driver ended with ${code}` })
    })
    this.tally = { count: 0, lateness: this.late, until: (count) => this.until(count) }
  }

  private python(args: string[], stdio: 'pipe' | 'ignore'): ChildProcess {
    const env = {
      ...process.env,
      BENCH_REDIS_URL: this.place.url,
      BENCH_PREFIX: this.place.prefix,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONWARNINGS: 'ignore',
      C_FORCE_ROOT: '1',
    }
    return keep(spawn(python, args, { cwd: FOLDER, env, stdio: [stdio, stdio, 'inherit'] }))
  }

  private async call(name: string, args: object = {}): Promise<unknown> {
    this.driver.stdin?.write(`${JSON.stringify([name, args])}\n`)
    const { value, error } = await new Promise<Answer>((done) => this.asked.push(done))
    if (error !== undefined) throw new Error(error)
    return value
  }

  async startWorkers({ concurrency, processes }: WorkerChoice): Promise<void> {
    const wanted = processes === undefined ? CORES : concurrency
    const pool = wanted > PREFORK ? 'threads' : 'prefork'
    for (let k = 0; k < (processes ?? 1); k++) this.workers.push(this.python(['app.py', pool, String(wanted)], 'ignore'))
    await this.call('awake', { workers: this.workers.length })
    this.workersAwake()
  }

  async tasks(count: number, { kind, stamp = 0, dueMs, bytes }: PlainTask): Promise<void> {
    this.kind = kind
    await this.call('tasks', { count, kind, stamp, due: dueMs ?? null, size: bytes ?? null })
  }

  private async until(count: number): Promise<void> {
    if (this.kind !== 'late') return void (await this.call('drained'))
    this.late.splice(0, this.late.length, ...((await this.call('until_late', { count })) as number[]))
  }

  chords(count: number, width: number): Promise<Running> {
    return this.submit('chords', { count, width, expected: sumOf(width) })
  }

  /** Only stored: nobody waits for its end. */
  async chordOfTexts(width: number): Promise<Running> {
    await this.call('chord_of_texts', { texts: Array.from({ length: width }, randomText) })
    return { ended: new Promise(() => {}) }
  }

  chains(count: number, length: number): Promise<Running> {
    return this.submit('chains', { count, length })
  }

  nested(count: number): Promise<Running> {
    const { width, deep, tail, end, value } = NESTED
    return this.submit('nested', { count, width, deep, tail, end, value })
  }

  private async submit(name: string, args: object): Promise<Running> {
    await this.call(name, args)
    // The driver does one thing after another: it must not wait for the end before it has waited for the workers.
    const ended = this.awake.then(() => this.call('end')).then(() => {})
    ended.catch(() => {})
    return { ended }
  }

  async close(): Promise<void> {
    for (const worker of this.workers) worker.kill('SIGKILL')
    this.driver.kill('SIGKILL')
  }
}

/** Debian's packages are seen by Debian's Python, which need not be the first one in PATH. */
const PYTHONS = ['python3', '/usr/bin/python3']
let python = PYTHONS[0] as string

async function importable(): Promise<boolean> {
  for (const candidate of PYTHONS) {
    const can = await new Promise((done) => execFile(candidate, ['-c', 'import celery, redis'], (error) => done(error === null)))
    if (!can) continue
    python = candidate
    return true
  }
  return false
}

export const celery: Contestant = {
  name: 'celery',
  share: 0.01,
  quick: ['enqueue-bulk', 'plain-c100', 'chord-500', 'chain-10'],
  missing: async () =>
    (await importable()) ? null : 'python3 cannot import it; `apt-get install python3-celery python3-redis` installs it',
  version: async () => (await output(python, ['-c', 'import celery; print(celery.__version__)'], { cwd: FOLDER })).trim(),
  open: async (place) => {
    await importable()
    return new CelerySession(place)
  },
}
