/**
 * Who sends a request, by its `Authorization` header: `Bearer` and an API key of the namespace, a key of the configuration, or a JSON Web Token. The guard uses
 * it, and whatever else lets people in (the handshake of a WebSocket).
 */
import { hashApiKey } from '../../engine/index.js'
import type { StaticKey } from './access.options.js'
import type { ApiKeyVerifier } from './api-key.verifier.js'
import type { JwtVerifier } from './jwt.verifier.js'
import { Principal } from './principal.js'
import { UnauthenticatedError } from './unauthenticated.js'

/** What may say who somebody is. */
export interface Verifiers {
  keys?: ApiKeyVerifier
  jwt?: JwtVerifier
  staticKeys?: readonly StaticKey[]
}

const BEARER = /^Bearer +(\S+) *$/i

/** Says who sends a request. */
export class Authenticator {
  private readonly fixed: ReadonlyMap<string, Principal>

  /** @throws ChordisError `request-invalid`, `name-invalid` for the grant of a static key that cannot be */
  constructor(private readonly by: Verifiers) {
    this.fixed = new Map(by.staticKeys?.map(({ hash, id, grant }) => [hash, new Principal('key', `static:${id}`, grant)]))
  }

  /**
   * Whose credential it is.
   * @param authorization value of the header
   * @throws UnauthenticatedError, the same whatever is wrong; ChordisError `redis-unavailable`, `issuer-unavailable`: nobody could say
   */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    if (authorization === undefined) throw new UnauthenticatedError(false, 'no credential')
    const [, token] = BEARER.exec(authorization) ?? []
    if (token === undefined) throw new UnauthenticatedError(true, 'not a bearer token')
    const principal = await this.find(token)
    if (principal === null) throw new UnauthenticatedError(true, `${kindOf(token)} is unknown, revoked, expired or forged`)
    return principal
  }

  private async find(token: string): Promise<Principal | null> {
    // Found by its SHA-256: how long that takes says nothing about the text of a key.
    const fixed = this.fixed.size > 0 ? this.fixed.get(hashApiKey(token)) : undefined
    if (fixed !== undefined) return fixed
    if (isApiKey(token)) return (await this.by.keys?.verify(token)) ?? null
    return (await this.by.jwt?.verify(token)) ?? null
  }
}

const isApiKey = (token: string): boolean => token.startsWith('chordis_')
const kindOf = (token: string): string => (isApiKey(token) ? 'the API key' : 'the token')
