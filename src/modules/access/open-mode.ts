/**
 * A service without any credential: no API key in the namespace, none in the configuration, no issuer of tokens. It serves this machine only, and everybody
 * on it. With the first API key that is over, within 5 s, and until the service starts anew it stays so, even when all keys are revoked: who removes the
 * last key does not open the door.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type Logger } from '../../engine/index.js'
import type { AccessOptions } from './access.options.js'
import { localPrincipal, type Principal } from './principal.js'

/** What of a request says where it comes from. */
export interface Asked {
  method: string
  headers: { readonly [name: string]: string | string[] | undefined }
  socket: { remoteAddress?: string | undefined }
}

const LOOK_MS = 5_000
const WAIT_MS = 250
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i
const LOCAL_ADDRESS = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether everybody is let in, and who that is. */
export class OpenMode {
  private readonly local = localPrincipal()
  private closed: boolean
  private lookedAt = Number.NEGATIVE_INFINITY
  private looking: Promise<void> | undefined
  /** Somebody has waited for the look under way in vain. */
  private late = false

  /** @param countKeys API keys in the namespace; undefined: they are no credentials here */
  constructor(
    options: AccessOptions,
    private readonly countKeys: (() => Promise<number>) | undefined,
    private readonly logger: Logger,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.closed = options.open === 'never' || options.jwt !== undefined || (options.staticKeys?.length ?? 0) > 0
  }

  /** Whether there is no credential that could be asked for. @throws ChordisError `redis-unavailable`, before the first answer */
  async isOpen(): Promise<boolean> {
    if (this.closed || this.countKeys === undefined) return !this.closed
    if (this.clock() - this.lookedAt >= LOOK_MS) {
      this.looking ??= this.look(this.countKeys).finally(() => {
        this.looking = undefined
        this.late = false
      })
      await this.heard(this.looking)
    }
    return !this.closed
  }

  /**
   * Who sends a request while there is no credential; undefined: there are some, and the request needs one.
   * @throws ChordisError `forbidden` for what does not come from this machine, or comes from another site in its browser
   */
  async admit(request: Asked): Promise<Principal | undefined> {
    if (!(await this.isOpen())) return undefined
    refuseStrangers(request)
    return this.local
  }

  /** Where the service listens: on loopback while it is open, whatever was wanted. Says so once. */
  async hostFor(wanted: string): Promise<string> {
    if (!(await this.isOpen())) return wanted
    const host = ['localhost', '::1', '127.0.0.1'].includes(wanted) ? wanted : '127.0.0.1'
    this.logger.warn(
      { host, wanted },
      `no credential is configured: everybody on this machine may do everything, and the service listens on ${host} only; make a key (chordis keys create) and start it again`,
    )
    return host
  }

  /** While Redis hangs requests go on as before: one of them waits a moment, and not each until it gives up. */
  private async heard(looking: Promise<void>): Promise<void> {
    if (this.lookedAt === Number.NEGATIVE_INFINITY) return looking
    if (this.late) return
    this.late = await Promise.race([looking.then(() => false), sleep(WAIT_MS, true, { ref: false })])
  }

  private async look(countKeys: () => Promise<number>): Promise<void> {
    const known = this.lookedAt !== Number.NEGATIVE_INFINITY
    try {
      this.closed = (await countKeys()) > 0
      if (this.closed && known) this.logger.warn({}, 'the namespace has an API key now: requests need a credential from here on')
    } catch (error) {
      // It was open, and nobody can have made a key while Redis is away.
      if (!known) throw error
    }
    this.lookedAt = this.clock()
  }
}

/**
 * A page of any site may send requests to 127.0.0.1 from the browser of somebody who works here: by a name of its own that leads here (DNS rebinding, which
 * the Host header shows), or across sites (which Sec-Fetch-Site shows).
 */
function refuseStrangers({ method, headers, socket }: Asked): void {
  if (!LOCAL_ADDRESS.test(socket.remoteAddress ?? '')) throw stranger('this service has no credential and answers this machine only')
  if (!LOCAL_HOST.test(String(headers.host ?? ''))) throw stranger('must be localhost, 127.0.0.1 or [::1]', 'headers.host')
  const site = headers['sec-fetch-site']
  if (!READS.has(method) && (site === 'cross-site' || site === 'same-site'))
    throw stranger('must not come from another site', 'headers.sec-fetch-site')
}

const stranger = (rule: string, path?: string): ChordisError => new ChordisError('forbidden', rule, path === undefined ? {} : { path })
