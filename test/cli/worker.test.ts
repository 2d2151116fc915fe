/** `chordis worker`: what it loads, what it says, how it ends. */
import { expect, onTestFinished, test } from 'vitest'
import { RedisCluster } from '../support/redis-cluster.js'
import { until } from '../support/wait.js'
import { type Shell, useCli } from './harness.js'

const shell = useCli()

const holds = (sh: Shell, name: string) => until(() => sh.has(`held-${name}`), { what: `${name} has begun` })
const held = (name: string) => ({ task: 'held', args: [name] })

test('SIGTERM: what runs ends, what has not started goes back, exit 0', async () => {
  const sh = await shell()
  const worker = await sh.worker('-c', '1')
  await sh.submit(held('a'), '--id', 'a')
  await holds(sh, 'a')
  await sh.submit({ group: [held('b'), held('c')] }, '--id', 'later')
  worker.signal('SIGTERM')
  await worker.says(/stopping: running tasks have 10 s/)
  sh.write('go', '')
  const { code, out, err } = await worker.ended()
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/stopped\n$/)
  expect(await sh.json('run', 'show', 'a')).toMatchObject({ state: 'SUCCESS', tasks: [{ attempts: 1 }] })
  const waiting = { state: 'PENDING', attempts: 0 }
  expect(await sh.json('run', 'show', 'later')).toMatchObject({ state: 'PENDING', tasks: [waiting, waiting] })
})

test('a second signal gives back what runs, uncharged, and another worker runs it', async () => {
  const sh = await shell()
  const worker = await sh.worker('--grace', '600')
  await sh.submit(held('a'), '--id', 'a')
  await holds(sh, 'a')
  worker.signal('SIGINT')
  await worker.says(/stopping/)
  worker.signal('SIGTERM')
  expect(await worker.ended()).toMatchObject({ code: 143 })
  expect(await sh.json('run', 'show', 'a')).toMatchObject({ tasks: [{ state: 'PENDING', attempts: 0 }] })
  sh.write('go', '')
  await sh.worker()
  expect((await sh.run(['run', 'result', 'a', '--wait', '20'])).out).toBe('"a"\n')
})

test('one Ctrl-C that arrives twice, as under npx, is one', async () => {
  const sh = await shell()
  const worker = await sh.worker()
  await sh.submit(held('a'), '--id', 'a')
  await holds(sh, 'a')
  worker.signal('SIGINT')
  await worker.says(/stopping/)
  worker.signal('SIGINT')
  sh.write('go', '')
  expect(await worker.ended()).toMatchObject({ code: 0, out: expect.not.stringContaining('back\n') })
  expect(await sh.json('run', 'show', 'a')).toMatchObject({ state: 'SUCCESS' })
})

test('SIGKILL: another worker runs what it held', async () => {
  const sh = await shell()
  const first = await sh.worker()
  const following = sh.start(['submit', '-', '--follow'], { input: JSON.stringify(held('a')) })
  await holds(sh, 'a')
  await first.kill9()
  sh.write('go', '')
  await sh.worker()
  expect(await following.ended()).toMatchObject({ code: 0, out: '"a"\n' })
})

test('on a terminal or not, it says where it works on what; with --json each line is an object', async () => {
  const sh = await shell()
  const plain = await sh.worker('-n', 'one', '-Q', 'default,mail', '-c', '7')
  expect(plain.out).toMatch(
    /^chordis \d+\.\d+\.\d+ {2}worker one, process \d+\n {2}redis {8}redis:.*\n {2}queues {7}default mail\n {2}concurrency {2}7\n/,
  )
  const json = await sh.worker('-n', 'two', '--json')
  json.signal('SIGTERM')
  const { out } = await json.ended()
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const common = { time: expect.stringMatching(/^\d{4}-.*Z$/), level: 'info', message: expect.any(String) }
  const tasks = ['boom', 'held', 'total', 'words']
  expect(lines[0]).toEqual({
    ...common,
    message: 'ready',
    name: 'two',
    pid: expect.any(Number),
    queues: ['default'],
    tasks,
    concurrency: 100,
  })
  expect(lines.map(({ message }) => message)).toEqual(['ready', expect.stringContaining('stopping'), 'stopped'])
})

test('a password of Redis is not shown', async () => {
  const sh = await shell()
  await sh.redis.server.call('ACL', 'SETUSER', 'me', 'on', '>secret', '~*', '&*', '+@all')
  const worker = await sh.worker('--redis', sh.redis.url.replace('redis://', 'redis://me:secret@'))
  expect(worker.out).toContain('redis://me:***@')
  expect(worker.out).not.toContain('secret')
})

