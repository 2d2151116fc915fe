/** Commands through a service: who may, where they go, and what is told when the service refuses, is away, or is none. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { createService, type Service } from '../../src/modules/service/index.js'
import { freePort } from '../support/children.js'
import { until } from '../support/wait.js'
import { CERTIFICATE } from './certificate.js'
import { Front } from './front.js'
import { type Ran, type Shell, useCli } from './harness.js'

const shell = useCli()

async function serve({ redis, namespace }: Shell): Promise<Service> {
  const service = await createService({ redis: redis.url, namespace, roles: ['api'], port: 0, logger: false, drain: { httpMs: 200 } })
  onTestFinished(service.close)
  return service
}

/** A new API key of the namespace. */
async function keyOf({ redis, namespace }: Shell, grant: { scopes: string[]; tenant?: string; rate?: number }): Promise<string> {
  const client = await Client.connect({ redis: redis.url, namespace })
  onTestFinished(() => client.close())
  return (await client.apiKeys.create(grant)).key
}

/** A command that has the service and nothing else. */
const through = (sh: Shell, url: string, args: string[], { input, key }: { input?: string; key?: string } = {}): Promise<Ran> =>
  sh.run(args, {
    ...(input === undefined ? {} : { input }),
    env: { CHORDIS_REDIS_URL: '', CHORDIS_URL: url, ...(key === undefined ? {} : { CHORDIS_API_KEY: key }) },
  })
const failureIn = ({ err }: Ran) => JSON.parse(err) as Record<string, unknown>
const WORD = JSON.stringify({ task: 'words', args: ['a b'] })

test('without a key, and with a wrong one, nobody is let in: exit 6; a key that lacks a scope is told which', async () => {
  const sh = await shell()
  const reader = await keyOf(sh, { scopes: ['workflows:read'] })
  const { url } = await serve(sh)
  const nobody = await through(sh, url, ['list'])
  expect(nobody).toMatchObject({ code: 6, out: '', err: expect.stringMatching(/\(unauthenticated\)\n {2}the key comes from --key-file/) })
  const wrong = `${reader.slice(0, -4)}AAAA`
  expect(await through(sh, url, ['list'], { key: wrong })).toMatchObject({ code: 6, err: expect.not.stringContaining(wrong) })
  expect(await through(sh, url, ['list'], { key: reader })).toMatchObject({ code: 0, out: '0 workflows\n' })
  const refused = await through(sh, url, ['submit', '-', '--json'], { input: WORD, key: reader })
  expect([refused.code, failureIn(refused)]).toEqual([6, { code: 'forbidden', message: 'needs the scope workflows:submit', exit: 6 }])
})

