/**
 * Workflows over GraphQL: real sockets, real Redis, a worker in the same process.
 */
import { Injectable } from '@nestjs/common'
import { beforeAll, describe, expect, test } from 'vitest'
import { Client, signature, type TaskContext } from '../../../src/engine/index.js'
import { Ctx, Task } from '../../../src/modules/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { EchoTasks, useServices } from '../harness.js'
import { asker } from './harness.js'

@Injectable()
class ParentTasks {
  @Task('parent')
  parent(@Ctx() ctx: TaskContext): Promise<unknown> {
    return ctx.executeChild(signature('echo', [1]))
  }
}

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>
const { ask, refused } = asker(() => service.http)

beforeAll(async () => {
  service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks, ParentTasks] })
})

const SUBMIT = 'mutation ($input: SubmitInput!) { submitWorkflow(input: $input) { id state duplicate } }'
const LATER = { task: { task: 'echo', args: [1], options: { countdownMs: 3_600_000 } } }

/** Submits a canvas and answers its id. */
async function submit(canvas: object, input: object = {}): Promise<string> {
  return (await ask(SUBMIT, { input: { canvas, ...input } })).submitWorkflow.id
}

/** Waits for the end of a workflow. */
async function ended(id: string): Promise<string> {
  await service.app.get(Client).workflow(id).outcome({ waitMs: 20_000 })
  await until(async () => (await ask('query ($id: ID!) { workflow(id: $id) { ended } }', { id })).workflow.ended, {
    what: `${id} has ended`,
  })
  return id
}

