/**
 * No tenant sees or moves what is another's (I20). Every public method of every class of operations stands in the table of tries below: what `acme` may do
 * with its own, and what `globex` is told when it tries the same on acme's. A method that is in no list fails the last test.
 */
import { beforeAll, expect, test } from 'vitest'
import { ChordisError, Client, chain, type Json, TaskRegistry, task, Worker } from '../../../src/engine/index.js'
import { AuditTrail } from '../../../src/modules/access/audit.js'
import { type Grant, Principal } from '../../../src/modules/access/principal.js'
import { AuditOperations } from '../../../src/modules/operations/audit.operations.js'
import { BulkOperations } from '../../../src/modules/operations/bulk.operations.js'
import { DeadLetterOperations } from '../../../src/modules/operations/dead-letters.operations.js'
import { EventOperations } from '../../../src/modules/operations/events.operations.js'
import { KeyOperations } from '../../../src/modules/operations/keys.operations.js'
import { QueueOperations } from '../../../src/modules/operations/queues.operations.js'
import { ScheduleOperations } from '../../../src/modules/operations/schedules.operations.js'
import { TaskOperations } from '../../../src/modules/operations/tasks.operations.js'
import { WebhookOperations } from '../../../src/modules/operations/webhooks.operations.js'
import { WorkerOperations } from '../../../src/modules/operations/workers.operations.js'
import { WorkflowOperations } from '../../../src/modules/operations/workflows.operations.js'
import { HostPolicy } from '../../../src/modules/webhooks/addresses.js'
import { Drain } from '../../../src/modules/worker/drain.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'

const redis = useRedis()
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

const someone = (tenant: string, grant: Partial<Grant> = {}): Principal =>
  new Principal('key', `key:${tenant}`, { tenant, scopes: ['*'], ...grant })

const acme = someone('acme')
const globex = someone('globex')

const DAILY = { rules: { cron: '0 0 1 1 *' }, canvas: { task: 'echo', args: ['secret of acme'] } }
const SECRET = 'secret of acme'

let workflows: WorkflowOperations
let bulk: BulkOperations
let letters: DeadLetterOperations
let queues: QueueOperations
let schedules: ScheduleOperations
let tasks: TaskOperations
let events: EventOperations
let workers: WorkerOperations
let keys: KeyOperations
let log: AuditOperations
let webhooks: WebhookOperations
/** An endpoint of acme, and a delivery that waits for it. */
let hook: string
let delivery: string
/** A workflow of acme that waits for a task which nobody knows, one that has failed, and its dead letter. */
let open: string
let failed: string
let letter: string
/** An API key of acme, and what is written down of it. */
let key: string

beforeAll(async () => {
  const where = { redis: redis.url, namespace: redis.ns() }
  const client = await Client.connect(where)
  const registry = new TaskRegistry()
  registry.register(task('echo', (value: Json) => value).definition)
  registry.register(
    task('fail', (text: string): Json => {
      throw new TypeError(text)
    }).definition,
  )
  const worker = new Worker({ ...where, tasks: registry, logger: SILENT })
  await worker.start()
  const audit = new AuditTrail(SILENT, client)
  workflows = new WorkflowOperations(client, audit, new Drain())
  bulk = new BulkOperations(client, workflows, audit)
  letters = new DeadLetterOperations(client, audit)
  queues = new QueueOperations(client, audit)
  schedules = new ScheduleOperations(client, audit)
  tasks = new TaskOperations(client)
  events = new EventOperations(client, workflows)
  workers = new WorkerOperations(client, audit)
  keys = new KeyOperations(client, audit)
  log = new AuditOperations(client)
  webhooks = new WebhookOperations(client, audit, { hosts: new HostPolicy({}) })

  failed = (await workflows.submit(acme, { canvas: { task: 'fail', args: [SECRET] }, options: { tags: ['t'] } })).id
  await workflows.outcome(acme, failed, 10_000)
  open = (
    await workflows.submit(acme, { canvas: { task: 'unknown.task', args: [SECRET] }, options: { id: 'open-of-acme', idempotencyKey: 'k' } })
  ).id
  await schedules.upsert(acme, { id: 'daily', ...DAILY })
  hook = (await webhooks.create(acme, { url: 'https://hooks.acme.example/', label: 'of acme' })).id
  delivery = (await webhooks.test(acme, hook)).delivery
  letter = await until(async () => (await letters.list(acme)).letters[0]?.id)
  key = (await keys.create(acme, { scopes: ['*'], label: 'of acme' })).id
  await until(async () => (await log.list(acme, { action: 'key.create' })).entries.some(({ target }) => target === key))
  return async () => {
    await worker.stop()
    await client.close()
  }
})

