/** JSON Web Tokens: what is taken, what is refused, and what happens while the issuer is away. */
import { createHmac } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { JwtOptions } from '../../../src/modules/access/access.options.js'
import { JwtVerifier } from '../../../src/modules/access/jwt.verifier.js'
import { until } from '../../support/wait.js'
import { AUDIENCE, ISSUER, TestIssuer } from './credentials.js'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await TestIssuer.create()
})

const BASE = { issuer: ISSUER, audience: AUDIENCE }
const verifier = (options: Partial<JwtOptions> = {}) => new JwtVerifier({ ...BASE, jwks: issuer.jwks, ...options })

test('a token gives a principal with its tenant, its scopes that are ours, and its end', async () => {
  const exp = Math.floor(Date.now() / 1_000) + 60
  const principal = await verifier().verify(
    await issuer.token({ scp: ['payloads:read', 'email'], queues: 'mail acme-*', tasks: ['a.b'], exp }),
  )
  expect(principal).toMatchObject({ kind: 'jwt', id: 'jwt:ana', tenant: 'acme', expiresAt: exp * 1_000 })
  expect(principal?.grant).toEqual({
    tenant: 'acme',
    scopes: ['workflows:read', 'payloads:read'],
    queues: ['mail', 'acme-*'],
    tasks: ['a.b'],
  })
})

test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('%s is taken by default, from a key set and from a PEM', async (algorithm) => {
  const one = await TestIssuer.create(algorithm)
  const token = await one.token()
  expect(await new JwtVerifier({ ...BASE, jwks: one.jwks }).verify(token)).toMatchObject({ id: 'jwt:ana' })
  expect(await new JwtVerifier({ ...BASE, publicKey: one.pem }).verify(token)).toMatchObject({ id: 'jwt:ana' })
})

test('a token that is not for us, not yet or no longer valid, or says too little, is refused', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const wrong: { [name: string]: unknown }[] = [
    { iss: 'https://other.example' },
    { iss: null },
    { aud: 'another' },
    { aud: null },
    { exp: now - 6 },
    { exp: null },
    { nbf: now + 60 },
    { sub: null },
    { tenant: null },
    { tenant: 7 },
    { tenant: 'a:b' },
    { scope: { workflows: true } },
    { queues: 5 },
    { tasks: [1] },
  ]
  for (const claims of wrong) expect(await verifier().verify(await issuer.token(claims)), JSON.stringify(claims)).toBeNull()
  // Clocks may differ by 5 s.
  expect(await verifier().verify(await issuer.token({ exp: now - 2 }))).not.toBeNull()
  expect(await verifier({ defaultTenant: 'all-of-us' }).verify(await issuer.token({ tenant: null }))).toMatchObject({ tenant: 'all-of-us' })
})

test('no signature, a forged one, an unknown key and an algorithm that is not pinned are refused', async () => {
  const good = await issuer.token()
  const [header = '', payload = '', signature = ''] = good.split('.')
  const unsigned = new UnsecuredJWT({ sub: 'ana', tenant: '*' }).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime('1h').encode()
  const other = await TestIssuer.create()
  const forged = `${header}.${Buffer.from(JSON.stringify({ tenant: '*' })).toString('base64url')}.${signature}`
  for (const token of [unsigned, forged, `${header}.${payload}.`, `${header}.${payload}`, 'a.b.c', '', await other.token()])
    expect(await verifier().verify(token), token).toBeNull()
  expect(await verifier().verify(await issuer.token({}, { kid: 'another' }))).toBeNull()
  expect(await verifier({ algorithms: ['RS256'] }).verify(good)).toBeNull()
})

test('a public key is never taken for an HMAC secret', async () => {
  const head = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'kid-ES256' })).toString('base64url')
  const [, payload = ''] = (await issuer.token()).split('.')
  const confused = `${head}.${payload}.${createHmac('sha256', issuer.pem).update(`${head}.${payload}`).digest('base64url')}`
  expect(await new JwtVerifier({ ...BASE, publicKey: issuer.pem }).verify(confused)).toBeNull()
  expect(() => new JwtVerifier({ ...BASE, publicKey: issuer.pem, algorithms: ['HS256'] })).toThrow('access.jwt.algorithms: must be RS…')
})

test('a shared secret is taken when one was configured, and only then', async () => {
  const secret = 'a shared secret of thirty-two bytes'
  const token = await new SignJWT({ sub: 'ci', tenant: 'acme', iss: ISSUER, aud: AUDIENCE })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret))
  expect(await new JwtVerifier({ ...BASE, secret }).verify(token)).toMatchObject({ id: 'jwt:ci' })
  expect(await new JwtVerifier({ ...BASE, secret: `${secret}!` }).verify(token)).toBeNull()
  expect(() => new JwtVerifier({ ...BASE, secret, algorithms: ['ES256'] })).toThrow('must be HS256')
})

test('options that would let anybody in are refused at boot, by their path', () => {
  const bad: [Partial<JwtOptions>, string][] = [
    [{ issuer: '' }, 'access.jwt.issuer'],
    [{ audience: [] }, 'access.jwt.audience'],
    [{ jwks: undefined as never }, 'access.jwt.jwksUrl'],
    [{ publicKey: issuer.pem }, 'access.jwt.jwksUrl'],
    [{ jwks: undefined as never, jwksUrl: 'http://issuer.example/jwks' }, 'access.jwt.jwksUrl'],
    [{ jwks: undefined as never, jwksUrl: 'file:///etc/passwd' }, 'access.jwt.jwksUrl'],
    [{ jwks: undefined as never, publicKey: 'no PEM' }, 'access.jwt.publicKey'],
    [{ jwks: undefined as never, secret: 'short' }, 'access.jwt.secret'],
    [{ algorithms: ['none'] }, 'access.jwt.algorithms'],
    [{ algorithms: [] }, 'access.jwt.algorithms'],
  ]
  for (const [options, path] of bad)
    expect(() => verifier(options), path).toThrow(expect.objectContaining({ code: 'request-invalid', path }))
})

test('the key set is fetched once; while it cannot be, a token that was seen stays good and another one is an error, not a refusal', async () => {
  const clock = { now: 0 }
  const url = await issuer.url()
  const remote = new JwtVerifier({ ...BASE, jwksUrl: url }, { clock: () => clock.now })
  const [seen, unseen] = [await issuer.token(), await issuer.token({ sub: 'ben' })]
  const before = issuer.asked
  for (let k = 0; k < 5; k++) expect(await remote.verify(seen)).toMatchObject({ id: 'jwt:ana' })
  expect(issuer.asked).toBe(before + 1)
  const away = new JwtVerifier({ ...BASE, jwksUrl: url }, { clock: () => clock.now })
  issuer.broken = true
  await expect(away.verify(unseen)).rejects.toMatchObject({ code: 'issuer-unavailable', retryable: true })
  await issuer.stop()
  issuer.broken = false
  await expect(away.verify(unseen)).rejects.toMatchObject({ code: 'issuer-unavailable' })
  clock.now = 50_000
  expect(await remote.verify(seen)).toMatchObject({ id: 'jwt:ana' })
})

test('a token that ends while it is remembered is refused from then on', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const strict = verifier({ clockToleranceS: 0 })
  const token = await issuer.token({ exp: now + 1 })
  expect(await strict.verify(token)).not.toBeNull()
  await until(async () => (await strict.verify(token)) === null, { what: 'the token is over' })
})
