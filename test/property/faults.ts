/** Losses on the wire between an engine and Redis, as the tests of this folder use them. */
import { createHash } from 'node:crypto'
import { type Fault, type ProxyRequest, RedisProxy } from '../support/proxy.js'
import { callIdentity } from '../support/proxy-requests.js'

/** The same words every time, so that "once" would hit only the first: every second one is lost. */
const REPEATED = new Set(['script:tend', 'script:beat', 'BLPOP'])
const READS = new Set(['HMGET', 'HGET', 'HGETALL', 'HSET', 'HSETNX'])

function identity(request: ProxyRequest): string | undefined {
  if (REPEATED.has(request.key)) return `${request.key} ${request.nth >> 1}`
  return callIdentity(request) ?? (READS.has(request.name) ? createHash('sha1').update(request.frame).digest('hex') : undefined)
}

/** Every distinct request is executed, and the first answer to it is lost with its connection. `onLoss` hears what it was: `script:turn`. */
export function loseEveryReplyOnce(proxy: RedisProxy, onLoss: (key: string) => void = () => undefined): Fault {
  return proxy.loseEachOnce({
    key: (request) => {
      const id = identity(request)
      if (id !== undefined) onLoss(request.key)
      return id
    },
  })
}

/** Ways to one Redis on which every reply is lost once; each party takes one of its own, so that one's losses are not another's. */
export class LossyWays {
  /** What was lost so far: `script:turn`. */
  readonly hit = new Set<string>()
  private readonly proxies: RedisProxy[] = []

  /** @param server where they lead; asked at the first use */
  constructor(private readonly server: () => { host: string; port: number }) {}

  /** The URL of another way. */
  async open(): Promise<string> {
    const proxy = await RedisProxy.start(this.server())
    this.proxies.push(proxy)
    loseEveryReplyOnce(proxy, (key) => this.hit.add(key))
    return proxy.url
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
  }
}
