/** Counts what workers have run, in this process or reported by others. */
import type { PlainTask, Tally } from '../contract.js'

export class Counter implements Tally {
  count = 0
  readonly lateness: number[] = []
  /** Called after each {@link add}. */
  changed: () => void = () => {}
  private waiting: { count: number; resolve: () => void }[] = []

  add(count: number, lateness: readonly number[] = []): void {
    this.count += count
    for (const ms of lateness) this.lateness.push(ms)
    if (this.waiting.length > 0) this.settle()
    this.changed()
  }

  until(count: number): Promise<void> {
    if (this.count >= count) return Promise.resolve()
    return new Promise((resolve) => this.waiting.push({ count, resolve }))
  }

  private settle(): void {
    const due = this.waiting.filter(({ count }) => this.count >= count)
    this.waiting = this.waiting.filter(({ count }) => this.count < count)
    for (const { resolve } of due) resolve()
  }
}

/** Unix ms with fractions: comparable between the processes of one machine. */
export const unixMs = (): number => performance.timeOrigin + performance.now()

export const SLEEP_MS = 20

/** The plain tasks' body, the same for every contestant in this language. */
export function body(tally: Counter): (kind: PlainTask['kind'], stamp: number) => null | Promise<null> {
  const slept = (done: (value: null) => void) => (): void => {
    tally.add(1)
    done(null)
  }
  return (kind, stamp) => {
    if (kind === 'sleep') return new Promise((done) => setTimeout(slept(done), SLEEP_MS))
    tally.add(1, kind === 'late' ? [unixMs() - stamp] : [])
    return null
  }
}
