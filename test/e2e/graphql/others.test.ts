/**
 * Queues, workers, tasks, schedules and dead letters over GraphQL.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { Client } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { EchoTasks, GateTasks, useServices } from '../harness.js'
import { asker } from './harness.js'

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>
const { ask, refused } = asker(() => service.http)

beforeAll(async () => {
  service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks, GateTasks], worker: { queues: ['default'] } })
})

async function submit(task: string, args: unknown[], queue?: string): Promise<string> {
  const canvas = { task: { task, args, ...(queue === undefined ? {} : { options: { queue } }) } }
  return (await ask('mutation ($c: CanvasInput!) { submitWorkflow(input: {canvas: $c}) { id } }', { c: canvas })).submitWorkflow.id
}

/** A plain task that has failed for good; answers its dead letter’s id. */
async function failed(message: string): Promise<string> {
  const id = await submit('throws', [message])
  await service.app.get(Client).workflow(id).outcome({ waitMs: 20_000 })
  await until(
    async () => (await ask('{ deadLetters { nodes { id } } }')).deadLetters.nodes.some((one: { id: string }) => one.id === `${id}:0`),
    {
      what: 'the dead letter is listed',
    },
  )
  return `${id}:0`
}

describe('queues', () => {
  test('what waits is counted by priority and shown in order, with arguments when asked for', async () => {
    await submit('echo', ['first'], 'idle')
    await submit('echo', ['second'], 'idle')
    const { queue } = await ask(
      '{ queue(name: "idle") { name ready byPriority { priority count } exact parked workers paused { by } waiting(first: 1) { id task priority run submittedAt args kwargs } } }',
    )
    expect(queue).toMatchObject({ name: 'idle', ready: 2, exact: true, parked: 0, workers: 0, paused: null })
    expect(queue.byPriority).toEqual([{ priority: expect.any(Number) as number, count: 2 }])
    expect(queue.waiting).toEqual([
      {
        id: expect.stringMatching(/:0$/) as string,
        task: 'echo',
        priority: expect.any(Number) as number,
        run: 1,
        submittedAt: expect.any(Number) as number,
        args: null,
        kwargs: null,
      },
    ])
    const shown = await ask('{ queue(name: "idle") { waiting(withArguments: true) { args } } queues { nodes { name } } }')
    expect(shown.queue.waiting).toEqual([{ args: ['first'] }, { args: ['second'] }])
    expect(shown.queues.nodes.map(({ name }: { name: string }) => name)).toEqual(['default', 'idle'])
    expect((await refused('{ queue(name: "nobody") { name } }')).extensions.code).toBe('not-found')
  })

  test('one is paused with who and why, and resumed', async () => {
    expect((await ask('mutation { pauseQueue(queue: "paused", reason: "deploy") { queue paused } }')).pauseQueue).toEqual({
      queue: 'paused',
      paused: true,
    })
    const { queue } = await ask('{ queue(name: "paused") { paused { by reason since } } }')
    expect(queue.paused).toEqual({ by: 'local', reason: 'deploy', since: expect.any(Number) as number })
    expect((await ask('mutation { resumeQueue(queue: "paused") { paused } }')).resumeQueue).toEqual({ paused: false })
    expect((await refused('mutation { pauseQueue(queue: "a b") { paused } }')).extensions).toMatchObject({
      code: 'name-invalid',
      path: 'queue',
    })
  })

  test('what waits is counted, moved and purged', async () => {
    await submit('echo', [1], 'from')
    expect((await ask('mutation { moveQueue(queue: "from", to: "into", input: {dryRun: true}) { queue tasks } }')).moveQueue).toEqual({
      queue: 'from',
      tasks: 1,
    })
    expect(
      (await ask('mutation { moveQueue(queue: "from", to: "into", input: {task: "echo"}, limit: 5) { tasks } }')).moveQueue.tasks,
    ).toBe(1)
    expect((await ask('mutation { purgeQueue(queue: "into", input: {dryRun: true}) { tasks } }')).purgeQueue.tasks).toBe(1)
    expect((await ask('mutation { purgeQueue(queue: "into") { queue tasks } }')).purgeQueue).toEqual({ queue: 'into', tasks: 1 })
    expect((await refused('mutation { moveQueue(queue: "into", to: "into") { tasks } }')).extensions).toMatchObject({
      code: 'request-invalid',
      path: 'to',
    })
  })
})