test('a key comes from a file, which goes before the environment; what cannot be one is refused and not shown', async () => {
  const sh = await shell()
  const key = await keyOf(sh, { scopes: ['*'], tenant: 'acme' })
  const { url } = await serve(sh)
  sh.write('key', `${key}\n`)
  sh.write('two', `${key}\nsecret-two`)
  expect(await through(sh, url, ['submit', '-', '--id', 'a', '--key-file', 'key'], { input: WORD, key: 'wrong' })).toMatchObject({
    code: 0,
  })
  expect(JSON.parse((await through(sh, url, ['run', 'show', 'a', '--json'], { key })).out)).toMatchObject({ tenant: 'acme' })
  const two = await through(sh, url, ['list', '--key-file', 'two'])
  expect(two).toEqual({ code: 2, out: '', err: 'chordis: --key-file: must be an API key or a token, alone (usage)\n' })
  expect((await through(sh, url, ['list'], { key: 'se cret' })).err).toBe(
    'chordis: CHORDIS_API_KEY: must be an API key or a token, alone (usage)\n',
  )
  expect(await through(sh, url, ['list', '--key-file', 'none'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('(file-unreadable)'),
  })
  // Another tenant's does not exist.
  const other = await keyOf(sh, { scopes: ['*'], tenant: 'other' })
  expect(await through(sh, url, ['run', 'show', 'a'], { key: other })).toMatchObject({
    code: 5,
    err: expect.stringContaining('(not-found)'),
  })
})

test('what a key may not see is not shown as if it were nothing', async () => {
  const sh = await shell()
  await sh.worker()
  const key = await keyOf(sh, { scopes: ['workflows:read', 'workflows:submit'] })
  const { url } = await serve(sh)
  const followed = await through(sh, url, ['submit', '-', '--follow', '--id', 'a'], { input: WORD, key })
  expect(followed).toMatchObject({ code: 0, out: '', err: expect.stringContaining('a  SUCCESS  hidden: the key lacks payloads:read') })
  const result = await through(sh, url, ['run', 'result', 'a'], { key })
  expect(result).toMatchObject({ code: 6, out: '', err: expect.stringContaining('payloads:read (forbidden)') })
  const shown = JSON.parse((await through(sh, url, ['run', 'show', 'a', '--json'], { key })).out) as { outcome: unknown; tasks: unknown[] }
  expect(shown.outcome).toEqual({ state: 'SUCCESS', hidden: true })
  expect(shown.tasks).toEqual([{ id: '0', task: 'words', state: 'SUCCESS', attempts: 1, hidden: true }])
})

test('a key of all tenants acts for the one that is named: in submits, lists, counts, schedules and changes of many', async () => {
  const sh = await shell()
  const key = await keyOf(sh, { scopes: ['*'] })
  const { url } = await serve(sh)
  const json = async (...args: string[]) =>
    JSON.parse((await through(sh, url, [...args, '--json'], { key })).out) as Record<string, unknown>
  for (const tenant of ['acme', 'other']) {
    const input = JSON.stringify({ ...JSON.parse(WORD), options: { countdown: 3_600 } })
    await through(sh, url, ['submit', '-', '--id', `of-${tenant}`, '--tenant', tenant], { input, key })
  }
  expect(await json('list', '--tenant', 'acme')).toMatchObject({ counts: { total: 1 }, workflows: [{ id: 'of-acme', tenant: 'acme' }] })
  expect(await json('list', '--tenant', '-')).toMatchObject({ counts: { total: 0 }, workflows: [] })
  const input = JSON.stringify({ id: 's', tenant: 'acme', rules: '0 3 * * *', canvas: JSON.parse(WORD) as object })
  await through(sh, url, ['schedules', 'upsert', '-'], { input, key })
  expect(await json('schedules', 'show', 's', '--tenant', 'acme')).toMatchObject({ id: 's', tenant: 'acme' })
  expect(await through(sh, url, ['schedules', 'show', 's'], { key })).toMatchObject({ code: 5 })
  expect(await json('run', 'revoke', '--tenant', 'acme', '--yes')).toEqual({ matched: 1, revoked: 1, dryRun: false })
  expect(await json('list', '--state', 'pending')).toMatchObject({ workflows: [{ id: 'of-other' }] })
})

test('a key makes others, lists them and revokes them, and what it did is in the audit log', async () => {
  const sh = await shell()
  const key = await keyOf(sh, { scopes: ['*'] })
  const { url } = await serve(sh)
  const made = await through(sh, url, ['keys', 'create', '--scopes', 'workflows:read', '--label', 'ci'], { key })
  const [, id = ''] = /^chordis_([0-9a-z]{12})_[A-Za-z0-9_-]{43}\n$/.exec(made.out) ?? []
  expect((await through(sh, url, ['keys'], { key })).out).toMatch(new RegExp(`\\n {2}${id} +ci +`))
  expect((await through(sh, url, ['keys', 'rotate', id], { key })).out).toMatch(new RegExp(`^chordis_${id}_`))
  expect((await through(sh, url, ['keys', 'revoke', id], { key })).out).toBe(
    `${id} is revoked; every service refuses it within 5 seconds\n`,
  )
  expect((await through(sh, url, ['keys', 'revoke', id], { key })).out).toBe(`there was no key ${id}\n`)
  await until(async () => (await through(sh, url, ['audit', '--action', 'key.*'], { key })).out.includes('key.revoke'))
})

test('too many requests: what reads waits as it is told to, what may not be repeated is told when to come back', async () => {
  const sh = await shell()
  const key = await keyOf(sh, { scopes: ['*'], rate: 1 })
  const { url } = await serve(sh)
  // Two requests, of which the second one has to wait.
  expect(await through(sh, url, ['list'], { key })).toMatchObject({ code: 0, out: '0 workflows\n' })
  const busy = await until(async () => {
    const ran = await through(sh, url, ['run', 'retry', 'a', '--json'], { key })
    return failureIn(ran).code === 'rate-limited' ? ran : null
  })
  expect([busy.code, failureIn(busy)]).toEqual([
    3,
    {
      code: 'rate-limited',
      message: 'more than 1 requests in 10 s',
      exit: 3,
      retryAfterMs: expect.any(Number),
      detail: [expect.stringMatching(/it may be asked again in \d+\.\d\d s/)],
    },
  ])
})

test('a service that is away: exit 3, and what the socket said', async () => {
  const sh = await shell()
  const port = await freePort()
  const ran = await through(sh, `http://127.0.0.1:${port}`, ['list'])
  const err = `chordis: the service cannot be reached: connect ECONNREFUSED 127.0.0.1:${port} (network)\n`
  expect(ran).toEqual({ code: 3, out: '', err })
  const unsent = await through(sh, `http://127.0.0.1:${port}`, ['submit', '-', '--json'], { input: WORD })
  expect([unsent.code, failureIn(unsent)]).toEqual([3, expect.not.objectContaining({ workflow: expect.anything() })])
})

test('an answer that was lost: exit 4 with the id, under which it may be submitted again', async () => {
  const sh = await shell()
  const { url } = await serve(sh)
  const front = await Front.start(url)
  front.losing = true
  const lost = await through(sh, front.url, ['submit', '-', '--json'], { input: WORD })
  const failure = failureIn(lost)
  expect([lost.code, failure]).toEqual([
    4,
    { code: 'outcome-unknown', message: expect.stringContaining('nobody knows'), exit: 4, workflow: expect.any(String) },
  ])
  front.losing = false
  const again = await through(sh, front.url, ['submit', '-', '--json', '--id', failure.workflow as string], { input: WORD })
  expect(JSON.parse(again.out)).toEqual({ id: failure.workflow, duplicate: true })
})

test('--follow lives through a service that is away for a while, and asks when something has happened', async () => {
  const sh = await shell()
  await sh.worker()
  const front = await Front.start((await serve(sh)).url)
  const looks = () => front.requests.filter((line) => line === 'GET /v1/workflows/a').length
  const { port } = front
  const env = { CHORDIS_REDIS_URL: '', CHORDIS_URL: front.url }
  const following = sh.start(['submit', '-', '--follow', '--id', 'a'], { input: '{"task":"held","args":["x"]}', env })
  await following.says(/STARTED/, 'err')
  const [from, before] = [performance.now(), looks()]
  await until(() => looks() - before >= 2, { what: 'it has looked twice although nothing happened', timeoutMs: 30_000 })
  expect(performance.now() - from).toBeGreaterThan(2_000)
  await front.away()
  const asked = front.asked
  await front.listen(port)
  await until(() => front.asked > asked, { what: 'it is back', timeoutMs: 20_000 })
  sh.write('go', '')
  expect(await following.ended()).toMatchObject({ code: 0, out: '"x"\n' })
})

test('a certificate that nobody trusts: exit 3; with its authority named, the command is answered', async () => {
  const sh = await shell()
  const front = await Front.start((await serve(sh)).url, { tls: true })
  const refused = await through(sh, front.url, ['list'])
  expect(refused.code).toBe(3)
  expect(refused.err).toMatch(/certificate is not valid: self.signed certificate \(certificate-invalid\)\n {2}NODE_EXTRA_CA_CERTS/)
  expect(front.asked).toBe(0)
  sh.write('ca.pem', CERTIFICATE)
  const env = { CHORDIS_REDIS_URL: '', CHORDIS_URL: front.url, NODE_EXTRA_CA_CERTS: join(sh.folder, 'ca.pem') }
  expect(await sh.run(['list'], { env })).toMatchObject({ code: 0, out: '0 workflows\n' })
})

test('a service that does not know a route, and one that is none: exit 3, and what it said', async () => {
  const sh = await shell()
  const { url } = await serve(sh)
  const unknown = await through(sh, `${url}/before/`, ['run', 'history', 'a'])
  expect(unknown).toMatchObject({ code: 3, out: '' })
  expect(unknown.err).toBe(
    'chordis: the service does not know this: Cannot GET /before/v1/workflows/a/runs (route-unknown)\n  it may be of an earlier version than this command line\n',
  )
  const other = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<p>welcome'))
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  onTestFinished(() => void other.close())
  const none = await through(sh, `http://127.0.0.1:${(other.address() as AddressInfo).port}`, ['queues'])
  expect(none).toEqual({
    code: 3,
    out: '',
    err: 'chordis: this is no answer of a Chordis service: the answer is not JSON (answer-invalid)\n',
  })
})

test('a flag goes before the environment, and of two variables the service is asked; what only Redis can do takes Redis', async () => {
  const sh = await shell()
  const { url } = await serve(sh)
  const nowhere = 'redis://127.0.0.1:1'
  expect(await sh.run(['list'], { env: { CHORDIS_URL: url, CHORDIS_REDIS_URL: nowhere } })).toMatchObject({ code: 0 })
  expect(await sh.run(['list', '--url', url], { env: { CHORDIS_REDIS_URL: nowhere } })).toMatchObject({ code: 0 })
  expect(await sh.run(['list', '--redis', sh.redis.url], { env: { CHORDIS_URL: 'http://127.0.0.1:1' } })).toMatchObject({ code: 0 })
  expect(await sh.run(['doctor'], { env: { CHORDIS_URL: 'http://127.0.0.1:1' } })).toMatchObject({ err: '' })
  expect(await sh.run(['doctor', '--url', url])).toMatchObject({ code: 2, err: expect.stringContaining('(needs-redis)') })
})

test('what a service cannot do is refused with what to do instead: exit 2', async () => {
  const sh = await shell()
  sh.write('tasks.mjs', "import { task } from 'chordis'\nexport const a = task('a', () => 1)\n")
  const commands = [['worker', '-m', './tasks.mjs'], ['beat'], ['doctor'], ['queues', 'drain', 'mail']]
  for (const command of commands) {
    const { code, err } = await through(sh, 'http://127.0.0.1:1', command)
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/a service cannot do this: .+\. Say --redis \(CHORDIS_REDIS_URL\) \(needs-redis\)\n$/),
    ])
  }
  expect(await sh.run(['worker', '-m', './tasks.mjs', '--url', 'http://127.0.0.1:1'])).toMatchObject({ code: 2 })
})

test('what cannot be a place is bad usage, and no secret of it is shown', async () => {
  const sh = await shell()
  const bad = async (...args: string[]) => {
    const { code, err } = await sh.run(['list', ...args], { env: { CHORDIS_REDIS_URL: '' } })
    expect(code).toBe(2)
    return err
  }
  expect(await bad('--url', 'http://h', '--redis', 'redis://h')).toBe('chordis: --url or --redis, not both (usage)\n')
  expect(await bad('--url', 'http://h', '--namespace', 'n')).toContain('a service has its own')
  expect(await bad('--key-file', 'k')).toBe('chordis: --key-file is of --url (usage)\n')
  expect(await bad('--url', 'localhost:3000')).toBe('chordis: --url (CHORDIS_URL): must be https://host or http://host (usage)\n')
  expect(await bad('--url', 'https://me:hidden@h')).toBe(
    'chordis: --url (CHORDIS_URL): must not hold a credential: use --key-file or CHORDIS_API_KEY (usage)\n',
  )
  expect(await bad('--url', 'https://h/?key=hidden')).not.toContain('hidden')
})
