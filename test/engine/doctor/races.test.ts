/**
 * A suspicion is made of what was read a while ago. The script that judges it must find for itself what has become of it, and write nothing where
 * nothing is wrong (any more); asked twice, it mends once.
 */
import { expect, test } from 'vitest'
import { chain, chord, type WorkflowHandle } from '../../../src/engine/index.js'
import { Examiner } from '../../../src/engine/maintenance/doctor/examiner.js'
import type { FindingCode } from '../../../src/engine/maintenance/doctor/findings.js'
import type { Suspicion } from '../../../src/engine/maintenance/doctor/suspicions.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls, type ScriptCall } from '../../../src/engine/redis/scripts.generated.js'
import { useRedis } from '../../support/redis-server.js'
import { allOf, type Grant, Hand } from '../hand.js'
import { call, TestEngine } from '../harness.js'

const redis = useRedis()
const TASKS = ['echo', 'add']

/** A namespace whose turns are made by hand. */
class Table {
  readonly db = redis.connect()
  readonly namespace: Namespace
  readonly examiner: Examiner

  private constructor(
    readonly engine: TestEngine,
    readonly hand: Hand,
    namespace: Namespace,
  ) {
    this.namespace = namespace
    this.examiner = new Examiner({ connection: this.db, namespace, fix: true })
  }

  static async open(): Promise<Table> {
    const engine = await TestEngine.open(redis.url)
    const connection = redis.connect()
    const namespace = new Namespace({ namespace: engine.namespace })
    await namespace.load(connection)
    return new Table(engine, await Hand.open(connection, engine, TASKS, 'hand'), namespace)
  }

  key(name: Parameters<ReturnType<Namespace['keys']>['of']>[0], rest = ''): string {
    return this.namespace.keys(0).of(name, rest)
  }

  async lease(want = 1): Promise<Grant[]> {
    return (await this.hand.turn(2, want, []))[4]
  }

  async finish(grant: Grant, record = 'S|1'): Promise<void> {
    await this.hand.turn(0, 0, allOf(grant, this.hand.sequence, record))
  }

  async suspicion(handle: WorkflowHandle, code: FindingCode): Promise<Suspicion> {
    const found = (await this.examiner.suspicions(handle.id)).find((one) => one.code === code)
    if (!found) throw new Error(`${code} is not suspected`)
    return found
  }

  async judge(suspicion: Suspicion, sure = false): Promise<string> {
    return this.ask((epoch) => suspicion.call(epoch, sure, true))
  }

  async ask(call: (epoch: string) => ScriptCall): Promise<string> {
    return (await this.namespace.runAtEpoch(this.db, 0, call))[0]
  }

  /** All that the namespace holds; what was repaired too. */
  async everything(): Promise<unknown> {
    const keys = (await this.db.keys(`${this.engine.namespace}:*`)).sort()
    return Promise.all(keys.map(async (key) => [key, (await this.db.dumpBuffer(key))?.toString('base64')]))
  }

  async changesNothing(suspicion: Suspicion): Promise<void> {
    const before = await this.everything()
    expect(await this.judge(suspicion)).toBe('fine')
    expect(await this.judge(suspicion, true)).toBe('fine')
    expect(await this.everything()).toEqual(before)
  }
}

test('a ready task that stands in its list is fine', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(call('echo'))
  await table.changesNothing(await table.suspicion(handle, 'entry-missing'))
})

test('a member of a group that is one entry is fine', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(
    chord(
      Array.from({ length: 50 }, () => call('echo')),
      call('add'),
    ),
  )
  const suspicions = await table.examiner.suspicions(handle.id)
  expect(suspicions).toHaveLength(50)
  for (const suspicion of suspicions.slice(-3)) await table.changesNothing(suspicion)
})