type Try = (who: Principal) => Promise<unknown>
const tryTo = (name: string, run: (who: Principal) => Promise<unknown>): [string, Try] => [name, run]

/** Takes what nobody looks at. */
const NOWHERE = { push: () => undefined, end: () => undefined }

/** What is refused as if it did not exist. */
const NOT_THERE: [string, Try][] = [
  tryTo('workflows.get', (who) => workflows.get(who, open)),
  tryTo('workflows.outcome', (who) => workflows.outcome(who, failed)),
  tryTo('workflows.result', (who) => workflows.result(who, failed, 0)),
  tryTo('workflows.graph', (who) => workflows.graph(who, open)),
  tryTo('workflows.runs', (who) => workflows.runs(who, open)),
  tryTo('workflows.tasks', (who) => workflows.tasks(who, open)),
  tryTo('workflows.task', (who) => workflows.task(who, open, '0')),
  tryTo('workflows.own', (who) => workflows.own(who, 'workflows:read', open)),
  tryTo('workflows.pause', (who) => workflows.pause(who, open)),
  tryTo('workflows.setPriority', (who) => workflows.setPriority(who, open, 1)),
  tryTo('workflows.resume', (who) => workflows.resume(who, open)),
  tryTo('workflows.retry', (who) => workflows.retry(who, failed)),
  tryTo('dead-letters.get', (who) => letters.get(who, letter)),
  tryTo('dead-letters.requeue', (who) => letters.requeue(who, { id: letter }, { dryRun: true })),
  tryTo('dead-letters.drop', (who) => letters.drop(who, { id: letter }, { dryRun: true })),
  tryTo('schedules.get', (who) => schedules.get(who, 'daily')),
  tryTo('schedules.pause', (who) => schedules.pause(who, 'daily')),
  tryTo('schedules.resume', (who) => schedules.resume(who, 'daily')),
  tryTo('schedules.trigger', (who) => schedules.trigger(who, 'daily')),
  tryTo('schedules.backfill', (who) => schedules.backfill(who, 'daily', { from: 0, to: 1 })),
  tryTo('schedules.preview', (who) => schedules.preview(who, 'daily')),
  tryTo('workflows.rerun', (who) => workflows.rerun(who, failed, ['0'], { args: ['again'] })),
  tryTo('workflows.revoke', (who) => workflows.revoke(who, open)),
  tryTo('workflows.delete', (who) => workflows.delete(who, open)),
  tryTo('schedules.delete', (who) => schedules.delete(who, 'daily')),
  tryTo('webhooks.get', (who) => webhooks.get(who, hook)),
  tryTo('webhooks.update', (who) => webhooks.update(who, hook, { label: 'of globex' })),
  tryTo('webhooks.rotateSecret', (who) => webhooks.rotateSecret(who, hook)),
  tryTo('webhooks.test', (who) => webhooks.test(who, hook)),
  tryTo('webhooks.deliveries', (who) => webhooks.deliveries(who, hook)),
  tryTo('webhooks.redeliver', (who) => webhooks.redeliver(who, hook, delivery)),
  tryTo('webhooks.delete', (who) => webhooks.delete(who, hook)),
  tryTo('events.ofWorkflow', async (who) => (await events.ofWorkflow(who, failed, undefined, NOWHERE)).close()),
  tryTo('keys.get', (who) => keys.get(who, key)),
  tryTo('keys.rotate', (who) => keys.rotate(who, key)),
  tryTo('keys.revoke', (who) => keys.revoke(who, key)),
]

/** What shows less, or nothing: the answer of somebody else holds no id and no text of acme's. */
const NOT_SHOWN: [string, Try][] = [
  tryTo('workflows.list', (who) => workflows.list(who)),
  tryTo('workflows.list by tag', (who) => workflows.list(who, { tag: 't' })),
  tryTo('workflows.list by state', (who) => workflows.list(who, { state: 'FAILURE' })),
  tryTo('dead-letters.list', (who) => letters.list(who)),
  tryTo('dead-letters.list of a workflow', (who) => letters.list(who, { workflow: failed })),
  tryTo('schedules.list', (who) => schedules.list(who)),
  tryTo('keys.list', (who) => keys.list(who)),
  tryTo('audit.list', (who) => log.list(who, { principal: 'key:acme' })),
  tryTo('webhooks.list', (who) => webhooks.list(who)),
]