describe('submitting', () => {
  const task = (name: string, ...args: unknown[]) => ({ task: { task: name, args } })

  test.each([
    ['a task', { task: { task: 'kwargs', kwargs: { a: null } } }, { a: null }],
    ['a chain', { chain: [task('add', 1, 2), task('add', 10)] }, 13],
    ['a chord', { chord: { header: [task('echo', 1), task('echo', 2)], body: task('add') } }, 3],
    [
      'a graph',
      {
        graph: {
          nodes: [
            { name: 'a', canvas: task('echo', 5) },
            { name: 'b', canvas: task('echo'), after: ['a'] },
          ],
        },
      },
      { b: { a: 5 } },
    ],
    ['a map', { map: { task: 'echo', items: [1, null] } }, [1, null]],
    [
      'a starmap',
      {
        starmap: {
          task: 'add',
          items: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      [3, 7],
    ],
    ['a chord of chords', { chord: { header: [{ chord: { header: [task('echo', 4)], body: task('add') } }], body: task('add') } }, 4],
    ['JSON inside', { chain: [{ json: { task: 'add', args: [2, 3] } }, task('add', 1)] }, 6],
  ])('%s runs, and its value comes back', async (_name, canvas, value) => {
    const id = await ended(await submit(canvas))
    const { workflow } = await ask(
      'query ($id: ID!) { workflow(id: $id) { state outcome { state result ignored hidden error { type } } } }',
      { id },
    )
    expect(workflow).toEqual({
      state: 'SUCCESS',
      outcome: { state: 'SUCCESS', result: value, ignored: false, hidden: false, error: null },
    })
  })

  test('a group and chunks have an outcome per member', async () => {
    const QUERY = 'query ($id: ID!) { workflow(id: $id) { outcome { state result results } } }'
    const group = await ended(await submit({ group: [task('echo', 1), task('throws', 'no')] }))
    expect((await ask(QUERY, { id: group })).workflow.outcome).toEqual({
      state: 'GROUP',
      result: null,
      results: [
        { state: 'SUCCESS', result: 1 },
        { state: 'FAILURE', error: expect.objectContaining({ type: 'TypeError', message: 'no' }) as object },
      ],
    })
    const chunks = await ended(await submit({ chunks: { task: 'add', items: [[1], [2], [3]], size: 2 } }))
    expect((await ask(QUERY, { id: chunks })).workflow.outcome.results).toEqual([
      { state: 'SUCCESS', result: [1, 2] },
      { state: 'SUCCESS', result: [3] },
    ])
  })

  test('Celery’s form is taken as canvasJson, byte by byte: names such as __proto__ are ordinary', async () => {
    const payload = JSON.parse('{"__proto__": {"constructor": 1}, "list": [], "n": 1e30}') as object
    const canvasJson = { task: 'echo', args: [payload], kwargs: {}, options: {}, subtask_type: null, immutable: false }
    const { body } = await service.http
      .post('/graphql')
      .set('content-type', 'application/json')
      .send(JSON.stringify({ query: SUBMIT, variables: { input: { canvasJson } } }))
    const id = await ended(body.data.submitWorkflow.id)
    const { text } = await service.http.post('/graphql').send({ query: `{ workflow(id: "${id}") { outcome { result } } }` })
    expect(text).toContain('"result":{"__proto__":{"constructor":1},"list":[],"n":1e+30}')
  })

  test('a canvas may be written into the document', async () => {
    const { submitWorkflow } = await ask(
      'mutation { submitWorkflow(input: {canvas: {task: {task: "kwargs", kwargs: {__proto__: [1, true, 2.5, "x"]}}}}) { id } }',
    )
    await ended(submitWorkflow.id)
    const { workflow } = await ask(`{ workflow(id: "${submitWorkflow.id}") { outcome { result } } }`)
    expect(JSON.stringify(workflow.outcome.result)).toBe('{"__proto__":[1,true,2.5,"x"]}')
  })

  test('all options arrive, and the same id is the same workflow', async () => {
    const options = {
      id: 'all-options',
      name: 'the report',
      tags: ['a', 'b'],
      retentionMs: 3_000_000_000,
      timeoutMs: 3_600_000,
      onFailure: 'cancel',
    }
    const limits = { nodes: 10, retries: 3 }
    await submit(LATER, { ...options, limits, idempotencyKey: null })
    const { workflow } = await ask(
      '{ workflow(id: "all-options") { name tags tenant run ended startedAt isPaused createdAt counts { total remaining } } }',
    )
    expect(workflow).toMatchObject({
      name: 'the report',
      tags: ['a', 'b'],
      tenant: '-',
      run: 1,
      ended: false,
      startedAt: null,
      isPaused: false,
    })
    expect(workflow.counts).toEqual({ total: 1, remaining: 1 })
    expect(workflow.createdAt).toBeGreaterThan(1_700_000_000_000)
    const again = await ask(SUBMIT, { input: { canvas: LATER, ...options, limits } })
    expect(again.submitWorkflow).toEqual({ id: 'all-options', state: 'PENDING', duplicate: true })
    expect(await refused(SUBMIT, { input: { canvas: task('echo', 2), id: 'all-options' } })).toMatchObject({
      extensions: { code: 'id-conflict', status: 409, workflow: 'all-options' },
    })
  })

  test('a key names its workflow for later calls, and refuses another canvas', async () => {
    const id = await submit(LATER, { idempotencyKey: 'key-1' })
    expect(await submit(LATER, { idempotencyKey: 'key-1' })).toBe(id)
    expect((await refused(SUBMIT, { input: { canvas: task('echo', 2), idempotencyKey: 'key-1' } })).extensions.code).toBe(
      'idempotency-conflict',
    )
  })

  test.each([
    ['canvas-invalid', 'input.canvas.chain[1].kwargs', { canvas: { chain: [task('a'), { task: { task: 'b', kwargs: 3 } }] } }],
    [
      'canvas-invalid',
      'input.canvas.chord.body.options.queueue',
      { canvas: { chord: { header: [], body: { task: { task: 'a', options: { queueue: 1 } } } } } },
    ],
    ['canvas-invalid', 'input.canvasJson.task', { canvasJson: { task: 3 } }],
    ['request-invalid', 'input.retentionMs', { canvas: task('a'), retentionMs: 10 ** 12 }],
    ['name-invalid', 'input.tags[0]', { canvas: task('a'), tags: ['a b'] }],
    ['name-invalid', 'input.id', { canvas: task('a'), id: 'a:b' }],
    ['limit-exceeded', 'input.canvas.group[1]', { canvas: { group: [task('a'), task('b')] }, limits: { nodes: 1 } }],
    ['request-invalid', 'input.canvas', {}],
    ['request-invalid', 'input.canvasJson', { canvas: task('a'), canvasJson: { task: 'a' } }],
  ])('%s at %s', async (code, path, input) => {
    const error = await refused(SUBMIT, { input })
    expect(error.extensions).toMatchObject({ code, path })
    expect(error.message.startsWith(`${path}: `)).toBe(true)
  })

  test('every fault of a canvas is told, each by its path', async () => {
    const { extensions } = await refused(SUBMIT, {
      input: { canvas: { group: [{ task: { task: '' } }, { task: { task: 'a', kwargs: [] } }] } },
    })
    expect(extensions.errors).toEqual([
      { path: 'input.canvas.group[0].task', rule: expect.any(String) as string },
      { path: 'input.canvas.group[1].kwargs', rule: 'must be an object' },
    ])
  })

  test('two forms in one canvas, and none, are refused by the schema', async () => {
    for (const canvas of [{ chain: [], group: [] }, {}]) {
      expect((await refused(SUBMIT, { input: { canvas } })).extensions).toEqual({ code: 'request-invalid', status: 400 })
    }
  })

  test('many are answered one by one: what was submitted, and why others were not', async () => {
    const MANY =
      'mutation ($inputs: [SubmitInput!]!) { submitWorkflows(inputs: $inputs) { submitted { id workflow { state } } error { code path message } } }'
    const inputs = [{ canvas: LATER, id: 'many-1' }, { canvas: { task: { task: '' } } }, {}, { canvas: LATER, id: 'many-2' }]
    const { submitWorkflows } = await ask(MANY, { inputs })
    expect(submitWorkflows).toEqual([
      { submitted: { id: 'many-1', workflow: { state: 'PENDING' } }, error: null },
      { submitted: null, error: { code: 'canvas-invalid', path: 'inputs[1].canvas.task', message: expect.any(String) as string } },
      { submitted: null, error: { code: 'request-invalid', path: 'inputs[2].canvas', message: expect.any(String) as string } },
      { submitted: { id: 'many-2', workflow: { state: 'PENDING' } }, error: null },
    ])
    expect((await refused(MANY, { inputs: [] })).extensions).toMatchObject({ code: 'request-invalid', path: 'inputs' })
  })

  test('a canvas is checked without being stored', async () => {
    const CHECK =
      'query ($input: SubmitInput!) { validateCanvas(input: $input) { total unknownTasks tasks { name count } queues { name count } graph { nodes { path } edges { when } } } }'
    const before = (await ask('{ workflowCounts { total } }')).workflowCounts.total
    const { validateCanvas } = await ask(CHECK, {
      input: { canvas: { chord: { header: [task('echo'), task('echo')], body: task('nobody') } } },
    })
    expect(validateCanvas).toMatchObject({
      total: 3,
      unknownTasks: ['nobody'],
      tasks: [
        { name: 'echo', count: 2 },
        { name: 'nobody', count: 1 },
      ],
      queues: [{ name: 'default', count: 3 }],
    })
    expect(validateCanvas.graph.nodes.at(-1)).toEqual({ path: 'canvas.chord.body' })
    expect((await ask('{ workflowCounts { total } }')).workflowCounts.total).toBe(before)
    expect((await refused(CHECK, { input: { canvas: { task: { task: '' } } } })).extensions).toMatchObject({ path: 'input.canvas.task' })
  })
})

describe('looking', () => {
  test('a list is paged by cursors, and a cursor of any row goes on behind it', async () => {
    const ids: string[] = []
    for (let k = 0; k < 5; k++) ids.unshift(await submit(LATER, { tags: ['paged'] }))
    const LIST =
      'query ($first: Int!, $after: String) { workflows(filter: {tag: "paged"}, first: $first, after: $after) { edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }'
    const { workflows: page } = await ask(LIST, { first: 2 })
    expect(page.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2))
    expect(page.pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: page.edges[0].cursor,
      endCursor: page.edges[1].cursor,
    })
    const { workflows: rest } = await ask(LIST, { first: 10, after: page.edges[0].cursor })
    expect(rest.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1))
    expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true, endCursor: rest.edges.at(-1).cursor })
    expect((await refused(LIST, { first: 2, after: 'x' })).extensions).toMatchObject({ code: 'request-invalid', path: 'after' })
  })

  test('filters mean what they mean elsewhere, and faults are theirs', async () => {
    const id = await ended(await submit({ task: { task: 'throws', args: ['x'] } }, { name: 'named' }))
    const LIST = 'query ($filter: WorkflowFilterInput!) { workflows(filter: $filter) { nodes { id taskName } } }'
    expect(
      (await ask(LIST, { filter: { name: 'named', states: ['FAILURE'], task: 'throws', before: Date.now() + 86_400_000, after: 0 } }))
        .workflows.nodes,
    ).toEqual([{ id, taskName: null }])
    expect((await ask(LIST, { filter: { name: 'named', states: ['SUCCESS'] } })).workflows.nodes).toEqual([])
    expect((await refused(LIST, { filter: { tag: 'a b' } })).extensions).toMatchObject({ code: 'name-invalid', path: 'filter.tag' })
    expect((await refused(LIST, { filter: { states: ['RETRY'] } })).extensions).toMatchObject({
      code: 'request-invalid',
      path: 'filter.states',
    })
  })

  test('the graph stands for many alike as one, which come one by one with `of`', async () => {
    const header = Array.from({ length: 30 }, (_, n) => ({ task: { task: 'echo', args: [n] } }))
    const id = await ended(await submit({ chord: { header, body: { task: { task: 'add' } } } }))
    const GRAPH =
      'query ($id: ID!, $of: ID, $first: Int!, $after: String) { workflow(id: $id) { graph(of: $of, first: $first, after: $after) { nodes { id task count states { state count } } edges { from to when } pageInfo { hasNextPage endCursor } } } }'
    const { graph } = (await ask(GRAPH, { id, first: 50 })).workflow
    expect(graph.nodes).toEqual([
      { id: expect.stringMatching(/^t\d+$/) as string, task: 'echo', count: 30, states: [{ state: 'SUCCESS', count: 30 }] },
      { id: '30', task: 'add', count: 1, states: [{ state: 'SUCCESS', count: 1 }] },
    ])
    expect(graph.edges).toEqual([{ from: graph.nodes[0].id, to: '30', when: 'success' }])
    const members = (await ask(GRAPH, { id, of: graph.nodes[0].id, first: 20 })).workflow.graph
    expect(members.nodes).toHaveLength(20)
    expect(members.pageInfo.hasNextPage).toBe(true)
    const rest = (await ask(GRAPH, { id, of: graph.nodes[0].id, first: 20, after: members.pageInfo.endCursor })).workflow.graph
    expect(rest.nodes).toHaveLength(10)
    expect((await refused(GRAPH, { id, first: 5, after: 'nowhere' })).extensions).toMatchObject({ path: 'after' })
    expect((await refused(GRAPH, { id, first: 5, of: 't9' })).extensions.code).toBe('not-found')
  })

  test('tasks come page by page with what they came to, and one by its id', async () => {
    const id = await ended(
      await submit({
        chain: [
          { task: { task: 'add', args: [1, 2], options: { taskId: 'sum' } } },
          { task: { task: 'throws', args: ['x'], immutable: true } },
        ],
      }),
    )
    const TASKS =
      'query ($id: ID!, $after: String) { workflow(id: $id) { tasks(first: 1, after: $after) { nodes { id taskId task state attempts child result { result info ignored hidden error { type message } } } pageInfo { hasNextPage endCursor } } } }'
    const { tasks } = (await ask(TASKS, { id })).workflow
    expect(tasks.nodes).toEqual([
      {
        id: '0',
        taskId: 'sum',
        task: 'add',
        state: 'SUCCESS',
        attempts: 1,
        child: null,
        result: { result: 3, info: null, ignored: false, hidden: false, error: null },
      },
    ])
    const rest = (await ask(TASKS, { id, after: tasks.pageInfo.endCursor })).workflow.tasks
    expect(rest.nodes[0]).toMatchObject({ id: '1', state: 'FAILURE', result: { result: null, error: { type: 'TypeError', message: 'x' } } })
    expect(rest.pageInfo.hasNextPage).toBe(false)
    const ONE = 'query ($id: ID!, $task: ID!) { workflow(id: $id) { task(id: $task) { id state } } }'
    expect((await ask(ONE, { id, task: 'sum' })).workflow.task).toEqual({ id: '0', state: 'SUCCESS' })
    expect((await refused(ONE, { id, task: 'nobody' })).extensions.code).toBe('not-found')
    expect((await refused(TASKS, { id, after: '?' })).extensions).toMatchObject({ code: 'request-invalid', path: 'after' })
  })

  test('children know their parent, and it them', async () => {
    const id = await ended(await submit({ task: { task: 'parent' } }))
    const { workflow } = await ask('query ($id: ID!) { workflow(id: $id) { parent { id } children { nodes { id parent { id } } } } }', {
      id,
    })
    expect(workflow.parent).toBeNull()
    expect(workflow.children.nodes).toEqual([{ id: expect.any(String) as string, parent: { id } }])
  })

  test('one that is not there is an error with its code and its id, and null', async () => {
    expect(await refused('{ workflow(id: "nobody") { id } }')).toEqual({
      message: 'there is no workflow nobody',
      locations: [{ line: 1, column: 3 }],
      path: ['workflow'],
      extensions: { code: 'not-found', status: 404, workflow: 'nobody' },
    })
  })
})

