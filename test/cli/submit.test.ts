/** `chordis submit` and the exit codes that it promises. */
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/children.js'
import { RedisServer } from '../support/redis-server.js'
import { type Ran, useCli, way } from './harness.js'

const shell = useCli()

const SUM = {
  chord: {
    header: [
      { task: 'words', args: ['one two'] },
      { task: 'words', args: ['three four five'] },
    ],
    body: { task: 'total' },
  },
}
const CELERY = {
  task: 'celery.chain',
  args: [],
  kwargs: {
    tasks: [
      {
        task: 'celery.group',
        args: [],
        kwargs: {
          tasks: [
            { task: 'words', args: ['a b'], kwargs: {}, options: {}, subtask_type: null, immutable: false },
            { task: 'words', args: ['c'], kwargs: {}, options: {}, subtask_type: null, immutable: false },
          ],
        },
        options: {},
        subtask_type: 'group',
        immutable: false,
      },
      { task: 'total', args: [], kwargs: {}, options: {}, subtask_type: null, immutable: false },
    ],
  },
  options: {},
  subtask_type: 'chain',
  immutable: false,
}

const errorOf = ({ err }: Ran) => JSON.parse(err) as Record<string, unknown>

test('a chain runs in a worker of a .ts module; --follow prints its result alone to standard output', async () => {
  const sh = await shell()
  await sh.worker()
  sh.write('canvas.json', JSON.stringify({ chain: [{ group: SUM.chord.header }, { task: 'total' }, { task: 'words' }] }))
  const { code, out, err } = await sh.run(['submit', 'canvas.json', '--follow', '--id', 'first'])
  expect({ code, out }).toEqual({ code: 0, out: '2\n' })
  expect(err).toMatch(/^first {2}submitted\n(first {2}\w+ {2}\d of 4 tasks.*\n)*first {2}SUCCESS {2}4 of 4 tasks {2}\d+ ms\n$/)
})

test('without --follow only the id is printed, and the workflow has the labels that were given', async () => {
  const sh = await shell()
  sh.write('canvas.json', JSON.stringify(SUM))
  const made = await sh.run(['submit', 'canvas.json', '--name', 'my sum', '--tag', 'a', '--tag', 'b', '--tenant', 't', '--retention', '60'])
  expect(made).toMatchObject({ code: 0, err: '' })
  // An id that a client of the service made, or the engine.
  expect(made.out).toMatch(way.service ? /^[0-9a-f-]{36}\n$/ : /^[0-9a-f]{2}-[0-9a-z]{20}\n$/)
  expect(await sh.json('run', 'show', made.out.trim())).toMatchObject({ name: 'my sum', tags: ['a', 'b'], tenant: 't', state: 'PENDING' })
})

test('standard input, the other JSON form and an idempotency key', async () => {
  const sh = await shell()
  await sh.worker()
  const submit = () => sh.run(['submit', '-', '--key', 'once', '--json'], { input: `\uFEFF${JSON.stringify(CELERY)}` })
  const first = JSON.parse((await submit()).out) as { id: string }
  expect(first).toEqual({ id: expect.any(String), duplicate: false })
  expect(JSON.parse((await submit()).out)).toEqual({ id: first.id, duplicate: true })
  expect(await sh.run(['run', 'result', first.id, '--wait', '20'])).toEqual({ code: 0, out: '"3 words"\n', err: '' })
})

test('--follow --json prints one object, whatever became of the workflow', async () => {
  const sh = await shell()
  await sh.worker()
  const follow = (canvas: unknown) => sh.run(['submit', '-', '--follow', '--json', '--id', 'a'], { input: JSON.stringify(canvas) })
  const good = await follow(SUM)
  expect({ code: good.code, err: good.err }).toEqual({ code: 0, err: '' })
  const counts = { total: 3, success: 3, failure: 0, revoked: 0, skipped: 0, remaining: 0 }
  const durationMs = expect.any(Number)
  expect(JSON.parse(good.out)).toEqual({ id: 'a', duplicate: false, state: 'SUCCESS', result: '5 words', counts, durationMs })
  const bad = await sh.run(['submit', '-', '-f', '--json'], { input: JSON.stringify({ chain: [{ task: 'boom' }, { task: 'words' }] }) })
  expect({ code: bad.code, err: bad.err }).toEqual({ code: 1, err: '' })
  expect(JSON.parse(bad.out)).toMatchObject({
    state: 'FAILURE',
    error: { type: 'TypeError', cause: { type: 'RangeError' } },
    counts: { skipped: 1 },
  })
})

test('a workflow that failed: exit 1, nothing on standard output, the errors and where the innermost was thrown on the other', async () => {
  const sh = await shell()
  await sh.worker()
  const { code, out, err } = await sh.run(['submit', '-', '--follow', '--id', 'bad'], { input: '{"task":"boom"}' })
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain('bad  FAILURE  1 of 1 task  1 failed')
  expect(err).toMatch(/chordis: workflow bad: TypeError: outer \(workflow-failed\)\n {2}because RangeError: inner\n {4}at .*tasks\.ts:\d+/)
})

test('a time-out: exit 4, and the workflow goes on', async () => {
  const sh = await shell()
  await sh.worker()
  const ran = await sh.run(['submit', '-', '--follow', '--timeout', '0.3', '--id', 'slow'], { input: '{"task":"held","args":["x"]}' })
  expect(ran).toMatchObject({ code: 4, out: '' })
  expect(ran.err).toContain('chordis: no outcome within 300 ms; workflow slow (timeout)')
  sh.write('go', '')
  expect((await sh.run(['run', 'result', 'slow', '--wait', '20'])).out).toBe('"x"\n')
})

