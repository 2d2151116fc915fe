/** What a service is told about who may use it. */
import { ChordisError, checkWhole } from '../../engine/index.js'
import type { Grant } from './principal.js'

/** A credential that stands in the configuration and not in Redis. */
export interface StaticKey {
  /** SHA-256 of its text, hexadecimal: `printf %s "$KEY" | sha256sum`. The text should have 256 random bits: `openssl rand -base64 32`. */
  hash: string
  /** For logs and the audit log: `static:<id>`. */
  id: string
  /** What it allows. */
  grant: Grant
}

/** Names of the claims that say what a token allows. */
export interface ClaimNames {
  /** Claims with scopes: a list, or a text with spaces. Default `scope`, `scopes`, `scp`. What is no scope of ours is passed over. */
  scopes?: readonly string[]
  /** Default `tenant`. */
  tenant?: string
  /** Default `queues`: a list, or a text with spaces. */
  queues?: string
  /** Default `tasks`: likewise. */
  tasks?: string
}

/** JSON Web Tokens as credentials. One of `jwksUrl`, `jwks`, `publicKey` and `secret` says how they are signed. */
export interface JwtOptions {
  /** `iss` must be one of these. */
  issuer: string | readonly string[]
  /** `aud` must hold one of these. */
  audience: string | readonly string[]
  /** The issuer's key set: https, or http on a loopback address. Kept for 10 minutes; an unknown key asks again, at most every 30 s. */
  jwksUrl?: string
  /** The key set itself. */
  jwks?: { keys: readonly object[] }
  /** One public key, PEM (SPKI). */
  publicKey?: string
  /** A shared secret of 32 bytes or more. Without it no HS… algorithm is taken. */
  secret?: string
  /** Algorithms that are taken. Default RS256, PS256, ES256, EdDSA; with `secret` HS256. `none` never. */
  algorithms?: readonly string[]
  /** How far clocks may differ, seconds. Default 5. */
  clockToleranceS?: number
  claims?: ClaimNames
  /** Tenant of tokens without the claim. Default: they are refused. */
  defaultTenant?: string
}

/** Who may use a service. */
export interface AccessOptions {
  /** Whether the API keys of the namespace (`chordis keys`) are credentials. Default true. */
  apiKeys?: boolean
  jwt?: JwtOptions
  staticKeys?: readonly StaticKey[]
  /**
   * What becomes of requests while no credential of any kind is there. `local` (the default): whoever asks from this machine may do everything, and nobody
   * else reaches it. `never`: they are refused.
   */
  open?: 'local' | 'never'
  /** Requests per 10 s of each credential without a rate of its own. Default 10,000. Enforced by `createService`. */
  rate?: number
}

/** Token of the {@link AccessOptions}. */
export const ACCESS_OPTIONS = Symbol('chordis.access')

const HASH = /^[0-9a-f]{64}$/

/** The options, checked. @throws ChordisError `request-invalid` with the path of what cannot be */
export function checkAccess(options: AccessOptions): AccessOptions {
  options.staticKeys?.forEach(({ hash }, k) => {
    if (!HASH.test(hash)) {
      throw new ChordisError('request-invalid', 'must be a SHA-256 in 64 hexadecimal digits', { path: `access.staticKeys[${k}].hash` })
    }
  })
  if (options.open !== undefined && options.open !== 'local' && options.open !== 'never') {
    throw new ChordisError('request-invalid', 'must be "local" or "never"', { path: 'access.open' })
  }
  if (options.rate !== undefined) checkWhole(options.rate, 1, 1_000_000_000, 'access.rate')
  return options
}
