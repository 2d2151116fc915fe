/** `chordis beat` and `chordis worker --beat`: what fires, what they say, how they end. */
import { expect, test } from 'vitest'
import type { ScheduleView } from '../../src/engine/index.js'
import { until } from '../support/wait.js'
import { ASK_MS, type Shell, useCli } from './harness.js'

const shell = useCli()

const every = (sh: Shell, id: string, everyMs: number) =>
  sh.run(['schedules', 'upsert', '-'], {
    input: JSON.stringify({ id, rules: { everyMs }, overlap: 'allowAll', canvas: { task: 'words', args: ['a b'] } }),
  })

async function fired(sh: Shell, id: string): Promise<number> {
  return ((await sh.json('schedules', 'show', id)).counts as { fired: number }).fired
}

test('SIGTERM ends a beat after its look, exit 0; another one goes on, and no time is fired twice', async () => {
  const sh = await shell()
  await every(sh, 'second', 1_000)
  const first = sh.start(['beat', '--log-level', 'debug'])
  const second = sh.start(['beat', '--json'])
  await first.says(/^chordis \d+\.\d+\.\d+ {2}beat, process \d+\n {2}redis {2}redis:.*, namespace .+\n[^\n]*ready\n/)
  await second.says(/"message":"ready"/)
  await until(async () => (await fired(sh, 'second')) >= 2, { timeoutMs: 20_000, intervalMs: ASK_MS })
  first.signal('SIGTERM')
  const { code, out, err } = await first.ended()
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/stopped {2}fired=\d+ skipped=0 missed=\d+ latenessP99Ms=\w+\n$/)
  const before = await fired(sh, 'second')
  await until(async () => (await fired(sh, 'second')) > before, { timeoutMs: 20_000, intervalMs: ASK_MS })
  second.signal('SIGINT')
  const lines = (await second.ended()).out.trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toContain('info')
  expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ message: 'stopped', fired: expect.any(Number) })
  const { runs } = (await sh.json('schedules', 'show', 'second')) as unknown as { runs: { nominalTime: number; workflow: string }[] }
  expect(new Set(runs.map(({ nominalTime }) => nominalTime)).size).toBe(runs.length)
})

test('a beat that is frozen, wakes up and is killed costs no time and doubles none: another one goes on', async () => {
  const sh = await shell()
  const frozen = sh.start(['beat'])
  await frozen.says(/ready/)
  await sh.start(['beat']).says(/ready/)
  await every(sh, 'second', 1_000)
  let seen = 0
  const more = () =>
    until(async () => (await fired(sh, 'second')) >= seen + 2, { timeoutMs: 20_000, intervalMs: ASK_MS, what: 'it goes on' })
  for (const signal of ['SIGCONT', 'SIGSTOP', 'SIGCONT', 'SIGKILL'] as const) {
    frozen.signal(signal)
    seen = await fired(sh, 'second')
    await more()
  }
  const view = (await sh.json('schedules', 'show', 'second')) as unknown as ScheduleView
  const times = view.runs.map(({ nominalTime }) => nominalTime)
  expect(times).toEqual(times.map((_, k) => (times[0] as number) - 1_000 * k))
  expect(view.counts.missed).toBe(0)
  const { workflows } = (await sh.json('list', '--limit', '1000')) as { workflows: unknown[] }
  // Ticks go on between these commands, however long they take.
  expect(workflows.length).toBeGreaterThanOrEqual(view.counts.fired)
  expect(workflows.length).toBeLessThanOrEqual(await fired(sh, 'second'))
})

test('a worker with --beat fires and runs; both end with one signal', async () => {
  const sh = await shell()
  const worker = await sh.worker('--beat')
  expect(worker.out).toMatch(/worker \S+ and beat, process/)
  await every(sh, 'second', 1_000)
  await until(async () => ((await sh.json('schedules', 'list')).schedules as { lastState: string }[])[0]?.lastState === 'SUCCESS', {
    timeoutMs: 20_000,
    intervalMs: ASK_MS,
    what: 'a run has succeeded',
  })
  worker.signal('SIGTERM')
  expect(await worker.ended()).toMatchObject({ code: 0, err: '' })
})

test('a beat says at once that there is no Redis, and what is wrong with its options', async () => {
  const sh = await shell()
  expect(await sh.run(['beat'], { env: { CHORDIS_REDIS_URL: 'redis://127.0.0.1:1' } })).toMatchObject({ code: 3 })
  expect(await sh.run(['beat', '--look', '5'])).toMatchObject({ code: 2, err: expect.stringContaining('from 10 to 1000') })
})
