/** JSON Web Tokens as credentials: RFC 8725's rules by jose, with algorithms that are pinned, and an issuer, an audience, a subject and an end demanded. */
import { createHash, createPublicKey } from 'node:crypto'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { ChordisError, isScope } from '../../engine/index.js'
import type { ClaimNames, JwtOptions } from './access.options.js'
import { Answers, type AnswersOptions } from './answers.js'
import { type Grant, Principal } from './principal.js'

const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const ALLOWED = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
/** RFC 7518, section 3.2: a key as long as the hash. */
const LEAST_SECRET_BYTES = 32
const MOST_SUBJECT = 200

/** Says whose a token is. */
export class JwtVerifier {
  private readonly answers: Answers<Principal>
  private readonly key: JWTVerifyGetKey
  private readonly claims: Required<ClaimNames>

  /** @throws ChordisError `request-invalid` for options that cannot be */
  constructor(
    private readonly options: JwtOptions,
    cache: AnswersOptions = {},
  ) {
    for (const name of ['issuer', 'audience'] as const) if (listOf(options[name]).length === 0) throw refused(name, 'must be there')
    checkAlgorithms(options)
    this.key = keyOf(options)
    this.claims = { scopes: ['scope', 'scopes', 'scp'], tenant: 'tenant', queues: 'queues', tasks: 'tasks', ...options.claims }
    this.answers = new Answers((_digest, token) => this.read(token), cache)
  }

  /**
   * Whose token it is; null: it is not valid.
   * @throws ChordisError `issuer-unavailable`, when the key set could not be fetched and nothing is known of the token
   */
  async verify(token: string): Promise<Principal | null> {
    const digest = createHash('sha256').update(token).digest('base64url')
    const principal = await this.answers.get(digest, token)
    return principal === null || this.isOver(principal) ? null : principal
  }

  private get toleranceS(): number {
    return this.options.clockToleranceS ?? 5
  }

  private isOver({ expiresAt }: Principal): boolean {
    return expiresAt !== null && Date.now() >= expiresAt + this.toleranceS * 1_000
  }

  private async read(token: string): Promise<Principal | null> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        issuer: listOf(this.options.issuer),
        audience: listOf(this.options.audience),
        algorithms: algorithmsOf(this.options),
        clockTolerance: this.toleranceS,
        requiredClaims: ['exp', 'sub'],
      })
      return this.principalOf(payload)
    } catch (error) {
      if (isTokensFault(error)) return null
      throw new ChordisError('issuer-unavailable', 'the key set of the issuer cannot be read', { cause: error })
    }
  }

  /** @throws Error of jose for claims that are not of their type */
  private principalOf(payload: JWTPayload): Principal {
    const { scopes, tenant: tenantClaim, queues, tasks } = this.claims
    const tenant = payload[tenantClaim] ?? this.options.defaultTenant
    if (typeof tenant !== 'string') throw new errors.JWTInvalid(`the claim ${tenantClaim} is missing`)
    const [ofQueues, ofTasks] = [namesIn(payload, queues), namesIn(payload, tasks)]
    const grant: Grant = {
      tenant,
      scopes: scopes.flatMap((name) => namesIn(payload, name) ?? []).filter(isScope),
      ...(ofQueues === undefined ? {} : { queues: ofQueues }),
      ...(ofTasks === undefined ? {} : { tasks: ofTasks }),
    }
    return new Principal('jwt', `jwt:${(payload.sub as string).slice(0, MOST_SUBJECT)}`, grant, (payload.exp as number) * 1_000)
  }
}

/** A list of names, or a text with spaces; undefined where there is none. What is neither is refused: to pass it over could mean "all". */
function namesIn(payload: JWTPayload, claim: string): string[] | undefined {
  const value = payload[claim]
  if (value === undefined) return undefined
  if (typeof value === 'string') return value.split(' ').filter(Boolean)
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new errors.JWTInvalid(`the claim ${claim} must be a list of names`)
}

/** All that jose says about a token, and a tenant that is no name; the rest is about the key set. */
function isTokensFault(error: unknown): boolean {
  if (error instanceof ChordisError) return true
  if (!(error instanceof errors.JOSEError)) return false
  const ofTheIssuer = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error instanceof errors.JWKInvalid
  return !ofTheIssuer && error.code !== 'ERR_JOSE_GENERIC'
}

const listOf = (value: string | readonly string[] | undefined): string[] => [value ?? []].flat().filter((one) => one !== '')

const algorithmsOf = ({ algorithms, secret }: JwtOptions): string[] => [...(algorithms ?? (secret === undefined ? ASYMMETRIC : ['HS256']))]

/** A public key taken for an HMAC secret is the oldest hole of JWT libraries: the two kinds never mix. */
function checkAlgorithms(options: JwtOptions): void {
  const allowed = options.secret === undefined ? ALLOWED : /^HS(256|384|512)$/
  const wrong = algorithmsOf(options).find((one) => !allowed.test(one))
  if (wrong === undefined && algorithmsOf(options).length > 0) return
  const rule = options.secret === undefined ? 'RS…, PS…, ES…, EdDSA or Ed25519' : 'HS256, HS384 or HS512'
  throw refused('algorithms', `must be ${rule}`)
}

function keyOf(options: JwtOptions): JWTVerifyGetKey {
  const { jwksUrl, jwks, publicKey, secret } = options
  if ([jwksUrl, jwks, publicKey, secret].filter((one) => one !== undefined).length !== 1) {
    throw refused('jwksUrl', 'exactly one of jwksUrl, jwks, publicKey and secret must be there')
  }
  if (jwksUrl !== undefined) return createRemoteJWKSet(remote(jwksUrl), { timeoutDuration: 5_000 })
  if (jwks !== undefined) return createLocalJWKSet(jwks as JSONWebKeySet)
  if (secret !== undefined) return constant(secretOf(secret))
  return constant(pemOf(publicKey as string))
}

const constant =
  <K>(key: K) =>
  async (): Promise<K> =>
    key

function secretOf(secret: string): Uint8Array {
  const bytes = new TextEncoder().encode(secret)
  if (bytes.length < LEAST_SECRET_BYTES) throw refused('secret', `must have ${LEAST_SECRET_BYTES} bytes or more`)
  return bytes
}

function pemOf(pem: string) {
  try {
    return createPublicKey(pem)
  } catch (error) {
    throw refused('publicKey', 'must be a public key as PEM', error)
  }
}

function remote(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))) return url
  throw refused('jwksUrl', 'must be an https URL, or http on a loopback address')
}

const refused = (name: string, rule: string, cause?: unknown): ChordisError =>
  new ChordisError('request-invalid', rule, { path: `access.jwt.${name}`, ...(cause === undefined ? {} : { cause }) })
