/** `chordis workers`: what it shows of worker processes, and what they do when told. */
import { expect, test } from 'vitest'
import type { WorkerView } from '../../src/engine/index.js'
import { until } from '../support/wait.js'
import { ASK_MS, type Shell, useCli } from './harness.js'

const shell = useCli()

const holds = (sh: Shell, name: string) => until(() => sh.has(`held-${name}`), { what: `${name} has begun` })
const held = (name: string) => ({ task: 'held', args: [name] })
const workersOf = async (sh: Shell) => ((await sh.json('workers', 'list')) as { workers: WorkerView[] }).workers
const line = (out: string, start: RegExp) => out.split('\n').find((one) => start.test(one)) ?? ''

test('several worker processes are listed with what they are, and a killed one as dead', async () => {
  const sh = await shell()
  await sh.worker('-n', 'one', '-c', '3')
  const two = await sh.worker('-n', 'two', '-Q', 'deep,default')
  await sh.submit(held('a'), '--id', 'a')
  await holds(sh, 'a')
  let out = ''
  await until(
    async () => {
      ;({ out } = await sh.run(['workers', 'list']))
      return / 1\/(3|100) /.test(out) && (out.match(/ MB /g)?.length ?? 0) === 2
    },
    { what: 'both are listed, one of them busy', intervalMs: ASK_MS },
  )
  expect(line(out, /NAME/)).toMatch(/^ {2}NAME +ID +HOST +PID +STATE +POOL +BUSY +AHEAD +LAG +CPU +MEMORY +HEARD +UP +QUEUES$/)
  expect(line(out, /^ {2}one /)).toMatch(/^ {2}one +\w{14} +\S+ +\d+ +running +inline +[01]\/3 +0 +\S+ ms +\d+ % +\d+ MB +.* default$/)
  const workers = await workersOf(sh)
  expect(line(out, /^ {2}two /)).toMatch(/ running +inline +[01]\/100 .* deep default$/)
  // The worker process itself; the one above it starts another. Both who could sweep it are frozen until it was seen dead.
  const [alive, killed] = ['one', 'two'].map((called) => workers.find(({ name }) => name === called))
  process.kill(Number(alive?.pid), 'SIGSTOP')
  two.signal('SIGSTOP')
  process.kill(Number(killed?.pid), 'SIGKILL')
  const shownDead = async () => / two .* dead /.test(line(` ${(await sh.run(['workers', 'list'])).out}`, new RegExp(` ${killed?.id} `)))
  await until(shownDead, { what: 'the killed one is dead', timeoutMs: 20_000, intervalMs: ASK_MS })
  process.kill(Number(alive?.pid), 'SIGCONT')
  two.signal('SIGCONT')
  await until(async () => !(await workersOf(sh)).some(({ id }) => id === killed?.id), {
    what: 'it was swept',
    timeoutMs: 20_000,
    intervalMs: ASK_MS,
  })
  two.signal('SIGTERM')
  expect((await two.ended()).code).toBe(0)
  expect(await workersOf(sh)).toMatchObject([
    { name: 'one', alive: true, slots: 3, version: expect.any(String), node: process.versions.node },
  ])
})

test('nobody: the list says so; who would be told something is missing, exit 5', async () => {
  const sh = await shell()
  expect(await sh.run(['workers', 'list'])).toEqual({ code: 0, out: 'no worker\n', err: '' })
  expect(await sh.run(['workers', 'ping'])).toEqual({ code: 5, out: '', err: 'chordis: there is no worker (no-worker)\n' })
  await sh.worker('-n', 'one')
  const { code, err } = await sh.run(['workers', 'ping', '-w', 'one', '--worker', 'six'])
  expect({ code, err }).toEqual({ code: 5, err: 'chordis: workers[1]: no worker is called "six" (not-found)\n' })
})

test('ping, stats, active and reserved', async () => {
  const sh = await shell()
  await sh.worker('-n', 'one', '-c', '4')
  await sh.submit(held('a'), '--id', 'a')
  await holds(sh, 'a')
  expect(await sh.run(['workers', 'ping'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^ {2}one \(\w{14}\) {2}pong {2}[\d.]+ ms\n$/),
  })
  const stats = (await sh.run(['workers', 'stats', '-w', 'one'])).out
  expect(stats).toMatch(/^one {2}\w{14} {2}\S+, process \d+\n {2}state +running\n {2}queues +default\n {2}slots +4, 1 busy, 0 reserved\n/)
  expect(stats).toMatch(/\n {2}oldest +held {2}a:0 {2}\S+ m?s\n {2}loop lag +.* ms\n {2}cpu +\d+ %\n {2}memory +\d+ MB, heap \d+ MB\n/)
  const active = (await sh.run(['workers', 'active'])).out
  expect(active).toMatch(/^ {2}WORKER +TASK +NODE +TRY +FOR\n {2}one \(\w{14}\) {2}held {2}a:0 {3}1 {4}[\d.]+ m?s\n$/)
  expect((await sh.run(['workers', 'reserved'])).out).toBe('  WORKER  TASK  NODE  TRY\n')
  const json = await sh.json('workers', 'active')
  expect(json).toMatchObject({
    answers: [{ worker: { name: 'one' }, value: { total: 1, attempts: [{ id: 'a:0' }] } }],
    refused: [],
    unanswered: [],
  })
  sh.write('go', '')
})