test('a ready task that a turn has taken meanwhile is fine, and stays with its attempt', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(chain(call('echo'), call('echo')))
  const suspicion = await table.suspicion(handle, 'entry-missing')
  const [grant] = await table.lease()
  await table.changesNothing(suspicion)
  await table.finish(grant as Grant)
  await table.changesNothing(suspicion)
})

test('a delayed task with a timer, and a parked one, are fine', async () => {
  const table = await Table.open()
  const delayed = await table.engine.client.submit(call('echo', [], { countdownMs: 60_000 }))
  await table.changesNothing(await table.suspicion(delayed, 'timer-missing'))
  const parked = await table.engine.client.submit(call('stranger'))
  expect(await table.lease()).toEqual([])
  expect(await table.db.llen(table.key('parked', 'default:0:stranger'))).toBe(1)
  await table.changesNothing(await table.suspicion(parked, 'entry-missing'))
})

test('what a spread item is about to move is fine', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(chain(...Array.from({ length: 1_500 }, () => call('echo'))))
  const [grant] = await table.lease()
  await table.finish(grant as Grant, 'F|{"type":"Error","message":"no"}')
  expect(await table.db.llen(table.key('spread'))).toBe(1)
  await table.changesNothing(await table.suspicion(handle, 'spread-missing'))
})

test('a ready task that a spread item is about to expire is fine: it must not run after all', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(call('echo', [], { expiresInMs: 60_000 }))
  const entry = (await table.db.lpop(table.key('ready', 'default:0'))) ?? ''
  await table.db.rpush(table.key('spread'), `x:${entry}:`)
  await table.changesNothing(await table.suspicion(handle, 'timer-missing'))
})

test('a ready task in a list that is too long to be searched is neither missing nor fine, until it was searched in steps', async () => {
  const table = await Table.open()
  await Promise.all(Array.from({ length: 1_001 }, () => table.engine.client.submit(call('echo'))))
  const handle = await table.engine.client.submit(call('echo'))
  const entry = await table.db.rpop(table.key('ready', 'default:0'))
  expect(entry).toContain(handle.id)
  const suspicion = await table.suspicion(handle, 'entry-missing')
  expect(await table.judge(suspicion)).toBe('unsure')
  expect(await table.judge(suspicion, true)).toBe('mended')
  // The new entry stands in front, where it is seen however long the list is.
  expect(await table.judge(suspicion, true)).toBe('fine')
  expect(await table.db.llen(table.key('ready', 'default:0'))).toBe(1_002)
})

test('a join whose input ends meanwhile is not given the count of before', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(chord([call('echo'), call('echo'), call('echo')], call('add')))
  const grants = await table.lease(3)
  const key = table.key('workflow', handle.id)
  await table.finish([(grants[0] as Grant)[0].replace('|0|3|1|', '|0|1|1|'), '', '', ''])
  const record = (await table.db.hget(key, '3')) ?? ''
  expect(record).toMatch(/^P 2 /)
  await table.db.hset(key, '3', record.replace('P 2', 'P 3'))
  const suspicion = await table.suspicion(handle, 'join-miscounts')
  await table.hand.turn(0, 0, allOf([(grants[0] as Grant)[0].replace('|0|3|1|', '|1|1|1|'), '', '', ''], 1, 'S|1'))
  expect(await table.db.hget(key, '3')).toMatch(/^P 2 /)
  await table.changesNothing(suspicion)
  expect(await table.judge(await table.suspicion(handle, 'join-miscounts'))).toBe('mended')
  expect(await table.db.hget(key, '3')).toMatch(/^P 1 /)
})

test('counts that change meanwhile are not overwritten', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(chain(call('echo'), call('echo')))
  const [grant] = await table.lease()
  const key = table.key('workflow', handle.id)
  await table.db.hset(key, 's', ((await table.db.hget(key, 's')) ?? '').replace('r 1 2 ', 'r 1 4 '))
  const suspicion = await table.suspicion(handle, 'counts-wrong')
  await table.finish(grant as Grant)
  expect(await table.db.hget(key, 's')).toMatch(/^r 1 3 /)
  await table.changesNothing(suspicion)
  expect(await table.judge(await table.suspicion(handle, 'counts-wrong'))).toBe('mended')
  expect(await table.db.hget(key, 's')).toMatch(/^r 1 1 /)
})

