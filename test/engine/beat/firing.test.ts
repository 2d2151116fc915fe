import { describe, expect, test } from 'vitest'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { COMMON, call, Gate, TestEngine } from '../harness.js'

const redis = useRedis()

async function engineWithBeats(count = 1) {
  const engine = await TestEngine.open(redis.url)
  for (let beat = 0; beat < count; beat++) await engine.beat()
  return { engine, schedules: engine.client.schedules }
}

describe('a schedule', () => {
  test('submits its workflow once per nominal time, whatever the number of beats', async () => {
    const { engine, schedules } = await engineWithBeats(4)
    const ran: unknown[] = []
    await engine.worker({ ...COMMON, tick: (_ctx, [value]) => ran.push(value) })
    const made = await schedules.upsert({ id: 'second', rules: { everyMs: 1_000 }, canvas: call('tick', ['x']) })
    expect(made.outcome).toBe('created')
    await until(async () => (await schedules.get('second')).counts.fired >= 3, { what: 'three ticks' })
    const { runs } = await schedules.get('second')
    const times = runs.map(({ nominalTime }) => nominalTime)
    expect(times.every((time) => time % 1_000 === 0)).toBe(true)
    expect(times).toEqual(times.map((_, k) => (times[0] as number) - 1_000 * k))
    const [last] = runs
    const status = await engine.client.workflow(last?.workflow as string).status()
    expect(status.schedule).toEqual({ id: 'second', kind: 'tick', nominalTime: last?.nominalTime, latenessMs: last?.latenessMs })
    expect(status.createdAt).toBeGreaterThanOrEqual(last?.nominalTime as number)
    const listed = await engine.client.workflows.list({ schedule: 'second' })
    expect(new Set(listed.workflows.map(({ id }) => id)).size).toBe(listed.workflows.length)
    expect(listed.workflows.length).toBeGreaterThanOrEqual(3)
    await until(() => ran.length >= 3, { what: 'they ran' })
  })

  test('that was changed while beats slept fires at its new time', async () => {
    const { engine, schedules } = await engineWithBeats()
    await engine.worker(COMMON)
    await schedules.upsert({ id: 'yearly', rules: '@yearly', canvas: call('echo', [1]) })
    const { changed, outcome, schedule } = await schedules.upsert({ id: 'yearly', rules: { everyMs: 1_000 }, canvas: call('echo', [1]) })
    expect({ changed, outcome }).toEqual({ changed: ['timing'], outcome: 'changed' })
    const run = await until(async () => (await schedules.get('yearly')).runs.at(-1), { what: 'it fired' })
    expect(run.nominalTime).toBe(schedule.next)
    expect(run.latenessMs).toBeLessThan(1_000)
  })

  test('as given is left alone; a change that is none of its times keeps what comes next', async () => {
    const { schedules } = await engineWithBeats(0)
    const definition = { id: 'x', rules: '0 3 * * *', timeZone: 'Europe/Berlin', canvas: call('echo', [1]) }
    const first = await schedules.upsert(definition)
    const again = await schedules.upsert(definition)
    expect(again.outcome).toBe('unchanged')
    expect(again.schedule).toEqual(first.schedule)
    const third = await schedules.upsert({ ...definition, canvas: call('echo', [2]), note: 'twice' })
    expect(third).toMatchObject({ outcome: 'changed', changed: ['canvas', 'note'], schedule: { next: first.schedule.next, note: 'twice' } })
  })

  test('fires no more often than it may', async () => {
    const { engine, schedules } = await engineWithBeats(2)
    await engine.worker(COMMON)
    await schedules.upsert({ id: 'twice', rules: { everyMs: 1_000 }, maxRuns: 2, canvas: call('echo', [1]) })
    await until(async () => (await schedules.get('twice')).next === null, { what: 'it is over' })
    expect((await schedules.get('twice')).counts.fired).toBe(2)
  })

  test('fires as often as it may, whatever people ask for beside that', async () => {
    const { engine, schedules } = await engineWithBeats(2)
    await engine.worker(COMMON)
    await schedules.upsert({ id: 'twice', rules: { everyMs: 1_000 }, maxRuns: 2, overlap: 'allowAll', canvas: call('echo', [1]) })
    for (let n = 0; n < 3; n++) await schedules.trigger('twice')
    await until(async () => (await schedules.get('twice')).next === null, { what: 'it is over' })
    const { runs, counts } = await schedules.get('twice')
    expect({ fired: counts.fired, ticks: runs.filter(({ kind }) => kind === 'tick').length }).toEqual({ fired: 5, ticks: 2 })
  })

  test('fires no more often than it may when its ticks wait for an earlier run', async () => {
    const { engine, schedules } = await engineWithBeats()
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler })
    await schedules.upsert({ id: 'queued', rules: { everyMs: 1_000 }, maxRuns: 3, overlap: 'bufferAll', canvas: call('hold') })
    await until(async () => (await schedules.get('queued')).next === null, { what: 'its last time has come' })
    const { waiting, counts } = await schedules.get('queued')
    expect({ waiting: waiting.length, fired: counts.fired }).toEqual({ waiting: 2, fired: 1 })
    gate.open()
    await until(async () => (await schedules.get('queued')).counts.fired === 3, { what: 'what waited has started' })
  })

  test('whose canvas is stored in pieces runs whole', async () => {
    const { engine, schedules } = await engineWithBeats()
    await engine.worker(COMMON)
    const members = Array.from({ length: 3_000 }, (_, k) => call('echo', [`${k}-${'x'.repeat(300)}`]))
    await schedules.upsert({ id: 'wide', rules: { everyMs: 1_000 }, maxRuns: 1, canvas: { group: members } })
    const run = await until(async () => (await schedules.get('wide')).runs[0], { what: 'it fired' })
    const value = (await engine.client.workflow(run.workflow).result({ timeoutMs: 60_000 })) as unknown[]
    expect(value).toHaveLength(3_000)
  })
})