test('grow, shrink, add-consumer, cancel-consumer; a refusal is told with the exit code of its reason', async () => {
  const sh = await shell()
  await sh.worker('-n', 'one', '-c', '1')
  await sh.worker('-n', 'two', '-c', '9')
  const out = async (...args: string[]) => (await sh.run(['workers', ...args])).out.replace(/ \(\w{14}\)/g, '')
  expect((await out('grow', '2')).split('\n').sort()).toEqual(['', '  one  3 slots', '  two  11 slots'])
  expect(await out('shrink', '-w', 'one')).toBe('  one  2 slots\n')
  const { code, err } = await sh.run(['workers', 'shrink', '5'])
  expect(code).toBe(2)
  expect(err).toMatch(/^chordis: one \(\w{14}\) refused: concurrency: must be an integer from 1 to 10,000 \(request-invalid\)\n$/)
  expect(await out('add-consumer', 'late', '-w', 'two')).toBe('  two  serves default late\n')
  await sh.submit({ task: 'words', args: ['a b'], options: { queue: 'late' } }, '--id', 'w')
  expect((await sh.run(['run', 'result', 'w', '--wait', '20'])).out).toBe('2\n')
  expect(await out('cancel-consumer', 'late', '-w', 'two')).toBe('  two  serves default\n')
  expect(await out('cancel-consumer', 'default', '-w', 'two')).toBe('  two  serves no queue\n')
})

test('quiet and resume; shutdown ends the process with exit 0 when what runs has ended', async () => {
  const sh = await shell()
  const worker = await sh.worker('-n', 'one')
  await sh.submit(held('a'), '--id', 'a')
  await holds(sh, 'a')
  expect((await sh.run(['workers', 'quiet'])).out).toMatch(/quiet\n$/)
  await sh.submit(held('b'), '--id', 'b')
  expect(await sh.json('run', 'show', 'b')).toMatchObject({ state: 'PENDING' })
  expect((await sh.run(['workers', 'resume'])).out).toMatch(/running\n$/)
  await holds(sh, 'b')
  expect((await sh.run(['workers', 'shutdown', '--grace', '60'])).out).toMatch(/stopping\n$/)
  await worker.says(/told by remote control/)
  sh.write('go', '')
  expect(await worker.ended()).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/stopped\n$/) })
  expect((await sh.run(['run', 'result', 'a'])).out).toBe('"a"\n')
  expect((await sh.run(['workers', 'list'])).out).toBe('no worker\n')
})

test('a cold shutdown gives everything back, and another worker runs it', async () => {
  const sh = await shell()
  const worker = await sh.worker('--grace', '600')
  await sh.submit(held('a'), '--id', 'a')
  await holds(sh, 'a')
  await sh.run(['workers', 'shutdown', '--mode', 'cold'])
  expect(await worker.ended()).toMatchObject({ code: 0 })
  expect(await sh.json('run', 'show', 'a')).toMatchObject({ tasks: [{ state: 'PENDING', attempts: 0 }] })
  sh.write('go', '')
  await sh.worker()
  expect((await sh.run(['run', 'result', 'a', '--wait', '20'])).out).toBe('"a"\n')
})

test('a frozen process is named, the others answer, exit 4', async () => {
  const sh = await shell()
  await sh.worker('-n', 'one')
  await sh.worker('-n', 'two')
  const pid = Number((await workersOf(sh)).find(({ name }) => name === 'two')?.pid)
  process.kill(pid, 'SIGSTOP')
  const { code, out, err } = await sh.run(['workers', 'ping', '--timeout', '3'])
  process.kill(pid, 'SIGCONT')
  expect({ code, out: /one .*pong/.test(out) }).toEqual({ code: 4, out: true })
  expect(err).toMatch(/^chordis: two \(\w{14}\) did not answer within 3 s \(timeout\)\n$/)
})

test('what cannot be said is refused before anybody is asked, exit 2', async () => {
  const sh = await shell()
  for (const args of [['grow', '0'], ['shutdown', '--mode', 'hot'], ['ping', '--timeout', 'soon'], ['add-consumer']]) {
    expect((await sh.run(['workers', ...args])).code).toBe(2)
  }
  expect(await sh.run(['workers', 'add-consumer', 'a b'])).toMatchObject({ code: 2, err: expect.stringContaining('name-invalid') })
})
