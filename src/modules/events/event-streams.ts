/** The event streams that this process has open: it keeps them alive, ends those whose credential has, and ends all as soon as the process goes away. */
import type { ServerResponse } from 'node:http'
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common'
import type { EventSink, Subscription } from '../../engine/index.js'
import type { Principal } from '../access/principal.js'
import { Drain } from '../worker/drain.js'
import { EventStream, writeHead } from './event-stream.js'
import { farewell } from './wire.js'

/** Between two signs of life, ms: proxies cut connections that are silent for a minute, some for 30 s. */
const HEARTBEAT_MS = 15_000

/** Longest time for which streams are written without letting anything else run, ms. */
const SLICE_MS = 1
/** Writing rests for so many times as long as it took: a process that never sleeps gets the processor last, and its requests wait for their turn each time. */
const REST = 4

const GOING = 'this process is shutting down'

/** The event streams that this process has open. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly open = new Set<EventStream>()
  private readonly dirty = new Set<EventStream>()
  private restUntil = 0
  private readonly timer = setInterval(() => this.beat(), HEARTBEAT_MS).unref()

  constructor(@Inject(Drain) private readonly drain: Drain) {
    void drain.started.then(() => this.closeAll())
  }

  /** How many there are. */
  get size(): number {
    return this.open.size
  }

  /**
   * Answers a request with an event stream. `subscribe` is refused by throwing; then nothing has been sent yet.
   * @throws what `subscribe` throws
   */
  async serve(principal: Principal, response: ServerResponse, subscribe: (sink: EventSink) => Promise<Subscription>): Promise<void> {
    if (this.drain.isDraining) return turnAway(response)
    const stream = new EventStream(
      response,
      principal.expiresAt,
      (dirty) => this.schedule(dirty),
      (left) => this.open.delete(left),
    )
    const subscription = await subscribe(stream)
    this.open.add(stream)
    stream.begin(subscription)
    // Its head is all that is asked for: a stream would leave the connection waiting for an end.
    if (response.req.method === 'HEAD') stream.close('nobody reads the answer to a HEAD')
    if (this.drain.isDraining) this.closeAll()
  }

  private schedule(stream: EventStream): void {
    if (this.dirty.size === 0) this.plan()
    this.dirty.add(stream)
  }

  /** The next flush: as soon as nothing else is to be done, and not before the rest from the last one is over. */
  private plan(): void {
    const restMs = this.restUntil - performance.now()
    if (restMs < 1) setImmediate(() => this.flush())
    else setTimeout(() => this.flush(), restMs)
  }

  /** Writes to some, then lets others in: hundreds of clients must not hold up requests. What comes meanwhile leaves with the same write. */
  private flush(): void {
    const from = performance.now()
    for (const stream of this.dirty) {
      this.dirty.delete(stream)
      stream.flush()
      if (performance.now() - from > SLICE_MS) break
    }
    const now = performance.now()
    // It may have taken longer only because the machine is busy.
    this.restUntil = now + REST * Math.min(now - from, 2 * SLICE_MS)
    if (this.dirty.size > 0) this.plan()
  }

  /** A sign of life on each. */
  beat(): void {
    for (const stream of this.open) stream.beat()
  }

  private closeAll(): void {
    for (const stream of this.open) stream.close(GOING)
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
    this.closeAll()
  }
}

/** A browser comes back after a stream that ends, and gives up after an error. */
function turnAway(response: ServerResponse): void {
  writeHead(response)
  response.end(farewell(GOING))
}
