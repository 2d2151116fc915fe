/**
 * The HTTP client of webhooks: to public addresses only (addresses.ts), no redirects, no proxy of the environment, 10 s in all, 64 kB of an answer that
 * nobody reads. `fetch` of Node cannot be told whom to connect to, so it is undici itself.
 */

import type { LookupAddress, LookupOptions } from 'node:dns'
import { lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import type { SendFault, WebhookAnswer, WebhookRequest } from '../../engine/index.js'
import { HostPolicy, type WebhookHosts } from './addresses.js'

/** Asks for all addresses of a host; `dns.lookup` is one. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** How deliveries travel. */
export interface WebhookTransportOptions extends WebhookHosts {
  /** How long an attempt may take, from the question for the address to the end of the answer, ms, 100 to 20,000. Default 10,000. */
  timeoutMs?: number
  /** Certificates that are trusted instead of Node's own list, PEM. */
  ca?: string | readonly string[]
  /** Asks for addresses. Default: the operating system. */
  resolve?: Resolve
}

const TIMEOUT_MS = 10_000
/** Bytes of an answer that are read, so that the connection can be used again. */
const MOST_READ = 65_536
const IDLE_MS = 4_000
/** Hosts to which connections are kept at the same time, and connections to each. */
const MOST_ORIGINS = 1_000
const CONNECTIONS = 8
/** Code of the error for an address that may not be told. */
const REFUSED = 'CHORDIS_ADDRESS_REFUSED'

/** Sends deliveries. */
export class WebhookTransport {
  readonly hosts: HostPolicy
  private readonly agent: Agent
  private readonly timeoutMs: number

  /** @throws ChordisError `request-invalid` */
  constructor(options: WebhookTransportOptions = {}) {
    this.hosts = new HostPolicy(options)
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS
    this.agent = new Agent({
      connect: {
        lookup: checkedLookup(this.hosts, options.resolve ?? resolve),
        timeout: this.timeoutMs,
        ...(options.ca === undefined ? {} : { ca: [options.ca].flat() }),
      },
      allowH2: false,
      connections: CONNECTIONS,
      maxOrigins: MOST_ORIGINS,
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
    })
  }

  /** One attempt. Never throws. */
  async send({ url, headers, body, signal }: WebhookRequest): Promise<WebhookAnswer> {
    const limit = AbortSignal.timeout(this.timeoutMs)
    try {
      // An address in the URL is never looked up, and what is allowed may have changed since the endpoint was made.
      const { origin, pathname, search } = this.allowed(url)
      const request = { origin, path: pathname + search, method: 'POST', headers, body, signal: AbortSignal.any([signal, limit]) } as const
      const answer = await this.agent.request(request)
      await discard(answer.body).catch(() => undefined)
      const retryAfterMs = retryAfter(answer.headers['retry-after'])
      return { status: answer.statusCode, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    } catch (error) {
      return { fault: limit.aborted ? 'timeout' : faultOf(error), cause: error }
    }
  }

  /** Cuts what is open. */
  async close(): Promise<void> {
    await this.agent.destroy()
  }

  private allowed(url: string): URL {
    try {
      return this.hosts.check(url)
    } catch (error) {
      throw Object.assign(new Error((error as Error).message), { code: REFUSED })
    }
  }
}

/**
 * Resolves a host and answers only if all its addresses may be told: the socket is connected to what is answered here, so nobody can answer this question
 * one way and the socket's another.
 */
function checkedLookup(hosts: HostPolicy, ask: Resolve): LookupFunction {
  return (host, options, answer) => {
    ask(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) return answer(error ?? notFound(host), '', 0)
      if (!addresses.every(({ address }) => hosts.allows(address))) return answer(refusedAddress(host), '', 0)
      if (options.all === true) answer(null, addresses)
      else answer(null, first.address, first.family)
    })
  }
}

const notFound = (host: string): NodeJS.ErrnoException => Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' })

const refusedAddress = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} has an address that is not public`), { code: REFUSED })

/** Reads and forgets; what is longer is cut off with its connection. */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  let read = 0
  for await (const chunk of body) {
    read += (chunk as Buffer).length
    if (read > MOST_READ) break
  }
}

/** Seconds, or a date (RFC 9110), as ms from now; undefined where there is none that can be read. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/
const FAULTS: { readonly [code: string]: SendFault } = {
  [REFUSED]: 'address-refused',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ENODATA: 'unresolved',
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
}

function faultOf(error: unknown): SendFault {
  const { code, errors } = error as { code?: string; errors?: readonly { code?: string }[] }
  const text = code ?? errors?.[0]?.code ?? ''
  return FAULTS[text] ?? (TLS_CODE.test(text) ? 'tls' : 'broken')
}
