/**
 * Who asks matters in GraphQL as everywhere: credentials, scopes, tenants, payloads.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { Client, hashApiKey } from '../../../src/engine/index.js'
import type { Grant } from '../../../src/modules/access/principal.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { EchoTasks, useServices } from '../harness.js'
import type { Answer } from './harness.js'

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>
let mine: string
let failed: string

const as = async (grant: Grant, query: string, variables?: object): Promise<Answer> =>
  (
    await service.http
      .post('/graphql')
      .set('authorization', `Bearer ${secretOf(grant)}`)
      .send({ query, variables })
  ).body as Answer
const secretOf = (grant: Grant) => Buffer.from(JSON.stringify(grant)).toString('base64url')
const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code

const ALL: Grant = { tenant: 'acme', scopes: ['*'] }
const BLIND: Grant = { tenant: 'acme', scopes: ['workflows:read', 'dead-letters:read', 'schedules:read', 'tasks:read'] }
const OTHER: Grant = { tenant: 'other', scopes: ['*'] }
const CHOOSY: Grant = { ...ALL, tasks: ['echo'] }
const STATIC = [ALL, BLIND, OTHER, CHOOSY].map((grant, k) => ({ id: `k${k}`, hash: hashApiKey(secretOf(grant)), grant }))
const SUBMIT = 'mutation ($input: SubmitInput!) { submitWorkflow(input: $input) { id } }'
const canvas = (task: string) => ({ task: { task, args: ['secret'] } })

beforeAll(async () => {
  service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks], access: { staticKeys: STATIC } })
  mine = (await as(ALL, SUBMIT, { input: { canvas: canvas('echo') } })).data.submitWorkflow.id
  failed = (await as(ALL, SUBMIT, { input: { canvas: canvas('throws') } })).data.submitWorkflow.id
  const client = service.app.get(Client)
  await Promise.all([mine, failed].map((id) => client.workflow(id).outcome({ waitMs: 20_000 })))
  await until(async () => (await client.deadLetters.list()).letters.length === 1, { what: 'the dead letter is listed' })
  await as(ALL, 'mutation ($input: ScheduleInput!) { upsertSchedule(input: $input) { outcome } }', {
    input: { id: 's', rules: ['@daily'], canvas: canvas('echo') },
  })
})

test('who has no credential learns nothing, not even whether the query is one', async () => {
  for (const query of ['{ workflowCounts { total } }', '{ no such', '{ nothing }', '{ __schema { types { name } } }']) {
    const { status, body, headers } = await service.http.post('/graphql').send({ query })
    expect([status, headers['www-authenticate'], body.errors]).toEqual([
      401,
      'Bearer realm="chordis"',
      [{ message: expect.stringContaining('credential') as string, extensions: { code: 'unauthenticated', status: 401 } }],
    ])
  }
})

test('the tenant that a header names must be that of the credential', async () => {
  const other = await service.http
    .post('/graphql')
    .set({ authorization: `Bearer ${secretOf(ALL)}`, 'chordis-tenant': 'other' })
    .send({ query: '{ tasks { nodes { name } } }' })
  expect(other.body.errors[0].extensions).toMatchObject({ code: 'forbidden', path: 'headers.chordis-tenant' })
})

test('who makes a workflow gives it their tenant, and sees it', async () => {
  const { data } = await as(ALL, 'query ($id: ID!) { workflow(id: $id) { tenant outcome { result hidden } } }', { id: mine })
  expect(data.workflow).toEqual({ tenant: 'acme', outcome: { result: 'secret', hidden: false } })
})

describe('another tenant', () => {
  test.each([
    ['query ($id: ID!) { workflow(id: $id) { id } }', 'not-found'],
    ['mutation ($id: ID!) { cancelWorkflow(id: $id) { id } }', 'not-found'],
    ['mutation ($id: ID!) { deleteWorkflow(id: $id) { id } }', 'not-found'],
    ['mutation ($id: ID!) { retryWorkflow(id: $id) { id } }', 'not-found'],
    ['query ($letter: ID!) { deadLetter(id: $letter) { id } }', 'not-found'],
    ['mutation ($letter: ID!) { requeueDeadLetters(id: $letter) { matched } }', 'not-found'],
    ['{ schedule(id: "s") { id } }', 'not-found'],
    ['mutation { triggerSchedule(id: "s") { workflow } }', 'not-found'],
    ['{ queues { nodes { name } } }', 'forbidden'],
    ['{ workers { nodes { id } } }', 'forbidden'],
    ['mutation { purgeQueue(queue: "default") { tasks } }', 'forbidden'],
  ])('is told of none of it: %s', async (query, code) => {
    expect(codeOf(await as(OTHER, query, { id: mine, letter: `${failed}:0` }))).toBe(code)
  })

  test('lists and counts only its own', async () => {
    const { data } = await as(
      OTHER,
      '{ workflows { nodes { id } } workflowCounts { total } deadLetters { nodes { id } } schedules { nodes { id } } }',
    )
    expect(data).toEqual({ workflows: { nodes: [] }, workflowCounts: { total: 0 }, deadLetters: { nodes: [] }, schedules: { nodes: [] } })
  })
})

test('without payloads:read nothing of a payload is shown, whichever way it is asked for', async () => {
  const QUERY = `query ($id: ID!, $failed: ID!, $letter: ID!) {
    workflow(id: $id) { outcome { result hidden } task(id: "0") { result { result hidden } } }
    broken: workflow(id: $failed) { outcome { error { type message stack } hidden } tasks { nodes { result { error { message } hidden } } } }
    deadLetter(id: $letter) { error { message } call { args hidden } }
    deadLetters { nodes { error { message } call { args hidden } } }
    schedule(id: "s") { canvas }
    schedules { nodes { canvas } }
  }`
  const { data, errors } = await as(BLIND, QUERY, { id: mine, failed, letter: `${failed}:0` })
  expect(errors).toBeUndefined()
  expect(JSON.stringify(data)).not.toContain('secret')
  expect(data.workflow.outcome).toEqual({ result: null, hidden: true })
  expect(data.broken.outcome).toEqual({ error: { type: 'TypeError', message: '', stack: null }, hidden: true })
  expect(data.deadLetter.call).toEqual({ args: [], hidden: true })
})

test.each([
  ['workflows:submit', SUBMIT],
  ['workflows:cancel', 'mutation ($id: ID!) { pauseWorkflow(id: $id) { id } }'],
  ['workflows:retry', 'mutation ($id: ID!) { retryWorkflow(id: $id) { id } }'],
  ['schedules:write', 'mutation { pauseSchedule(id: "s") { id } }'],
  ['schedules:trigger', 'mutation { triggerSchedule(id: "s") { workflow } }'],
  ['dead-letters:write', 'mutation { dropDeadLetters(filter: {}) { matched } }'],
  ['payloads:read', '{ deadLetters(filter: {error: "secret"}) { nodes { id } } }'],
])('without %s it is refused, by the name of the scope', async (scope, query) => {
  const { errors } = await as(BLIND, query, { id: mine, input: { canvas: canvas('echo') } })
  expect(errors?.[0]).toMatchObject({ message: `needs the scope ${scope}`, extensions: { code: 'forbidden', status: 403 } })
})

test('every call of a canvas must be allowed, and the one that is not is told by its place in the input', async () => {
  const input = { canvas: { chain: [canvas('echo'), { chord: { header: [canvas('echo')], body: canvas('throws') } }] } }
  const { errors } = await as(CHOOSY, SUBMIT, { input })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'forbidden', path: 'input.canvas.chain[1].chord.body.task' })
  const many = await as(
    CHOOSY,
    'mutation ($inputs: [SubmitInput!]!) { submitWorkflows(inputs: $inputs) { submitted { id } error { code path } } }',
    {
      inputs: [{ canvas: canvas('echo') }, input],
    },
  )
  expect(many.data.submitWorkflows).toEqual([
    { submitted: { id: expect.any(String) as string }, error: null },
    { submitted: null, error: { code: 'forbidden', path: 'inputs[1].canvas.chain[1].chord.body.task' } },
  ])
})
