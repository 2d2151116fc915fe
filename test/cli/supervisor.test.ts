/** The process above `chordis worker`: what had to be killed comes back, what asks to end ends. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { until } from '../support/wait.js'
import { type Running, type Shell, useCli } from './harness.js'

const shell = useCli()

const TASKS = `
import { existsSync } from 'node:fs'
import { task } from 'chordis'
export const pid = task('pid', () => process.pid)
export const spin = task('spin', { timeLimitMs: 300 }, () => { for (;;); })
export const hang = task('hang', { timeLimitMs: 300 }, () => new Promise(() => setInterval(() => {}, 1_000)))
export const apart = task('apart', { pool: 'process' }, () => process.pid)
`

async function started(sh: Shell, ...args: string[]): Promise<Running> {
  sh.write('limits.ts', TASKS)
  const worker = sh.start(['worker', '-m', 'limits.ts', ...args])
  await worker.says(/ready/)
  return worker
}

const pidOf = async (sh: Shell, task = 'pid'): Promise<number> =>
  JSON.parse((await sh.run(['submit', '-', '--follow'], { input: JSON.stringify({ task }) })).out) as number

test('a worker that dies is started again; SIGTERM then ends both, exit 0', async () => {
  const sh = await shell()
  const worker = await started(sh)
  const first = await pidOf(sh)
  process.kill(first, 'SIGKILL')
  await worker.says(/another one is started {2}why=SIGKILL/)
  await until(() => (worker.out.match(/ready/g) ?? []).length === 2, { what: 'the second one is ready' })
  const second = await pidOf(sh)
  expect(second).not.toBe(first)
  worker.signal('SIGTERM')
  expect(await worker.ended()).toMatchObject({ code: 0 })
  expect(existsSync(`/proc/${second}`)).toBe(false)
})

test.each([
  ['blocks the event loop', 'spin', /why=SIGKILL/],
  ['cannot be stopped', 'hang', /why="?code 75"?/],
])('an inline task that %s past its hard limit costs its process, which is replaced', async (_what, task, why) => {
  const sh = await shell()
  const worker = await started(sh)
  const ran = await sh.run(['submit', '-', '--follow'], { input: JSON.stringify({ task }) })
  expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('TimeLimitExceeded') })
  await worker.says(why)
  expect(await pidOf(sh)).toBeGreaterThan(0)
})

test('a process of its own for a task that names that pool, from the same modules', async () => {
  const sh = await shell()
  await started(sh, '--max-tasks-per-child', '1')
  const pids = [await pidOf(sh), await pidOf(sh), await pidOf(sh, 'apart'), await pidOf(sh, 'apart')]
  expect(pids[0]).toBe(pids[1])
  expect(new Set(pids).size).toBe(3)
})

test('when the process above is killed, the worker stops as on a signal', async () => {
  const sh = await shell()
  const worker = await started(sh)
  const child = await pidOf(sh)
  await worker.kill9()
  await until(() => !existsSync(`/proc/${child}`), { what: 'the worker has gone, too' })
})
