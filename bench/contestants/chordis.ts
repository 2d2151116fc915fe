/** Chordis through its public API, with its default settings. */
import { randomBytes } from 'node:crypto'
import { Client, chain, chord, type Json, TaskRegistry, task, Worker, type WorkflowHandle } from '../../src/engine/index.js'
import type { Contestant, Place, Running, Session, WorkerChoice } from '../contract.js'

const add = task('add', (x: number, y: number) => x + y)
const sum = task('sum', (values: number[]) => values.reduce((total, value) => total + value, 0))
const inc = task('inc', (x: number) => x + 1)
const text = task('text', (value: string) => value)
const TASKS = [add, sum, inc, text]

/** Submissions under way at the same time, as in the floor. */
const AT_ONCE = 8
const PATIENCE_MS = 600_000

class ChordisSession implements Session {
  private worker: Worker | null = null

  constructor(
    private readonly place: Place,
    private readonly client: Client,
  ) {}

  async startWorker({ concurrency }: WorkerChoice): Promise<void> {
    const tasks = new TaskRegistry()
    for (const { definition } of TASKS) tasks.register(definition)
    this.worker = new Worker({ redis: this.place.url, namespace: this.place.prefix, tasks, concurrency })
    await this.worker.start()
  }

  async stopWorker(): Promise<void> {
    await this.worker?.stop()
    this.worker = null
  }

  async chords(count: number, width: number): Promise<Running> {
    const expected = (width * (width - 1)) / 2 + 2 * width
    return this.submit(
      count,
      () =>
        chord(
          Array.from({ length: width }, (_, i) => add.s(i, 2)),
          sum.s(),
        ),
      expected,
    )
  }

  async chordOfTexts(width: number): Promise<void> {
    const members = Array.from({ length: width }, () => text.s(randomBytes(30).toString('base64url')))
    await this.client.submit(chord(members, sum.s()))
  }

  async chains(count: number, length: number): Promise<Running> {
    return this.submit(
      count,
      () =>
        chain(
          inc.s(0),
          Array.from({ length: length - 1 }, () => inc.s()),
        ),
      length,
    )
  }

  /** Waiters are in place before the work begins, so that the end is heard, not looked for. */
  private async submit(count: number, canvas: () => unknown, expected: number): Promise<Running> {
    const handles: WorkflowHandle[] = []
    for (let from = 0; from < count; from += AT_ONCE) {
      const wave = Array.from({ length: Math.min(AT_ONCE, count - from) }, () => this.client.submit(canvas()))
      handles.push(...(await Promise.all(wave)))
    }
    return { ended: Promise.all(handles.map((handle) => check(handle, expected))).then(() => {}) }
  }

  async close(): Promise<void> {
    await this.stopWorker()
    await this.client.close()
  }
}

async function check(handle: WorkflowHandle, expected: Json): Promise<void> {
  const value = await handle.result({ timeoutMs: PATIENCE_MS })
  if (value !== expected) throw new Error(`wrong result of ${handle.id}: ${JSON.stringify(value)} instead of ${JSON.stringify(expected)}`)
}

export const chordis: Contestant = {
  name: 'chordis',
  open: async (place) => new ChordisSession(place, await Client.connect({ redis: place.url, namespace: place.prefix })),
}
