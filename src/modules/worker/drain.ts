/**
 * Whether this process is going away. Readiness looks at it, and requests that only wait answer as soon as it begins.
 */
import { Injectable } from '@nestjs/common'

/** Whether this process is going away. Readiness looks at it, and requests that only wait answer as soon as it begins. */
@Injectable()
export class Drain {
  private resolve: () => void = () => undefined
  private begun = false

  private readonly last: (() => Promise<void>)[] = []

  /** Resolves when the drain begins; never before. */
  readonly started = new Promise<void>((resolve) => {
    this.resolve = resolve
  })

  /** Whether it has begun. */
  get isDraining(): boolean {
    return this.begun
  }

  /** From here on this process is not ready. Safe to repeat. */
  begin(): void {
    this.begun = true
    this.resolve()
  }

  /** To be done when HTTP and the workers have stopped, and Redis is still there. */
  atEnd(work: () => Promise<void>): void {
    this.last.push(work)
  }

  /** Does what was left for the end. What fails keeps nothing else from being done. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.last.splice(0).map((work) => work()))
  }

  /** `work`, or `undefined` when the drain begins first. The work itself goes on unheard. */
  async race<T>(work: Promise<T>): Promise<T | undefined> {
    work.catch(() => undefined)
    return Promise.race([work, this.started.then(() => undefined)])
  }
}
