/**
 * API keys of the service: `client.apiKeys`. Made, rotated and revoked here and by `chordis keys`; what asks for them are the services of the namespace
 * (src/modules/access), each of which keeps what it has found for 5 s: a change is known everywhere after that.
 */
import { type ApiKeyOptions, type ApiKeyView, apiKeyView, goodSecrets, newStoredKey, type StoredApiKey } from '../protocol/api-keys.js'
import { ChordisError } from '../protocol/errors.js'
import { checkWhole, newApiKeyId } from '../protocol/ids.js'
import { countApiKeys, listApiKeys, readApiKey, touchApiKey, writeApiKey } from '../redis/api-keys.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { hashApiKey, newApiKeyText } from './api-key-text.js'
import { explained, explainedRead } from './failures.js'

/** A key with its text, which is shown this once: the server keeps a hash of it. */
export interface NewApiKey extends ApiKeyView {
  /** `chordis_<id>_<secret>` */
  key: string
}

/** A key for who compares: by which hashes it is known, and for how long. */
export interface FoundApiKey {
  view: ApiKeyView
  /** SHA-256 of the texts that are good, hexadecimal, and for how long each is, ms (`Infinity`: until it is revoked). Empty: the key has expired. */
  secrets: readonly { hash: string; goodForMs: number }[]
}

/** How long the old secret works after a rotation, ms: 24 h; 30 days at most. */
const GRACE_MS = 86_400_000
const MAX_GRACE_MS = 30 * GRACE_MS
/** Between two notes of a process that a key was used. */
const TOUCH_MS = 60_000
/** Notes that a process remembers; beyond, it forgets them all and notes anew. */
const MOST_TOUCHED = 10_000
/** Somebody else changed the key between read and write: tries. */
const TRIES = 5

/** API keys: `client.apiKeys`. */
export class ApiKeys {
  private readonly touched = new Map<string, number>()

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /**
   * Makes a key.
   * @throws ChordisError `request-invalid`, `name-invalid`, `forbidden` (beyond `expiresBy`), `limit-exceeded` (there are 10,000), `redis-full`,
   * `redis-unavailable`; `outcome-unknown`: it may be there, and nobody has its text, so look for its label and revoke it
   */
  create(options: ApiKeyOptions): Promise<NewApiKey> {
    return explained(async () => {
      const id = newApiKeyId()
      const key = newApiKeyText(id)
      const { now } = await readApiKey(this.connection, this.namespace, id)
      const stored = newStoredKey(options, hashApiKey(key), now)
      await this.write(id, '', stored)
      return { ...apiKeyView(id, stored, ''), key }
    })
  }

  /** All keys, the oldest first; without their secrets. @throws ChordisError `redis-unavailable` */
  list(): Promise<ApiKeyView[]> {
    return explainedRead(async () => {
      const all = await listApiKeys(this.connection, this.namespace)
      return all.map(([id, { key, used }]) => apiKeyView(id, key, used)).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    })
  }

  /** One key, without its secret. @throws ChordisError `not-found`, `redis-unavailable` */
  async get(id: string): Promise<ApiKeyView> {
    const found = await this.find(id)
    if (found === null) throw unknownKey(id)
    return found.view
  }

  /**
   * Gives a key another secret. What it may do, and when it expires, stays.
   * @param options `graceMs`: the old secret works so long, 0 to 30 days, default 24 h. Of two rotations only the last secret before has a grace
   * @throws ChordisError `not-found`, `request-invalid`, `redis-unavailable`, `outcome-unknown`: rotate again
   */
  rotate(id: string, { graceMs = GRACE_MS }: { graceMs?: number } = {}): Promise<NewApiKey> {
    return explained(async () => {
      checkWhole(graceMs, 0, MAX_GRACE_MS, 'graceMs')
      const key = newApiKeyText(id)
      const { stored, used } = await this.change(id, ({ previous: _, hash, ...rest }, now) => ({
        ...rest,
        hash: hashApiKey(key),
        ...(graceMs === 0 ? {} : { previous: { hash, until: now + graceMs } }),
      }))
      return { ...apiKeyView(id, stored, used), key }
    })
  }

  /**
   * Removes a key: services refuse it from then on, those that have it at hand within 5 s.
   * @returns false: there was none
   * @throws ChordisError `redis-unavailable`, `outcome-unknown`: revoke again
   */
  revoke(id: string): Promise<boolean> {
    return explained(async () => {
      for (let tries = 0; tries < TRIES; tries++) {
        const { read } = await readApiKey(this.connection, this.namespace, id)
        if (read === null) return false
        if (await writeApiKey(this.connection, this.namespace, id, read.seen, null)) return true
      }
      throw contended(id)
    })
  }

  /** What is to be compared with a credential; null: there is no such key. @throws ChordisError `redis-unavailable` */
  find(id: string): Promise<FoundApiKey | null> {
    return explainedRead(async () => {
      const { now, read } = await readApiKey(this.connection, this.namespace, id)
      return read === null ? null : { view: apiKeyView(id, read.key, read.used), secrets: goodSecrets(read.key, now) }
    })
  }

  /** How many there are. @throws ChordisError `redis-unavailable` */
  count(): Promise<number> {
    return explainedRead(() => countApiKeys(this.connection, this.namespace))
  }

  /** Notes that a key was used; at most once a minute for each process. Waits for nothing: a note that is lost is made a minute later. */
  touch(id: string): void {
    const now = performance.now()
    if (now - (this.touched.get(id) ?? Number.NEGATIVE_INFINITY) < TOUCH_MS) return
    if (this.touched.size >= MOST_TOUCHED) this.touched.clear()
    this.touched.set(id, now)
    touchApiKey(this.connection, this.namespace, id).catch(() => undefined)
  }

  private async change(id: string, to: (key: StoredApiKey, now: number) => StoredApiKey): Promise<{ stored: StoredApiKey; used: string }> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { now, read } = await readApiKey(this.connection, this.namespace, id)
      if (read === null) throw unknownKey(id)
      const stored = to(read.key, now)
      if (await writeApiKey(this.connection, this.namespace, id, read.seen, stored)) return { stored, used: read.used }
    }
    throw contended(id)
  }

  private async write(id: string, seen: string, key: StoredApiKey): Promise<void> {
    if (!(await writeApiKey(this.connection, this.namespace, id, seen, key))) throw contended(id)
  }
}

const unknownKey = (id: string): ChordisError => new ChordisError('not-found', `there is no API key ${id}`)

const contended = (id: string): ChordisError =>
  new ChordisError('outcome-unknown', `API key ${id} is changed by others faster than it can be read; try again`)