describe('workers', () => {
  test('are listed with how they are, and with the tasks that they know', async () => {
    const { workers, tasks } = await ask(
      '{ workers { nodes { id name host pid state alive queues pool slots running reserved oldest { id } processed { succeeded } leaseMs rssBytes startedAt sampleAgeMs } pageInfo { hasNextPage } } tasks(first: 200) { nodes { name workers queues parked } } }',
    )
    expect(workers.pageInfo.hasNextPage).toBe(false)
    expect(workers.nodes).toHaveLength(1)
    expect(workers.nodes[0]).toMatchObject({ state: 'running', alive: true, queues: ['default'], pid: process.pid, pool: 'inline' })
    expect(tasks.nodes.find(({ name }: { name: string }) => name === 'echo')).toEqual({
      name: 'echo',
      workers: 1,
      queues: ['default'],
      parked: 0,
    })
  })

  test('and lists of names go on behind a cursor', async () => {
    const TASKS = 'query ($after: String) { tasks(first: 2, after: $after) { nodes { name } pageInfo { endCursor hasNextPage } } }'
    const { tasks } = await ask(TASKS)
    expect(tasks).toMatchObject({ nodes: [{ name: 'add' }, { name: 'bigint' }], pageInfo: { hasNextPage: true } })
    expect((await ask(TASKS, { after: tasks.pageInfo.endCursor })).tasks.nodes[0]).toEqual({ name: 'echo' })
  })

  test('say what they run, and do what they are told', async () => {
    const gate = service.app.get(GateTasks)
    const id = await submit('gate', [1])
    await gate.entered
    const { activeAttempts } = await ask(
      '{ activeAttempts(limit: 5) { answers { worker { alive } value ms } refused { code } unanswered { id } } }',
    )
    expect(activeAttempts.answers[0].value).toMatchObject({ total: 1, attempts: [{ id: `${id}:0`, task: 'gate' }] })
    gate.open()
    const COMMAND =
      'mutation ($command: WorkerCommandInput!, $to: WorkersInput) { commandWorkers(command: $command, to: $to) { answers { value } refused { code message } unanswered { id } } }'
    const tell = async (command: object, to?: object) => (await ask(COMMAND, { command, to })).commandWorkers
    expect((await tell({ type: 'ping' })).answers).toEqual([{ value: 'pong' }])
    expect((await tell({ type: 'addConsumer', queue: 'more' }, { timeoutMs: 4_000 })).answers[0].value.queues).toEqual(['default', 'more'])
    expect((await tell({ type: 'cancelConsumer', queue: 'more' })).answers[0].value.queues).toEqual(['default'])
    expect((await tell({ type: 'grow', by: 1 })).answers).toHaveLength(1)
    expect((await refused(COMMAND, { command: { type: 'grow' } })).extensions).toMatchObject({ code: 'request-invalid', path: 'by' })
    expect((await refused(COMMAND, { command: { type: 'ping' }, to: { workers: ['nobody'] } })).extensions).toMatchObject({
      code: 'not-found',
      path: 'workers[0]',
    })
    expect((await refused(COMMAND, { command: { type: 'ping' }, to: { timeoutMs: 60_000 } })).extensions).toMatchObject({
      path: 'to.timeoutMs',
    })
    expect((await refused(COMMAND, { command: { type: 'explode' } })).extensions.code).toBe('request-invalid')
  })
})

