/**
 * Answers about credentials, kept for a while: a request with a credential that was seen in the last 5 s asks nobody.
 *
 * An answer older than that is asked for anew, once however many requests want it. Whoever would answer may be away: then a good credential stays good for 60 s
 * after its last answer, and one without an answer at hand is an error (503), never a refusal. A refusal is forgotten after 5 s.
 */
import { ChordisError } from '../../engine/index.js'

/** How long answers are good, in ms, and how many of each kind are kept. */
export interface AnswersOptions {
  /** Default 5,000: within that a revoked credential is refused everywhere. */
  freshMs?: number
  /** While nobody answers. Default 60,000. */
  staleMs?: number
  /** How long a request waits for an answer while it has an old one. Default 1,000. */
  waitMs?: number
  /** Default 10,000 good ones, and as many that are not: who guesses pushes no good one out. */
  most?: number
  /** Milliseconds since any instant, never set back. */
  clock?: () => number
}

interface Answer<T> {
  value: T | null
  /** When it was asked for. */
  at: number
  /** When somebody waited for a newer one in vain. */
  failedAt: number
}

/** Answers by credential; null: it is none. */
export class Answers<T> {
  private readonly good = new Map<string, Answer<T>>()
  private readonly bad = new Map<string, Answer<T>>()
  private readonly asked = new Map<string, Promise<T | null>>()
  private readonly freshMs: number
  private readonly staleMs: number
  private readonly waitMs: number
  private readonly most: number
  private readonly clock: () => number

  constructor(
    private readonly ask: (id: string, input: string) => Promise<T | null>,
    { freshMs = 5_000, staleMs = 60_000, waitMs = 1_000, most = 10_000, clock = () => performance.now() }: AnswersOptions = {},
  ) {
    this.freshMs = freshMs
    this.staleMs = staleMs
    this.waitMs = waitMs
    this.most = most
    this.clock = clock
  }

  /**
   * The answer about one credential.
   * @param input handed to who answers, with the id
   * @throws what asking throws, when there is no answer at hand
   */
  async get(id: string, input = ''): Promise<T | null> {
    const now = this.clock()
    const known = this.good.get(id) ?? this.bad.get(id)
    if (known !== undefined && now - known.at < this.freshMs) return known.value
    const asking = this.asking(id, input)
    if (known === undefined || known.value === null || now - known.at >= this.staleMs) return asking
    // While nobody answers, one request in a second waits, and not each.
    if (now - known.failedAt < this.waitMs) return known.value
    try {
      return await within(this.waitMs, asking)
    } catch (error) {
      if (!isAway(error)) throw error
      known.failedAt = this.clock()
      return known.value
    }
  }

  /** How many are kept: good ones, and others. */
  get sizes(): [good: number, bad: number] {
    return [this.good.size, this.bad.size]
  }

  private asking(id: string, input: string): Promise<T | null> {
    const under = this.asked.get(id)
    if (under !== undefined) return under
    const asking = this.learn(id, input).finally(() => this.asked.delete(id))
    // It may fail after everybody has taken an old answer.
    asking.catch(() => undefined)
    this.asked.set(id, asking)
    return asking
  }

  private async learn(id: string, input: string): Promise<T | null> {
    const at = this.clock()
    const value = await this.ask(id, input)
    this.good.delete(id)
    this.bad.delete(id)
    const kept = value === null ? this.bad : this.good
    kept.set(id, { value, at, failedAt: Number.NEGATIVE_INFINITY })
    // The one that was asked for longest ago goes.
    for (const oldest of kept.keys()) {
      if (kept.size <= this.most) break
      kept.delete(oldest)
    }
    return value
  }
}

/** Nobody answered, which says nothing about the credential. */
const isAway = (error: unknown): boolean => error instanceof NoAnswer || (error instanceof ChordisError && error.retryable)

class NoAnswer extends Error {}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