/** What belongs to all tenants: refused to everybody who has one. */
const NOBODYS: [string, Try][] = [
  tryTo('queues.list', (who) => queues.list(who)),
  tryTo('queues.page', (who) => queues.page(who)),
  tryTo('queues.get', (who) => queues.get(who, 'default')),
  tryTo('queues.peek', (who) => queues.peek(who, 'default')),
  tryTo('queues.pause', (who) => queues.pause(who, 'other')),
  tryTo('queues.resume', (who) => queues.resume(who, 'other')),
  tryTo('queues.purge', (who) => queues.purge(who, 'other', { dryRun: true })),
  tryTo('queues.move', (who) => queues.move(who, 'other', 'another', { dryRun: true })),
  tryTo('workers.list', (who) => workers.list(who)),
  tryTo('workers.page', (who) => workers.page(who)),
  tryTo('workers.active', (who) => workers.active(who)),
  tryTo('events.ofQueue', async (who) => (await events.ofQueue(who, 'default', undefined, NOWHERE)).close()),
  tryTo('workers.command', (who) => workers.command(who, { type: 'ping' })),
  tryTo('events.ofWorkers', async (who) => (await events.ofWorkers(who, undefined, NOWHERE)).close()),
  tryTo('workers.send', (who) => workers.send(who, { type: 'ping' })),
]

/** Methods that tests of their own below try. */
const ELSEWHERE = [
  ...['workflows.submit', 'workflows.submitMany', 'workflows.validate', 'workflows.count', 'bulk.run', 'events.ofAll'],
  ...['schedules.upsert', 'schedules.compare', 'tasks.list', 'tasks.page'],
  // In keys.test.ts.
  'keys.create',
  'webhooks.create',
]

/** Not public: TypeScript keeps others from them. */
const INTERNAL = new Set([
  'change',
  'operate',
  'meant',
  'named',
  'one',
  'demandStored',
  'demandCallable',
  'own',
  'owned',
  'demandStanding',
  'bounded',
  'demandOn',
])

test('who follows everything hears of the workflows of its own tenant only, and of queues and workers with a credential of all and their scopes', async () => {
  const heard = new Map<string, (string | null)[]>()
  const who = { acme, initech: someone('initech'), all: someone('*'), some: someone('*', { scopes: ['workflows:read'] }) }
  const open_ = await Promise.all(
    Object.entries(who).map(([name, one]) => {
      heard.set(name, [])
      return events.ofAll(one, undefined, {
        push: (item) => {
          if (item.type === 'events') heard.get(name)?.push(item.workflow)
        },
        end: () => undefined,
      })
    }),
  )
  const { id } = await workflows.submit(acme, { canvas: { task: 'echo', args: [1] }, options: {} })
  await queues.pause(who.all, 'nobody')
  await queues.resume(who.all, 'nobody')
  await until(() => heard.get('all')?.filter((one) => one === null).length === 2)
  await until(async () => (await workflows.get(acme, id)).ended)
  const last = await workflows.submit(who.initech, { canvas: { task: 'echo' }, options: {} })
  await until(() => [...heard].every(([name, ids]) => name === 'acme' || ids.includes(last.id)))
  expect(heard.get('acme')).toContain(id)
  expect(new Set(heard.get('acme'))).toEqual(new Set([id]))
  expect(new Set(heard.get('initech'))).toEqual(new Set([last.id]))
  expect(new Set(heard.get('all'))).toEqual(new Set([id, null, last.id]))
  expect(new Set(heard.get('some'))).toEqual(new Set([id, last.id]))
  const nobody = someone('acme', { scopes: ['tasks:read'] })
  await expect(events.ofAll(nobody, undefined, NOWHERE)).rejects.toMatchObject({ code: 'forbidden' })
  for (const one of open_) one.close()
})

const codeOf = (error: unknown): string => (error instanceof ChordisError ? error.code : String(error))

test.each(NOT_THERE)('%s: another tenant is told that there is no such thing', async (_name, run) => {
  const refused = await run(globex).catch((error: unknown) => error)
  expect(codeOf(refused)).toBe('not-found')
  expect(String(refused)).not.toContain(SECRET)
})

test.each(NOT_SHOWN)('%s: another tenant is shown nothing of it', async (_name, run) => {
  expect(JSON.stringify(await run(acme))).toMatch(/acme/)
  expect(JSON.stringify(await run(globex))).not.toMatch(/acme|daily|TypeError/)
})

test.each(NOBODYS)('%s: refused to a credential of one tenant, done for one of all', async (_name, run) => {
  expect(codeOf(await run(acme).catch((error: unknown) => error))).toBe('forbidden')
  // The queue `default` holds acme's task, and nobody is asked for more than is there.
  await expect(run(someone('*'))).resolves.not.toThrow()
})