describe('schedules', () => {
  const UPSERT =
    'mutation ($input: ScheduleInput!) { upsertSchedule(input: $input) { outcome changed schedule { id description next overlap catchUp { mode windowMs max } submit canvas timing { rules timeZone } } } }'
  const input = {
    id: 'nightly',
    rules: ['0 3 * * *'],
    timeZone: 'Europe/Berlin',
    canvas: { task: { task: 'echo', args: [1], options: { queue: 'idle' } } },
  }

  test('one is made, left as it is, changed and compared', async () => {
    const made = (
      await ask(UPSERT, {
        input: { ...input, overlap: 'bufferOne', catchUp: { mode: 'all' }, submit: { name: 'night', limits: { retries: 2 } } },
      })
    ).upsertSchedule
    expect(made).toMatchObject({ outcome: 'created', changed: [] })
    expect(made.schedule).toMatchObject({
      id: 'nightly',
      description: 'at 03:00 every day (Europe/Berlin)',
      overlap: 'bufferOne',
      catchUp: { mode: 'all', windowMs: 600_000, max: 100 },
      submit: { name: 'night', limits: { retries: 2 } },
      canvas: { task: 'echo', args: [1] },
      timing: { timeZone: 'Europe/Berlin' },
    })
    expect(
      (await ask('query ($input: ScheduleInput!) { compareSchedule(input: $input) { outcome changed } }', { input })).compareSchedule,
    ).toEqual({
      outcome: 'changed',
      changed: ['catchUp', 'overlap', 'submit'],
    })
    expect((await ask(UPSERT, { input })).upsertSchedule.outcome).toBe('changed')
    expect((await ask(UPSERT, { input })).upsertSchedule.outcome).toBe('unchanged')
    const onlyNew = 'mutation ($input: ScheduleInput!) { upsertSchedule(input: $input, onlyNew: true) { outcome } }'
    expect((await refused(onlyNew, { input })).extensions.code).toBe('already-exists')
  })

  test.each([
    ['schedule-invalid', 'input.rules[0]', { ...input, rules: ['x'] }],
    ['canvas-invalid', 'input.canvas.task', { ...input, canvas: { task: { task: '' } } }],
    ['canvas-invalid', 'input.canvasJson.tsk', { ...input, canvas: undefined, canvasJson: { task: 'a', tsk: 1 } }],
    ['name-invalid', 'input.id', { ...input, id: 'a b' }],
    ['request-invalid', 'input.canvas', { ...input, canvas: undefined }],
  ])('%s at %s', async (code, path, wrong) => {
    expect((await refused(UPSERT, { input: wrong })).extensions).toMatchObject({ code, path })
  })

  test('they are paged, looked at, and preview their times', async () => {
    await ask(UPSERT, { input: { ...input, id: 'a' } })
    await ask(UPSERT, { input: { ...input, id: 'b' } })
    const LIST =
      'query ($first: Int!, $after: String) { schedules(first: $first, after: $after) { edges { cursor node { id } } nodes { id } pageInfo { hasNextPage endCursor } } }'
    const { schedules } = await ask(LIST, { first: 1 })
    expect(schedules.nodes).toEqual([{ id: 'a' }])
    expect((await ask(LIST, { first: 1, after: schedules.edges[0].cursor })).schedules.nodes).toEqual([{ id: 'b' }])
    expect((await ask(LIST, { first: 1, after: schedules.pageInfo.endCursor })).schedules.nodes).toEqual([{ id: 'b' }])
    expect(
      (
        await ask(
          '{ schedule(id: "a") { id tenant running waiting { kind } runs { workflow } counts { fired skipped missed } paused { by } } }',
        )
      ).schedule,
    ).toMatchObject({
      id: 'a',
      counts: { fired: 0, skipped: 0, missed: 0 },
      paused: null,
    })
    expect((await refused('{ schedule(id: "nobody") { id } }')).extensions.code).toBe('not-found')
    const after = Date.UTC(2026, 2, 28)
    expect(
      (await ask('query ($after: Ms) { schedulePreview(id: "a", count: 2, after: $after) { time utc local } }', { after })).schedulePreview,
    ).toEqual([
      { time: Date.UTC(2026, 2, 28, 2), utc: '2026-03-28T02:00:00.000Z', local: '2026-03-28T03:00:00+01:00' },
      { time: Date.UTC(2026, 2, 29, 1), utc: '2026-03-29T01:00:00.000Z', local: '2026-03-29T03:00:00+02:00' },
    ])
    const TIMING = 'query ($timing: TimingInput) { schedulePreview(timing: $timing, count: 1) { utc } }'
    expect((await ask(TIMING, { timing: { rules: [{ everyMs: 60_000 }] } })).schedulePreview).toHaveLength(1)
    expect((await refused(TIMING, { timing: { rules: ['x'] } })).extensions).toMatchObject({
      code: 'schedule-invalid',
      path: 'timing.rules[0]',
    })
    expect((await refused(TIMING)).extensions).toMatchObject({ code: 'request-invalid', path: 'id' })
    expect((await refused('{ schedulePreview(id: "a", count: 201) { utc } }')).extensions).toMatchObject({ path: 'count' })
  })

  test('one is paused, resumed, triggered once per request, backfilled and deleted', async () => {
    await ask(UPSERT, { input: { ...input, id: 'c' } })
    expect((await ask('mutation { pauseSchedule(id: "c", reason: "x") { id changed } }')).pauseSchedule).toEqual({ id: 'c', changed: true })
    expect((await ask('mutation { pauseSchedule(id: "c") { changed } }')).pauseSchedule.changed).toBe(false)
    expect((await ask('mutation { resumeSchedule(id: "c") { changed } }')).resumeSchedule.changed).toBe(true)
    const TRIGGER = 'mutation { triggerSchedule(id: "c", requestId: "r1", overlap: allowAll) { outcome workflow } }'
    const fired = (await ask(TRIGGER)).triggerSchedule
    expect(fired.outcome).toBe('fired')
    expect((await ask(TRIGGER)).triggerSchedule).toEqual({ outcome: 'known', workflow: fired.workflow })
    const { workflow } = await ask('query ($id: ID!) { workflow(id: $id) { schedule { id kind } } }', { id: fired.workflow })
    expect(workflow.schedule).toEqual({ id: 'c', kind: 'trigger' })
    const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 4)]
    const BACKFILL = 'mutation ($input: BackfillInput!) { backfillSchedule(id: "c", input: $input) { times fired waiting known skipped } }'
    expect((await ask(BACKFILL, { input: { from, to, dryRun: true } })).backfillSchedule).toMatchObject({
      fired: 0,
      times: [1, 2, 3].map((day) => Date.UTC(2026, 0, day, 2)),
    })
    expect((await ask(BACKFILL, { input: { from, to, overlap: 'allowAll', limit: 2 } })).backfillSchedule).toMatchObject({ fired: 2 })
    expect((await refused(BACKFILL, { input: { from: to, to: from } })).extensions).toMatchObject({
      code: 'request-invalid',
      path: 'input.to',
    })
    expect((await ask('mutation { deleteSchedule(id: "c") { changed } }')).deleteSchedule.changed).toBe(true)
    for (const name of ['deleteSchedule', 'pauseSchedule', 'resumeSchedule']) {
      expect((await refused(`mutation { ${name}(id: "c") { id } }`)).extensions.code).toBe('not-found')
    }
    expect((await refused('mutation { triggerSchedule(id: "c") { workflow } }')).extensions.code).toBe('not-found')
    expect((await refused(BACKFILL, { input: { from, to } })).extensions.code).toBe('not-found')
  })
})

