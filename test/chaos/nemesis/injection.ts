/** The faults of a plan, each lane for itself, until the time is over. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Lane } from './fault.js'
import { bounded, type Ground, PATIENCE_MS } from './ground.js'
import type { Step } from './plan.js'

/** No fault takes longer, with all that it waits for: a run ends, whatever one of them waits for, ms. */
const FAULT_MS = 4 * PATIENCE_MS
/** How long nothing is on before one that is to be alone, ms: what others did is over. */
const CALM_MS = 1_200
/** How long it keeps others from beginning, ms: that it strikes may take a second, what it does to others 2.5 s. */
const ALONE_MS = 4_000
const LOOK_MS = 20

export class Injection<A extends Ground> {
  /** While one is to be alone. */
  private quiet: Promise<void> | undefined
  private readonly on = new Map<number, string>()
  private injected = 0
  private from: number

  constructor(private readonly arena: A) {
    this.from = arena.now()
  }

  /** How far it is; `now`: the faults that are on. */
  progress(): { elapsedMs: number; faults: number; now: string[] } {
    return { elapsedMs: this.arena.now() - this.from, faults: this.injected, now: [...this.on.values()] }
  }

  /** Ends when the time is over and all that was begun has been healed. */
  async perform(lanes: Map<Lane, Generator<Step<A>>>, seconds: number): Promise<void> {
    this.from = this.arena.now()
    await Promise.all([...[...lanes.values()].map((steps) => this.lane(steps, seconds * 1_000)), sleep(seconds * 1_000)])
  }

  private async lane(steps: Generator<Step<A>>, ms: number): Promise<void> {
    const left = (): number => ms - (this.arena.now() - this.from)
    for (const { fault, gapMs, random } of steps) {
      await sleep(Math.min(gapMs, Math.max(0, left())))
      while (this.quiet !== undefined) await this.quiet
      if (left() <= 0) return
      const id = this.injected++
      const work = (): Promise<void> => this.inject(id, fault, random)
      this.on.set(id, fault.name)
      await (fault.alone ? this.alone(work) : work())
      this.on.delete(id)
    }
  }

  /** Waits for those that are on; none begins meanwhile, nor for a while after. */
  private async alone(work: () => Promise<void>): Promise<void> {
    let release = (): void => undefined
    this.quiet = new Promise((resolve) => {
      release = () => {
        this.quiet = undefined
        resolve()
      }
    })
    while (this.on.size > 1) await sleep(LOOK_MS)
    await sleep(CALM_MS)
    void sleep(ALONE_MS).then(release)
    await work()
  }

  /** Writes down when a fault began and how it ended. An injection that fails or does not end is a finding, not the end of the run. */
  private async inject(id: number, { name, inject: strike }: Fault<A>, random: Step['random']): Promise<void> {
    const { write } = this.arena.parts
    write({ op: 'fault', type: 'invoke', id, name })
    try {
      const recoveryMs = await bounded(strike(this.arena, random), FAULT_MS)
      write(recoveryMs === null ? { op: 'fault', type: 'info', id, name } : { op: 'fault', type: 'ok', id, name, recoveryMs })
    } catch (error) {
      write({ op: 'fault', type: 'fail', id, name, error: error instanceof Error ? error.message : String(error) })
    }
  }
}
