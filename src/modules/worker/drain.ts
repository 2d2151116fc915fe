/**
 * Whether this process is going away. Readiness looks at it, and requests that only wait answer as soon as it begins.
 */
import { Injectable } from '@nestjs/common'

/** Whether this process is going away. Readiness looks at it, and requests that only wait answer as soon as it begins. */
@Injectable()
export class Drain {
  private resolve: () => void = () => undefined
  private begun = false

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

  /** `work`, or `undefined` when the drain begins first. The work itself goes on unheard. */
  async race<T>(work: Promise<T>): Promise<T | undefined> {
    work.catch(() => undefined)
    return Promise.race([work, this.started.then(() => undefined)])
  }
}
