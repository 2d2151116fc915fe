/**
 * What the proxy knows of a request: its words, which script it calls, and the how-manieth of its kind it is. Counters live here.
 */
import { createHash } from 'node:crypto'
import { commandWords } from './resp.js'

export interface ProxyRequest {
  /** Number of the connection, 1-based, in the order of acceptance. */
  readonly connection: number
  /** Upper case: 'GET', 'EVALSHA'. */
  readonly name: string
  readonly args: readonly Buffer[]
  /** 'GET', or 'script:<label>', the same for EVAL and EVALSHA of one script; for FCALL the label is the function's name without its version. */
  readonly key: string
  /** SHA-1 of the script, or name of the function, when it calls one. */
  readonly sha: string | undefined
  /** 1 for the first request with this key over all connections. A repeat after a lost reply counts again. */
  readonly nth: number
  /** The bytes as sent. */
  readonly frame: Buffer
}

export type RequestPredicate = (request: ProxyRequest) => boolean

/** Numbers requests and names scripts. */
export class RequestLog {
  private readonly counts = new Map<string, number>()
  private readonly labels = new Map<string, string>()

  read(connection: number, frame: Buffer): ProxyRequest {
    const [first, ...args] = commandWords(frame)
    const name = (first ?? Buffer.alloc(0)).toString('latin1').toUpperCase()
    const sha = this.scriptOf(name, args)
    const identity = sha === undefined ? name : `script:${sha}`
    const nth = (this.counts.get(identity) ?? 0) + 1
    this.counts.set(identity, nth)
    return { connection, name, args, key: this.keyOf(identity), sha, nth, frame }
  }

  /** Requests so far by key; the labels known now. */
  all(): Map<string, number> {
    const byKey = new Map<string, number>()
    for (const [identity, count] of this.counts) {
      const key = this.keyOf(identity)
      byKey.set(key, (byKey.get(key) ?? 0) + count)
    }
    return byKey
  }

  /** For scripts whose text never passes the proxy (loaded by somebody else). */
  label(sha: string, label: string): void {
    this.labels.set(sha, label)
  }

  /** Functions of the engine's library carry its version behind their name: `turn_0123456789` is called "turn". */
  private functionOf(name: string): string {
    if (!this.labels.has(name)) this.labels.set(name, name.replace(/_[0-9a-f]{10}$/, ''))
    return name
  }

  private keyOf(identity: string): string {
    const label = identity.startsWith('script:') ? this.labels.get(identity.slice(7)) : undefined
    return label === undefined ? identity : `script:${label}`
  }

  private scriptOf(name: string, args: Buffer[]): string | undefined {
    const body = bodyOf(name, args)
    if (body !== undefined) {
      const sha = sha1(body)
      if (!this.labels.has(sha)) this.labels.set(sha, labelOf(body.toString('utf8', 0, 2_000)))
      return name === 'SCRIPT' ? undefined : sha
    }
    if (name.startsWith('FCALL')) return this.functionOf(args[0]?.toString('latin1') ?? '')
    return name.startsWith('EVALSHA') ? args[0]?.toString('latin1').toLowerCase() : undefined
  }
}

/** Identity of a script call, the same whether it went as EVAL or as EVALSHA; undefined for other commands. */
export function callIdentity(request: ProxyRequest): string | undefined {
  if (request.sha === undefined) return undefined
  const hash = createHash('sha1').update(request.sha)
  for (const arg of request.args.slice(1)) hash.update(`${arg.length}:`).update(arg)
  return hash.digest('hex')
}

function bodyOf(name: string, args: Buffer[]): Buffer | undefined {
  if (name === 'EVAL' || name === 'EVAL_RO') return args[0]
  return name === 'SCRIPT' && args[0]?.toString('latin1').toUpperCase() === 'LOAD' ? args[1] : undefined
}

/** `-- finish: end a leased attempt` is called "finish"; a script without such a line by its first 40 characters. */
function labelOf(body: string): string {
  return /^--\s*([\w.-]+):/m.exec(body)?.[1] ?? body.replace(/\s+/g, ' ').trim().slice(0, 40)
}

function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