test('a tenant counts its own workflows only', async () => {
  expect((await workflows.count(acme)).total).toBeGreaterThanOrEqual(2)
  expect((await workflows.count(globex)).total).toBe(0)
})

test('an id of another tenant is taken, and says no more; its key is not', async () => {
  const same = { canvas: { task: 'unknown.task', args: [SECRET] }, options: { id: 'open-of-acme' } }
  expect(codeOf(await workflows.submit(globex, same).catch((error: unknown) => error))).toBe('id-conflict')
  const keyed = await workflows.submit(globex, { canvas: { task: 'unknown.task' }, options: { idempotencyKey: 'k' } })
  expect(keyed).toMatchObject({ duplicate: false })
  expect((await workflows.get(globex, keyed.id)).tenant).toBe('globex')
})

test('of many that are submitted at once, each is its own tenant’s', async () => {
  const [made, refused] = await workflows.submitMany(globex, [
    { canvas: { task: 'echo' }, options: {} },
    { canvas: { task: 'unknown.task', args: [SECRET] }, options: { id: 'open-of-acme' } },
  ])
  expect((await workflows.get(globex, (made as { id: string }).id)).tenant).toBe('globex')
  expect(codeOf(refused)).toBe('id-conflict')
})

test('every call of a submitted canvas is authorised, however deep it lies', async () => {
  const limited = someone('acme', { tasks: ['echo', 'report.*'], queues: ['default'] })
  const deep = { group: [{ chain: [{ task: 'echo' }, { chord: { header: [{ task: 'echo' }], body: { task: 'admin.wipe' } } }] }] }
  const callback = { task: 'echo', options: { linkError: { task: 'admin.wipe' } } }
  const elsewhere = chain({ task: 'echo' } as never, { task: 'report.a', options: { queue: 'billing' } } as never)
  for (const canvas of [deep, callback, elsewhere]) {
    const refused = (await workflows.submit(limited, { canvas, options: {} }).catch((error: unknown) => error)) as ChordisError
    expect(codeOf(refused)).toBe('forbidden')
    expect(refused.path).toMatch(/^canvas.*(\.task|\.options\.queue)$/)
    expect(codeOf(await workflows.validate(limited, { canvas, options: {} }).catch((error: unknown) => error))).toBe('forbidden')
    expect(codeOf((await workflows.submitMany(limited, [{ canvas, options: {} }]))[0])).toBe('forbidden')
    expect(
      codeOf(await schedules.upsert(limited, { id: 'x', rules: { cron: '* * * * *' }, canvas }).catch((error: unknown) => error)),
    ).toBe('forbidden')
  }
  await expect(workflows.submit(limited, { canvas: { task: 'report.b' }, options: {} })).resolves.toMatchObject({ duplicate: false })
})

test('what was submitted by others is not run again by a credential that could not have submitted it', async () => {
  const limited = someone('acme', { tasks: ['echo'] })
  const wiped = await workflows.submit(acme, { canvas: { task: 'fail', args: ['x'] }, options: {} })
  await until(async () => (await workflows.get(acme, wiped.id)).ended)
  await schedules.upsert(acme, { id: 'wipe', rules: { cron: '0 0 1 1 *' }, canvas: { task: 'fail' } })
  for (const run of [
    () => workflows.retry(limited, wiped.id),
    () => workflows.rerun(limited, wiped.id, ['0'], { args: ['all'] }),
    () => letters.requeue(limited, { id: `${wiped.id}:0` }),
    () => letters.requeue(limited, { filter: { workflow: wiped.id } }),
    () => schedules.trigger(limited, 'wipe'),
    () => schedules.backfill(limited, 'wipe', { from: 0, to: 1 }),
    () => schedules.resume(limited, 'wipe'),
  ]) {
    expect(codeOf(await run().catch((error: unknown) => error))).toBe('forbidden')
  }
  await schedules.delete(acme, 'wipe')
})

test('of a bulk action every id is authorised', async () => {
  const named = await bulk.run(globex, { action: 'revoke', ids: [open, failed] })
  expect(named).toMatchObject({ matched: 0, changed: 0, failed: 2 })
  expect(named.failures.map(({ code }) => code)).toEqual(['not-found', 'not-found'])
  expect(
    await bulk.run(globex, { action: 'revoke', filter: { state: ['PENDING', 'STARTED'], task: 'unknown.task' }, dryRun: true }),
  ).toMatchObject({ failed: 0 })
  expect(await workflows.get(acme, open)).toMatchObject({ ended: false })
  expect(await bulk.run(acme, { action: 'revoke', ids: [open], dryRun: true })).toMatchObject({ matched: 1, changed: 0 })
})