describe('a paused schedule', () => {
  test('fires nothing, stays paused when it is made again, and goes on with the next time', async () => {
    const { engine, schedules } = await engineWithBeats()
    await engine.worker(COMMON)
    const definition = { id: 'p', rules: { everyMs: 1_000 }, canvas: call('echo', [1]) }
    await schedules.upsert(definition)
    expect(await schedules.pause('p', { reason: 'the database moves' })).toBe(true)
    expect(await schedules.pause('p')).toBe(false)
    const { outcome, schedule } = await schedules.upsert({ ...definition, note: 'deployed' })
    expect(outcome).toBe('changed')
    expect(schedule).toMatchObject({ next: null, paused: { by: 'user', reason: 'the database moves' } })
    const fired = schedule.counts.fired
    const other = await schedules.upsert({ id: 'other', rules: { everyMs: 1_000 }, canvas: call('echo', [1]) })
    await until(async () => (await schedules.get('other')).counts.fired > other.schedule.counts.fired + 1, { what: 'others fire' })
    expect((await schedules.get('p')).counts.fired).toBe(fired)
    expect(await schedules.resume('p')).toBe(true)
    expect(await schedules.resume('p')).toBe(false)
    await until(async () => (await schedules.get('p')).counts.fired > fired, { what: 'it fires again' })
    expect((await schedules.get('p')).counts.missed).toBe(0)
  })

  test('is what a failure makes of one that wants that', async () => {
    const { engine, schedules } = await engineWithBeats()
    await engine.worker(COMMON)
    await schedules.upsert({ id: 'f', rules: { everyMs: 1_000 }, pauseOnFailure: true, canvas: call('boom') })
    const paused = await until(async () => (await schedules.get('f')).paused, { what: 'it is paused' })
    const { runs, next, counts } = await schedules.get('f')
    expect(paused).toMatchObject({ by: 'failure', workflow: runs[0]?.workflow })
    expect({ next, fired: counts.fired }).toEqual({ next, fired: 1 })
  })
})