test('a lease whose grant is there is fine; one that was lost is written once', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(call('echo'))
  await table.lease()
  const word = (await table.db.hget(table.key('workflow', handle.id), '0')) ?? ''
  const mend = (epoch: string) => calls.mendlease(epoch, handle.id, '1', '', 0, '0', word, 'grant-missing', 1)
  expect(await table.ask(mend)).toBe('fine')
  const process = table.key('process', 'hand')
  const before = await table.db.hgetall(process)
  await table.db.hdel(process, ...Object.keys(before).filter((name) => name.startsWith('g')))
  expect(await table.ask(mend)).toBe('mended')
  expect(await table.ask(mend)).toBe('fine')
  expect(await table.db.hgetall(process)).toEqual(before)
})

test('a workflow that can be read is not set aside, and one of another run or state is not touched', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(call('echo'))
  expect(await table.ask((epoch) => calls.menddamage(epoch, handle.id, '', 0, 'workflow-damaged', 'no', 1))).toBe('fine')
  expect(await table.ask((epoch) => calls.menddamage(epoch, handle.id, '', -1, 'workflow-damaged', 'no', 1))).toBe('fine')
  await table.db.del(table.key('ready', 'default:0'))
  expect(await table.ask((epoch) => calls.mendentry(epoch, handle.id, '2', '', 0, '0', '', 'entry-missing', 0, 1))).toBe('fine')
  expect(await table.ask((epoch) => calls.mendentry(epoch, handle.id, '1', '', 0, '0', 'Q 1 0 0 - -', 'entry-missing', 0, 1))).toBe('fine')
  expect(await table.ask((epoch) => calls.mendindex(epoch, handle.id, 1))).toBe('fine')
  expect(await table.ask((epoch) => calls.mendprocess(epoch, 'hand', 1))).toBe('fine')
  expect(await table.ask((epoch) => calls.mendentry(epoch, handle.id, '1', '', 0, '0', '', 'entry-missing', 0, 1))).toBe('mended')
  expect(await table.ask((epoch) => calls.mendentry(epoch, handle.id, '1', '', 0, '0', '', 'entry-missing', 0, 1))).toBe('fine')
})

test('a join with other members than were read, a replacement that is part of the graph, one entry, and a list that is named are fine', async () => {
  const table = await Table.open()
  const handle = await table.engine.client.submit(chord([call('echo'), call('echo')], call('add')))
  const key = table.key('workflow', handle.id)
  const join = (added: string) => (epoch: string) =>
    calls.mendjoin(epoch, handle.id, '1', '', 2, '1', '', added, 1, '0', '-', '0', 'join-miscounts', 0, 1)
  expect(await table.ask(join(',0.1/3'))).toBe('fine')
  expect(await table.db.hget(key, '2')).toBeNull()
  const list = 'default:0'
  const [entry = ''] = await table.db.lrange(table.key('ready', list), 0, 0)
  expect(await table.ask((epoch) => calls.menddouble(epoch, handle.id, '1', '', 0, list, entry, 1))).toBe('fine')
  expect(await table.ask((epoch) => calls.mendlist(epoch, 'ready', list, 1))).toBe('fine')
  expect(await table.ask((epoch) => calls.mendlist(epoch, 'ready', 'nobody:0', 1))).toBe('fine')
  expect(await table.db.llen(table.key('ready', list))).toBe(1)
  await table.db.hset(key, '0', 'W 1', 'G', '0/ 3\n')
  expect(await table.ask((epoch) => calls.mendsegment(epoch, handle.id, '1', '', 0, '0', 'W 1', '0/', 1))).toBe('fine')
  expect(await table.db.hget(key, '0')).toBe('W 1')
})
