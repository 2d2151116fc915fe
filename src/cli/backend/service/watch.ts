/** Tells of changes of a workflow by the events of a service. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChordisApi } from '../../../api-client/index.js'
import type { Watch } from '../backend.js'

/** Between two looks at least, ms: a wide workflow has thousands of events a second. */
const LEAST_MS = 150
/** And at most, ms: where a proxy holds events back, the namespace writes none, or they began before anybody listened. */
const MOST_MS = 2_000

export class ServiceWatch implements Watch {
  private readonly closing = new AbortController()
  private changed = false
  private wake: () => void = () => {}

  /** @param mostMs between two looks, ms */
  constructor(
    api: ChordisApi,
    id: string,
    private readonly mostMs = MOST_MS,
  ) {
    void this.listen(api, id)
  }

  async next(withinMs: number): Promise<void> {
    await sleep(Math.min(LEAST_MS, withinMs))
    const most = Math.min(this.mostMs, withinMs) - LEAST_MS
    if (!this.changed && most > 0) await Promise.race([sleep(most), this.told()])
    this.changed = false
  }

  close(): void {
    this.closing.abort()
  }

  private told(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }

  private async listen(api: ChordisApi, id: string): Promise<void> {
    try {
      for await (const _ of api.followWorkflow(id, { signal: this.closing.signal })) {
        this.changed = true
        this.wake()
      }
    } catch {
      // Closed, or refused: then looks are what is left, and they say what is wrong.
    }
  }
}