test('SIGINT stops watching with exit 130, and the workflow goes on', async () => {
  const sh = await shell()
  await sh.worker()
  const following = sh.start(['submit', '-', '--follow', '--id', 'slow'], { input: '{"task":"held","args":["x"]}' })
  await following.says(/STARTED/, 'err')
  following.signal('SIGINT')
  const { code, err } = await following.ended()
  expect(code).toBe(130)
  expect(err).toContain('workflow slow goes on')
  sh.write('go', '')
  expect((await sh.run(['run', 'result', 'slow', '--wait', '20'])).code).toBe(0)
})

test('--follow lives through a Redis that is away for a while', async () => {
  const server = await RedisServer.start({ appendonly: true, appendfsync: 'always' })
  onTestFinished(() => server.stop())
  const sh = await shell()
  const worker = await sh.worker('--redis', server.url, '--log-level', 'debug')
  const following = sh.start(['submit', '-', '--follow', '--redis', server.url], { input: '{"task":"held","args":["x"]}' })
  await following.says(/STARTED/, 'err')
  await server.kill9()
  await worker.says(/(ECONNREFUSED[\s\S]*){6}/)
  await server.restart()
  sh.write('go', '')
  expect(await following.ended()).toMatchObject({ code: 0, out: '"x"\n' })
})

test('a canvas with faults: exit 2 without a Redis, and every fault by its path', async () => {
  const sh = await shell()
  const env = { CHORDIS_REDIS_URL: 'redis://127.0.0.1:1' }
  const input = '{"chain":[{"task":"a","args":7},{"group":[{"tsk":"b"}]},{"task":"c"}]}'
  const { code, out, err } = await sh.run(['submit', '-'], { input, env })
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(
    /^chordis: the canvas has 2 faults \(canvas-invalid\)\n {2}canvas\.chain\[0\]\.args {6,}must be an array\n {2}canvas\.chain\[1\]\.group\[0\] {2}.*"task"\?\)\n$/,
  )
  const json = errorOf(await sh.run(['submit', '-', '--json'], { input, env }))
  expect(json).toMatchObject({
    code: 'canvas-invalid',
    exit: 2,
    path: 'canvas.chain[0].args',
    message: 'canvas.chain[0].args: must be an array',
  })
  expect(json.faults).toHaveLength(2)
  const one = await sh.run(['submit', '-'], { input: '{"task":"a","args":7}', env })
  expect(one.err).toBe('chordis: canvas.args: must be an array (canvas-invalid)\n')
})

test('broken JSON: exit 2 with line, column and the line itself', async () => {
  const sh = await shell()
  sh.write('bad.json', '{"chain": [\n  {"task": "a" "args": []}\n]}')
  const { code, err } = await sh.run(['submit', 'bad.json'])
  expect(code).toBe(2)
  expect(err.split('\n')).toEqual([
    expect.stringMatching(/^chordis: bad\.json:2:16: .* \(json-invalid\)$/),
    '      {"task": "a" "args": []}',
    '                   ^',
    '',
  ])
  expect((await sh.run(['submit', '-'], { input: '{"task": "a"' })).err).toMatch(/^chordis: standard input:1:13: /)
  expect(await sh.run(['submit', '-'], { input: ' ' })).toMatchObject({
    code: 2,
    err: 'chordis: standard input: is empty (json-invalid)\n',
  })
  expect(await sh.run(['submit', 'none.json'])).toMatchObject({
    code: 2,
    err: 'chordis: none.json: there is no such file (file-unreadable)\n',
  })
})

test('no Redis: exit 3, and what the socket said', async () => {
  const port = await freePort()
  const ran = await (await shell()).run(['submit', '-', '--redis', `redis://127.0.0.1:${port}`], { input: JSON.stringify(SUM) })
  expect(ran).toEqual({
    code: 3,
    out: '',
    err: `chordis: Redis cannot be reached: connect ECONNREFUSED 127.0.0.1:${port} (redis-unavailable)\n`,
  })
})

test('an id that another canvas has: exit 5', async () => {
  const sh = await shell()
  await sh.submit(SUM, '--id', 'taken')
  const ran = await sh.run(['submit', '-', '--id', 'taken', '--json'], { input: '{"task":"words"}' })
  expect(ran.code).toBe(5)
  expect(errorOf(ran)).toEqual({ code: 'id-conflict', message: 'the id is taken by another workflow', exit: 5, workflow: 'taken' })
})

test('bad usage: exit 2 and one line', async () => {
  const sh = await shell()
  const bad = async (...args: string[]) => {
    const { code, out, err } = await sh.run(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    return err
  }
  expect(await bad('submit')).toBe("chordis: missing required argument 'file' (usage)\n")
  expect(await bad('submit', 'x', '--bad')).toBe("chordis: unknown option '--bad' (usage)\n")
  expect(await bad('submit', 'x', '--timeout', '3')).toBe('chordis: --timeout needs --follow (usage)\n')
  expect(await bad('submit', 'x', '-f', '--timeout', 'soon')).toContain('must be a number of seconds')
  expect(await bad('submitt')).toContain("unknown command 'submitt'")
  expect(await bad('submit', '-', '--redis', 'localhost')).toContain('--redis (CHORDIS_REDIS_URL): must be redis://')
  expect(await bad()).toContain('Usage: chordis')
})

test('--help has the exit codes, --version the version', async () => {
  const sh = await shell()
  const help = await sh.run(['submit', '--help'])
  expect(help).toMatchObject({ code: 0, err: '' })
  for (const code of [0, 1, 2, 3, 4, 5, 130]) expect(help.out).toMatch(new RegExp(`^ +${code} {2}\\w`, 'm'))
  expect(await sh.run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
