/** Who waits for an outcome, or for everything to come to rest. */
import type { WaitAnswer } from '../client/waiter.js'
import { controlText } from '../protocol/states.js'
import type { Workflows } from './workflows.js'

export class Waits {
  /** By workflow. */
  private readonly told = new Map<string, Set<() => void>>()
  private resting: (() => void)[] = []

  /** The outcome once it is known; null after `timeoutMs` of real time, or as soon as `isStuck`: nothing can go on any more. */
  async wait(workflows: Workflows, id: string, timeoutMs: number, isStuck: () => boolean): Promise<WaitAnswer | null> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const run = workflows.get(id)
      if (run === null) return ['none']
      if (run.control.outcome > 0) return ['outcome', controlText(run.control), JSON.stringify(run.meta), null, null]
      const left = deadline - performance.now()
      if (left <= 0 || isStuck()) return null
      await this.news(id, left)
    }
  }

  /** Something is new about the workflow. */
  tell(id: string): void {
    for (const told of this.told.get(id) ?? []) told()
  }

  tellAll(): void {
    for (const id of [...this.told.keys()]) this.tell(id)
  }

  untilQuiet(): Promise<void> {
    return new Promise((resolve) => this.resting.push(resolve))
  }

  /** Nothing runs. */
  quiet(): void {
    for (const rested of this.resting.splice(0)) rested()
  }

  private async news(id: string, withinMs: number): Promise<void> {
    const set = this.told.get(id) ?? new Set()
    this.told.set(id, set)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, Math.min(withinMs, 2 ** 31 - 1))
      set.add(done)
      function done(): void {
        clearTimeout(timer)
        set.delete(done)
        resolve()
      }
    })
    if (set.size === 0 && this.told.get(id) === set) this.told.delete(id)
  }
}
