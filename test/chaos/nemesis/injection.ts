/** The faults of a plan, each lane for itself, until the time is over. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Lane } from './fault.js'
import { bounded, type Ground, PATIENCE_MS } from './ground.js'
import type { Step } from './plan.js'

/** No fault takes longer, with all that it waits for: a run ends, whatever one of them waits for, ms. */
const FAULT_MS = 4 * PATIENCE_MS

export class Injection<A extends Ground> {
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
      if (left() <= 0) return
      const id = this.injected++
      this.on.set(id, fault.name)
      await this.inject(id, fault, random)
      this.on.delete(id)
    }
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