describe('while an earlier run goes on', () => {
  async function held(overlap: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll') {
    const { engine, schedules } = await engineWithBeats()
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler })
    await schedules.upsert({ id: 'o', rules: '@yearly', overlap, canvas: call('hold') })
    const first = await schedules.trigger('o')
    await gate.entries(1)
    return { engine, schedules, gate, first }
  }

  test('skip leaves the next one out', async () => {
    const { schedules, gate, first } = await held('skip')
    expect(await schedules.trigger('o')).toMatchObject({ outcome: 'skipped' })
    expect((await schedules.get('o')).counts).toEqual({ fired: 1, skipped: 1, missed: 0 })
    gate.open()
    await until(async () => (await schedules.get('o')).running.length === 0, { what: 'it has ended' })
    expect(first.outcome).toBe('fired')
    expect(await schedules.trigger('o')).toMatchObject({ outcome: 'fired' })
  })

  test('bufferOne lets one wait, and leaves further ones out', async () => {
    const { engine, schedules, gate } = await held('bufferOne')
    const second = await schedules.trigger('o')
    expect(second.outcome).toBe('waiting')
    expect((await schedules.trigger('o')).outcome).toBe('skipped')
    gate.open()
    await until(async () => (await schedules.get('o')).counts.fired === 2, { what: 'the one that waited has started' })
    expect((await engine.client.workflow(second.workflow).status()).schedule?.kind).toBe('trigger')
  })

  test('bufferAll lets all wait, in their order', async () => {
    const { schedules, gate } = await held('bufferAll')
    const waiting = [await schedules.trigger('o'), await schedules.trigger('o'), await schedules.trigger('o')]
    expect(waiting.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting', 'waiting'])
    gate.open()
    await until(async () => (await schedules.get('o')).counts.fired === 4, { what: 'all have started' })
    const { runs } = await schedules.get('o')
    expect(
      runs
        .slice(0, 3)
        .map(({ workflow }) => workflow)
        .reverse(),
    ).toEqual(waiting.map(({ workflow }) => workflow))
  })

  test('cancelOther revokes it, and starts when it has ended', async () => {
    const { engine, schedules, first } = await held('cancelOther')
    const second = await schedules.trigger('o')
    expect(second.outcome).toBe('waiting')
    expect((await engine.client.workflow(first.workflow).outcome({ waitMs: 10_000 }))?.state).toBe('REVOKED')
    await until(async () => (await schedules.get('o')).running.includes(second.workflow), { what: 'the next one runs' })
  })

  test('a request that is repeated waits once', async () => {
    const { schedules } = await engineWithBeats(0)
    for (const overlap of ['bufferOne', 'bufferAll', 'cancelOther'] as const) {
      await schedules.upsert({ id: overlap, rules: '@yearly', overlap, canvas: call('hold') })
      await schedules.trigger(overlap)
      const answers = [await schedules.trigger(overlap, { requestId: 'r' }), await schedules.trigger(overlap, { requestId: 'r' })]
      expect(answers.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting'])
      const { waiting, counts } = await schedules.get(overlap)
      expect({ waiting: waiting.length, skipped: counts.skipped }).toEqual({ waiting: 1, skipped: 0 })
    }
  })

  test('cancelOther counts one that gives way before it has started as skipped', async () => {
    const { schedules } = await engineWithBeats(0)
    await schedules.upsert({ id: 'o', rules: '@yearly', overlap: 'cancelOther', canvas: call('hold') })
    await schedules.trigger('o')
    expect((await schedules.trigger('o', { requestId: 'second' })).outcome).toBe('waiting')
    expect((await schedules.trigger('o', { requestId: 'second' })).outcome).toBe('waiting')
    expect((await schedules.get('o')).counts).toEqual({ fired: 1, skipped: 0, missed: 0 })
    expect((await schedules.trigger('o')).outcome).toBe('waiting')
    const { counts, waiting } = await schedules.get('o')
    expect({ ...counts, waiting: waiting.length }).toEqual({ fired: 1, skipped: 1, missed: 0, waiting: 1 })
  })

  test('terminateOther terminates it, and starts at once', async () => {
    const { engine, schedules, first } = await held('terminateOther')
    const second = await schedules.trigger('o')
    expect(second.outcome).toBe('fired')
    expect((await engine.client.workflow(first.workflow).outcome({ waitMs: 10_000 }))?.state).toBe('REVOKED')
    expect((await schedules.get('o')).running).toEqual([second.workflow])
  })

  test('allowAll starts the next one beside it', async () => {
    const { schedules, gate, first } = await held('allowAll')
    const second = await schedules.trigger('o')
    expect(second.outcome).toBe('fired')
    await gate.entries(2)
    expect((await schedules.get('o')).running).toEqual([first.workflow, second.workflow])
  })
})