test('JavaScript modules of either kind, lists, objects, registries and a Chordis with its queues and its Redis', async () => {
  const sh = await shell()
  sh.write(
    'a.mjs',
    `import { task } from 'chordis'\nexport default [task('a', () => 1), [task('a2', () => 1)]]\nexport const data = { x: 1, f() {} }`,
  )
  sh.write('b.cjs', `const { task } = require('chordis')\nmodule.exports = { b: task('b', () => 2), n: null }`)
  sh.write(
    'c.js',
    `import { TaskRegistry } from 'chordis'\nexport const reg = new TaskRegistry().register({ name: 'c', handler: () => 3 })`,
  )
  sh.write('e.ts', `export { d as same } from './d.mjs'`)
  sh.write('helper.ts', 'export const four: number = 4')
  sh.write(
    'd.mts',
    `import { Chordis } from 'chordis'
import { four } from './helper.js'
export const app = new Chordis({ redis: ${JSON.stringify(sh.redis.url)}, namespace: ${JSON.stringify(sh.namespace)} })
export const d = app.task('d', { queue: 'deep' }, () => four)
export const again = d`,
  )
  const env = { CHORDIS_REDIS_URL: '', CHORDIS_NAMESPACE: '' }
  const worker = sh.start(['worker', ...['a.mjs', 'b.cjs', 'c.js', 'd.mts', 'e.ts'].flatMap((name) => ['-m', name])], { env })
  await worker.says(/ready/)
  expect(worker.out).toContain('  tasks        a a2 b c d\n')
  expect(worker.out).toContain('  queues       default deep\n')
  expect(worker.out).toContain(`  redis        ${sh.redis.url}, namespace ${sh.namespace}\n`)
  const calls = ['a', 'b', 'c'].map((task) => ({ task }))
  await sh.submit({ group: [...calls, { task: 'd', options: { queue: 'deep' } }] }, '--id', 'all')
  expect(JSON.parse((await sh.run(['run', 'result', 'all', '--wait', '20'])).out)).toEqual([1, 2, 3, 4])
})

test('a module that is not there, fails, exports no task, or takes a name twice: exit 2 and where', async () => {
  const sh = await shell()
  const bad = async (...modules: string[]) => {
    const { code, out, err } = await sh.run(['worker', ...modules.flatMap((name) => ['-m', name])])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    return err
  }
  sh.write('one.ts', `import { task } from 'chordis'\nexport const square = task('square', (x: number) => x * x)`)
  sh.write('two.ts', `import { task } from 'chordis'\nexport default task('square', (x: number) => x + x)`)
  sh.write('none.ts', 'export const answer = 42')
  sh.write('broken.ts', 'export const a = {{\n')
  sh.write('throws.ts', `const a: number = 1\nthrow new Error('no ' + a)`)
  expect(await bad('./gone.ts')).toBe('chordis: ./gone.ts: there is no such file (module-invalid)\n')
  expect(await bad('tasks.json')).toContain('tasks.json: must be a file that ends in .ts')
  expect(await bad('none.ts')).toMatch(/^chordis: none\.ts exports no task \(module-invalid\)\n {2}A task is made with task\(/)
  expect(await bad('./one.ts', './two.ts')).toContain(
    'the task "square" is defined twice: by ./one.ts (export square) and by ./two.ts (default export) (module-invalid)',
  )
  expect(await bad('broken.ts')).toMatch(/broken\.ts cannot be loaded: .*broken\.ts:1:\d+/)
  expect(await bad('throws.ts')).toMatch(/throws\.ts cannot be loaded: no 1 \(module-invalid\)\n {4}at .*throws\.ts:2:/)
  expect(await bad()).toContain("required option '-m, --module <file>' not specified")
})

test('on a Cluster, named by some of its nodes', async () => {
  const cluster = await RedisCluster.start()
  onTestFinished(() => cluster.stop())
  const sh = await shell()
  const nodes = ['--redis', cluster.nodes.map(({ url }) => url).join(',')]
  await sh.worker(...nodes)
  const ran = await sh.run(['submit', '-', '--follow', ...nodes], { input: '{"task":"words","args":["a b c"]}' })
  expect(ran).toMatchObject({ code: 0, out: '3\n' })
})

test('a Redis that is not there is told at start, with exit 3', async () => {
  const sh = await shell()
  sh.write('tasks.ts', `import { task } from 'chordis'\nexport const a = task('a', () => 1)`)
  const ran = await sh.run(['worker', '-m', 'tasks.ts', '--json', '--redis', 'redis://127.0.0.1:1'])
  expect(ran).toMatchObject({ code: 3, out: '' })
  expect(JSON.parse(ran.err)).toMatchObject({ code: 'redis-unavailable', exit: 3, message: expect.stringContaining('ECONNREFUSED') })
})

test('with --log-level debug it tells of every attempt', async () => {
  const sh = await shell()
  const worker = await sh.worker('--log-level', 'debug')
  sh.write('go', '')
  expect((await sh.run(['submit', '-', '--follow'], { input: JSON.stringify(held('a')) })).out).toBe('"a"\n')
  await worker.says(/held started {2}id=\S+:0 attempt=1/)
  await worker.says(/held succeeded/)
})