test('schedules of the same id of two tenants are two', async () => {
  const mine = { id: 'daily', ...DAILY, canvas: { task: 'echo', args: ['of globex'] } }
  expect(await schedules.compare(globex, mine)).toMatchObject({ outcome: 'created' })
  await schedules.upsert(globex, mine)
  expect((await schedules.get(acme, 'daily')).canvas).toMatchObject({ args: [SECRET] })
  await schedules.delete(globex, 'daily')
})

test('a tenant sees the tasks that it may call, and not how many calls of others wait', async () => {
  expect(await tasks.list(globex)).toEqual([
    { name: 'echo', workers: 1, queues: ['default'], parked: 0 },
    { name: 'fail', workers: 1, queues: ['default'], parked: 0 },
  ])
  expect((await tasks.page(globex, { limit: 1 })).tasks).toEqual([{ name: 'echo', workers: 1, queues: ['default'], parked: 0 }])
  expect((await tasks.list(someone('globex', { tasks: ['echo'] }))).map(({ name }) => name)).toEqual(['echo'])
  await until(async () => (await tasks.list(someone('*'))).some(({ name }) => name === 'unknown.task'))
})

test('an endpoint of webhooks is its maker’s tenant’s, and one of all tenants is made by a credential of all only', async () => {
  const mine = await webhooks.create(globex, { url: 'https://hooks.globex.example/', tenant: '*' } as never)
  expect(mine.tenant).toBe('globex')
  expect((await webhooks.create(someone('*'), { url: 'https://hooks.example.com/' })).tenant).toBe('*')
  expect((await webhooks.list(globex)).webhooks.map(({ id }) => id)).toEqual([mine.id])
  await expect(webhooks.redeliver(globex, mine.id, delivery)).rejects.toMatchObject({ code: 'not-found' })
  const blind = someone('acme', { scopes: ['webhooks:read'] })
  await expect(webhooks.create(blind, { url: 'https://hooks.example.com/' })).rejects.toMatchObject({ code: 'forbidden' })
})

test('a credential of all tenants acts for one of them, and one of a tenant for no other', async () => {
  const acting = someone('*').actingFor('acme')
  expect((await workflows.list(acting)).workflows.every(({ tenant }) => tenant === 'acme')).toBe(true)
  expect(() => globex.actingFor('acme')).toThrow(expect.objectContaining({ code: 'forbidden' }))
})

test('who may not see payloads sees states, and neither values nor the texts of errors', async () => {
  const blind = someone('acme', { scopes: ['workflows:read', 'dead-letters:read', 'schedules:read', 'queues:read'] })
  const shown = await Promise.all([
    workflows.outcome(blind, failed),
    workflows.task(blind, failed, '0'),
    workflows.tasks(blind, failed),
    letters.list(blind),
    letters.get(blind, letter),
    schedules.get(blind, 'daily'),
    schedules.list(blind),
  ])
  expect(JSON.stringify(shown)).not.toContain(SECRET)
  expect(shown[0]).toEqual({ state: 'FAILURE', error: { type: 'TypeError', message: '' }, hidden: true })
  expect(codeOf(await letters.list(blind, { error: 'secret' }).catch((error: unknown) => error))).toBe('forbidden')
  const seeing = someone('*', { scopes: ['queues:read'] })
  await expect(queues.peek(seeing, 'default', { args: true })).rejects.toMatchObject({ code: 'forbidden' })
})

test('without its scope nothing is done', async () => {
  const nobody = someone('*', { scopes: [] })
  for (const [name, run] of [...NOT_THERE, ...NOT_SHOWN, ...NOBODYS]) {
    const refused = await run(nobody).catch((error: unknown) => error)
    expect([name, codeOf(refused)]).toEqual([name, 'forbidden'])
  }
})

test('every operation stands in a table above', () => {
  const classes = { workflows, bulk, 'dead-letters': letters, queues, schedules, tasks, workers, webhooks, events, keys, audit: log }
  const all = Object.entries(classes).flatMap(([prefix, one]) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(one))
      .filter((name) => name !== 'constructor' && (!INTERNAL.has(name) || `${prefix}.${name}` === 'workflows.own'))
      .map((name) => `${prefix}.${name}`),
  )
  const tried = new Set([...[...NOT_THERE, ...NOT_SHOWN, ...NOBODYS].map(([name]) => name.split(' ')[0]), ...ELSEWHERE])
  expect(all.filter((name) => !tried.has(name))).toEqual([])
})