describe('changing', () => {
  const change = (field: string) => `mutation ($id: ID!) { ${field} { id changed workflow { state isPaused pause { reason } } } }`

  test('a workflow is paused with a reason, resumed, and revoked once', async () => {
    const id = await submit(LATER)
    expect((await ask(change('pauseWorkflow(id: $id, reason: "deploy")'), { id })).pauseWorkflow).toEqual({
      id,
      changed: true,
      workflow: { state: 'PENDING', isPaused: true, pause: { reason: 'deploy' } },
    })
    expect(
      (await ask(`{ workflows(filter: {states: [PENDING]}, first: 1) { nodes { id isPaused pause { since reason } } } }`)).workflows.nodes,
    ).toEqual([{ id, isPaused: true, pause: { since: expect.any(Number) as number, reason: 'deploy' } }])
    expect((await ask(change('resumeWorkflow(id: $id)'), { id })).resumeWorkflow).toMatchObject({
      changed: true,
      workflow: { isPaused: false },
    })
    expect((await ask(change('setWorkflowPriority(id: $id, priority: 1)'), { id })).setWorkflowPriority.changed).toBe(true)
    expect((await ask(change('cancelWorkflow(id: $id, reason: "wrong day", terminate: true)'), { id })).cancelWorkflow).toMatchObject({
      changed: true,
      workflow: { state: 'REVOKED' },
    })
    const { workflow } = await ask('query ($id: ID!) { workflow(id: $id) { outcome { state error { message } } } }', { id })
    expect(workflow.outcome).toEqual({ state: 'REVOKED', error: { message: 'wrong day' } })
    expect(
      (await ask(change('cancelWorkflow(id: $id)'), { id: await ended(await submit({ task: { task: 'echo', args: [1] } })) }))
        .cancelWorkflow.changed,
    ).toBe(false)
  })

  test('single tasks are revoked, and what runs ends', async () => {
    const id = await submit({ group: [LATER, { task: { ...LATER.task, options: { ...LATER.task.options, taskId: 'second' } } }] })
    await ask(change('cancelWorkflow(id: $id, tasks: ["second"])'), { id })
    const { workflow } = await ask('query ($id: ID!) { workflow(id: $id) { tasks { nodes { state } } } }', { id })
    expect(workflow.tasks.nodes.map(({ state }: { state: string }) => state)).toEqual(['PENDING', 'REVOKED'])
  })

  test('a failed workflow is retried, and a task of it rerun with other arguments', async () => {
    const id = await ended(await submit({ task: { task: 'throws', args: ['x'] } }))
    const RUNS = '{ id run workflow { run } }'
    expect((await ask(`mutation ($id: ID!) { retryWorkflow(id: $id) ${RUNS} }`, { id })).retryWorkflow).toEqual({
      id,
      run: 2,
      workflow: { run: 2 },
    })
    await until(async () => (await ask('query ($id: ID!) { workflow(id: $id) { ended } }', { id })).workflow.ended, {
      what: 'run 2 has ended',
    })
    await ask(`mutation ($id: ID!) { rerunWorkflow(id: $id, tasks: ["0"], args: ["y"]) ${RUNS} }`, { id })
    await until(async () => (await ask('query ($id: ID!) { workflow(id: $id) { ended run } }', { id })).workflow.ended, {
      what: 'run 3 has ended',
    })
    const { workflow } = await ask(
      'query ($id: ID!) { workflow(id: $id) { outcome { error { message } } runs { run opened state tasks counts { failure } } } }',
      { id },
    )
    expect(workflow.outcome.error.message).toBe('y')
    expect(workflow.runs.map(({ opened }: { opened: string }) => opened)).toEqual(['submit', 'retry', 'rerun'])
    expect((await refused('mutation ($id: ID!) { rerunWorkflow(id: $id, tasks: []) { run } }', { id })).extensions).toMatchObject({
      path: 'tasks',
    })
  })

  test('one that runs is not removed unless it is revoked, and then it is gone', async () => {
    const id = await submit(LATER)
    expect((await refused('mutation ($id: ID!) { deleteWorkflow(id: $id) { changed } }', { id })).extensions.code).toBe('not-ended')
    expect((await ask('mutation ($id: ID!) { deleteWorkflow(id: $id, revoke: true) { id changed } }', { id })).deleteWorkflow).toEqual({
      id,
      changed: true,
    })
    expect((await refused('mutation ($id: ID!) { deleteWorkflow(id: $id) { changed } }', { id })).extensions).toMatchObject({
      code: 'not-found',
      workflow: id,
    })
  })

  test('many are changed by a filter, first counted', async () => {
    for (let k = 0; k < 3; k++) await submit(LATER, { tags: ['bulk'] })
    const BULK = 'mutation ($input: BulkInput!) { bulkWorkflows(input: $input) { matched changed failed failures { id code } cursor } }'
    const input = { action: 'revoke', filter: { tag: 'bulk' } }
    expect((await ask(BULK, { input: { ...input, dryRun: true } })).bulkWorkflows).toMatchObject({ matched: 3, changed: 0 })
    expect((await ask(BULK, { input: { ...input, reason: 'all of them' } })).bulkWorkflows).toEqual({
      matched: 3,
      changed: 3,
      failed: 0,
      failures: [],
      cursor: null,
    })
    expect((await ask(BULK, { input: { action: 'pause', ids: ['nobody'] } })).bulkWorkflows).toMatchObject({
      failed: 1,
      failures: [{ id: 'nobody', code: 'not-found' }],
    })
    expect((await refused(BULK, { input: { action: 'revoke' } })).extensions).toMatchObject({
      code: 'request-invalid',
      path: 'input.filter',
    })
    expect((await refused(BULK, { input: { action: 'revoke', filter: {} } })).extensions).toMatchObject({
      code: 'request-invalid',
      path: 'input.filter',
    })
  })

  test.each(['cancelWorkflow', 'pauseWorkflow', 'resumeWorkflow', 'retryWorkflow'])(
    '%s of what is not there is not-found',
    async (name) => {
      expect((await refused(`mutation { ${name}(id: "nobody") { id } }`)).extensions).toEqual({
        code: 'not-found',
        status: 404,
        workflow: 'nobody',
      })
    },
  )
})
