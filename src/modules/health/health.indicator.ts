/**
 * A health indicator for @nestjs/terminus. It answers terminus's shape and needs nothing of it, so terminus stays the application's choice.
 */
import { Inject, Injectable } from '@nestjs/common'
import { Connections } from '../connections/connections.js'
import { Drain } from '../worker/drain.js'

/** What {@link ChordisHealthIndicator.isHealthy} looks at. */
export interface HealthIndicatorOptions {
  /** Default: the default connection. */
  connection?: string
  /** Milliseconds that Redis has for a PING. Default 1,000. */
  timeoutMs?: number
}

/** Terminus's `HealthIndicatorResult`. */
export type ChordisHealth<K extends string> = Record<K, { status: 'up'; pingMs: number } | { status: 'down'; message: string }>

/** A health indicator for terminus, or for anything that takes its shape. */
@Injectable()
export class ChordisHealthIndicator {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(Drain) private readonly drain: Drain,
  ) {}

  /**
   * `up` when Redis answers, this process's worker runs (where it has that role), and the process is not going away.
   * @example health.check([() => chordis.isHealthy('chordis')])
   * @throws Error when there is no such connection
   */
  async isHealthy<const K extends string>(key: K, options: HealthIndicatorOptions = {}): Promise<ChordisHealth<K>> {
    const connection = this.connections.get(options.connection)
    const down = (message: string) => ({ [key]: { status: 'down', message } }) as ChordisHealth<K>
    if (this.drain.isDraining) return down('this process is shutting down')
    if (connection.roles.includes('worker') && !connection.working) return down('the worker of this process is not running')
    try {
      const pingMs = Math.round((await within(options.timeoutMs ?? 1_000, connection.client.ping())) * 100) / 100
      return { [key]: { status: 'up', pingMs } } as ChordisHealth<K>
    } catch (error) {
      return down((error as Error).message)
    }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
