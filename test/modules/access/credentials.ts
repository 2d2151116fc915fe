/** What the tests of access share: an issuer of tokens with key sets and tokens, and headers. */

import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'chordis-test'

export const bearer = (text: string): string => `Bearer ${text}`

/** Somebody who signs tokens, and says over HTTP with which keys. */
export class TestIssuer {
  /** How often the key set was asked for. */
  asked = 0
  /** Answers errors from then on. */
  broken = false
  private server: Server | undefined

  private constructor(
    readonly algorithm: string,
    private readonly pair: Awaited<ReturnType<typeof generateKeyPair>>,
    readonly jwks: { keys: JWK[] },
    readonly pem: string,
  ) {}

  static async create(algorithm = 'ES256'): Promise<TestIssuer> {
    const pair = await generateKeyPair(algorithm, { extractable: true })
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: `kid-${algorithm}`, alg: algorithm }
    return new TestIssuer(algorithm, pair, { keys: [jwk] }, await exportSPKI(pair.publicKey))
  }

  /** URL of the key set; the server is gone with the test. */
  async url(): Promise<string> {
    const server = createServer((_request, response) => {
      this.asked++
      response.writeHead(this.broken ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(this.jwks))
    })
    this.server = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => this.stop())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  }

  /** From then on nobody answers. */
  async stop(): Promise<void> {
    const { server } = this
    this.server = undefined
    server?.closeAllConnections()
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
  }

  /** A token that is valid, but for what `claims` says; null leaves a claim out. */
  token(claims: { [name: string]: unknown } = {}, header: { kid?: string } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000)
    const all = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'ana',
      tenant: 'acme',
      scope: 'openid workflows:read',
      iat: now,
      exp: now + 300,
      ...claims,
    }
    const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
    return new SignJWT(payload)
      .setProtectedHeader({ alg: this.algorithm, kid: `kid-${this.algorithm}`, ...header })
      .sign(this.pair.privateKey)
  }
}