describe('dead letters', () => {
  test('are paged and filtered, and tell what was called and how it ended', async () => {
    const [first, second] = [await failed('one'), await failed('two')]
    const LIST =
      'query ($first: Int!, $after: String, $filter: DeadLetterFilterInput) { deadLetters(first: $first, after: $after, filter: $filter) { edges { cursor node { id } } nodes { id task queue attempts failedAt error { type message } call { args kwargs errors { attempt } hidden } workflow { id state } } pageInfo { hasNextPage } } }'
    const { deadLetters } = await ask(LIST, { first: 1 })
    expect(deadLetters.nodes[0]).toMatchObject({
      id: second,
      task: 'throws',
      queue: 'default',
      attempts: 1,
      error: { type: 'TypeError', message: 'two' },
      call: { args: ['two'], kwargs: {}, errors: [], hidden: false },
      workflow: { state: 'FAILURE' },
    })
    expect((await ask(LIST, { first: 1, after: deadLetters.edges[0].cursor })).deadLetters.nodes[0].id).toBe(first)
    expect((await ask(LIST, { first: 9, filter: { error: 'one', task: 'throws' } })).deadLetters.nodes).toHaveLength(1)
    expect((await ask('query ($id: ID!) { deadLetter(id: $id) { call { args } } }', { id: first })).deadLetter).toEqual({
      call: { args: ['one'] },
    })
    expect((await refused('{ deadLetter(id: "nobody:0") { id } }')).extensions.code).toBe('not-found')
    expect((await refused('{ deadLetter(id: "nobody") { id } }')).extensions).toMatchObject({ code: 'request-invalid', path: 'id' })
    expect((await refused(LIST, { first: 1, after: 'x' })).extensions).toMatchObject({ path: 'after' })
  })

  test('are requeued and dropped, by id or by filter, first counted', async () => {
    const id = await failed('three')
    const workflow = id.slice(0, -2)
    const CHANGE = (name: string) =>
      `mutation ($id: ID, $filter: DeadLetterFilterInput, $dryRun: Boolean) { ${name}(id: $id, filter: $filter, dryRun: $dryRun) { matched changed ids } }`
    expect((await ask(CHANGE('requeueDeadLetters'), { filter: { workflow }, dryRun: true })).requeueDeadLetters).toEqual({
      matched: 1,
      changed: 0,
      ids: [id],
    })
    expect((await ask(CHANGE('requeueDeadLetters'), { id })).requeueDeadLetters).toEqual({ matched: 1, changed: 1, ids: [id] })
    await until(async () => (await ask(CHANGE('dropDeadLetters'), { filter: { workflow } })).dropDeadLetters.changed === 1, {
      what: 'it failed again, and is dropped',
    })
    expect(
      (await ask('query ($w: ID) { deadLetters(filter: {workflow: $w}) { nodes { id } } }', { w: workflow })).deadLetters.nodes,
    ).toEqual([])
    for (const name of ['requeueDeadLetters', 'dropDeadLetters']) {
      expect((await refused(CHANGE(name))).extensions).toMatchObject({ code: 'request-invalid', path: 'id' })
      expect((await refused(CHANGE(name), { id, filter: {} })).extensions).toMatchObject({ code: 'request-invalid', path: 'id' })
      expect((await refused(CHANGE(name), { id: 'nobody:0' })).extensions.code).toBe('not-found')
    }
  })
})
