/**
 * A step of a chain on an idle system goes a way of its own (redis/lua/lib/hop.lua). It must do what the general way does: the same turns are sent
 * to two workflows, one of them with a look at timers, which the short way does not take; replies and all that is stored must be equal.
 */
import { describe, expect, test } from 'vitest'
import { type Canvas, chain, chord, group, type TraceContext } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { type Grant, Hand, type Look, type Reply } from './hand.js'
import { call, TestEngine } from './harness.js'

const redis = useRedis()
const KNOWN = ['inc', 'sum', 'urgent']
const LARGE = 'x'.repeat(600)

/** Grants without the id. */
const shown = ([what, more, , lost, grants]: Reply, id: string): unknown =>
  JSON.parse(JSON.stringify([what, more, lost, grants]).replaceAll(id, 'ID'))

interface Case {
  canvas: Canvas
  trace?: TraceContext
  /** Records of the steps, one after another; the last one is repeated. */
  records?: string[]
  turns?: number
  /** The attempt that the completions name, instead of the one that holds the lease. */
  attempt?: string
  want?: number
  queues?: string
  /** Another workflow that is ready meanwhile. */
  beside?: Canvas
  /** Fields that are overwritten before the second turn; a text stands for the whole workflow. */
  damage?: { [field: string]: string } | string
}

/** Sends the case's turns; answers what came back and what is stored after each. */
async function play(
  look: Look,
  { canvas, trace, records = ['S|1'], turns = 3, attempt, want = 5, queues, beside, damage }: Case,
): Promise<unknown[]> {
  const engine = await TestEngine.open(redis.url)
  const hand = await Hand.open(redis.connect(), engine, KNOWN, `hand${look}`)
  const { id } = await engine.client.submit(canvas, { id: `workflow-${look}`, ...(trace === undefined ? {} : { trace }) })
  let reply = await hand.turn(2, want, [])
  if (beside) await engine.client.submit(beside, { id: 'beside' })
  if (damage !== undefined) await spoil(`${engine.namespace}:*:w:${id}`, damage)
  const seen: unknown[] = [shown(reply, id)]
  for (let k = 0; k < turns && reply[4].length > 0; k++) {
    const [workflow, run, prefix, template, first] = (reply[4][0] as Grant)[0].split('|') as [string, string, string, string, string]
    const record = records[Math.min(k, records.length - 1)] as string
    const completion = [workflow, run, prefix, template, attempt ?? `0:${hand.sequence}`, first, record]
    reply = await hand.turn(look, want, completion, queues)
    seen.push(shown(reply, id), await hand.stored(id))
  }
  return seen
}

async function spoil(pattern: string, damage: { [field: string]: string } | string): Promise<void> {
  const connection = redis.connect()
  const [key = ''] = await connection.keys(pattern)
  if (typeof damage === 'string') await connection.set(key, damage)
  else await connection.hset(key, damage)
}

const steps = (count: number, make = () => call('inc')): Canvas => chain(...Array.from({ length: count }, make))

const CASES: [string, Case][] = [
  ['a chain', { canvas: steps(5), turns: 5, records: ['S|1', 'S|{"a":"|x|"}', 'S|[]'] }],
  ['a chain that carries a trace', { canvas: steps(3), trace: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } }],
  ['a chain longer than a block', { canvas: steps(70), turns: 70 }],
  ['a step that takes no result', { canvas: chain(call('inc'), call('inc', [7]).set({ immutable: true }), call('inc')) }],
  ['arguments and keywords', { canvas: chain(call('inc', [1]), call('inc', ['ä', null]).clone([], { k: 1 }), call('inc')) }],
  ['a definition of its own field', { canvas: chain(call('inc'), call('inc', [LARGE]), call('inc')) }],
  ['an empty result', { canvas: steps(3), records: ['S|null'] }],
  ['an ignored result', { canvas: steps(3), records: ['I|'] }],
  ['a large result', { canvas: steps(3), records: [`S|"${'y'.repeat(70_000)}"`] }],
  ['a failure', { canvas: steps(3), records: ['F|{"type":"Error","message":"m"}'] }],
  ['a retry at once', { canvas: steps(3), records: ['r0|2|', 'S2|1', 'S|1'], turns: 4 }],
  ['a completion of another attempt', { canvas: steps(3), attempt: '0:77' }],
  ['a process that wants nothing', { canvas: steps(3), want: 1, queues: ',other,' }],
  ['a step with a delay', { canvas: chain(call('inc'), call('inc').set({ countdown: 60 })) }],
  ['a step that expires', { canvas: chain(call('inc'), call('inc').set({ expires: 60 })) }],
  ['a step in another queue', { canvas: chain(call('inc'), call('inc').set({ queue: 'elsewhere' })) }],
  ['a step of a task that the process does not know', { canvas: chain(call('inc'), call('strange'), call('inc')) }],
  ['a step with callbacks', { canvas: chain(call('inc').link(call('inc')), call('inc').onError(call('inc')), call('inc')) }],
  ['a step with a callback of another task', { canvas: chain(call('inc').link(call('sum')), call('inc'), call('inc')) }],
  [
    'many steps with callbacks',
    { canvas: group(Array.from({ length: 70 }, () => chain(call('inc').link(call('sum')), call('inc'), call('inc')))), want: 200 },
  ],
  ['a group behind a step', { canvas: chain(call('inc'), group(call('inc'), call('inc')), call('sum')) }],
  ['a chain in a chord', { canvas: chord([steps(4)], call('sum')), turns: 5 }],
  ['two chains at once', { canvas: group(steps(3), steps(3)), want: 1 }],
  ['other work that is ready', { canvas: steps(3), beside: call('urgent').set({ priority: 9 }) }],
  ['other work of the same priority', { canvas: steps(3), beside: call('urgent'), want: 1 }],
  ['a damaged control field', { canvas: steps(3), damage: { s: 'nonsense' } }],
  ['a damaged template', { canvas: steps(3), damage: { t1: 'nonsense' } }],
  ['a damaged block', { canvas: steps(3), damage: { b0: '' } }],
  ['a workflow that is no hash', { canvas: steps(3), damage: 'text' }],
  ['a result that is told before its callback runs', { canvas: chain(call('inc'), call('inc').link(call('inc'))) }],
  ['a next step that has a record already', { canvas: steps(3), damage: { 1: 'S|5' } }],
]

describe('the short way does what the general way does:', () => {
  test.each(CASES)('%s', async (_name, one) => {
    // The general way goes first: the short one knows only templates that were met before.
    const [general, short] = [await play(2, one), await play(0, one)]
    expect(JSON.parse(JSON.stringify(short).replaceAll('hand0', 'hand2'))).toEqual(general)
    expect(short.length).toBeGreaterThan(1)
  })
})

test('a repeated turn grants the same step again and counts nothing twice', async () => {
  const engine = await TestEngine.open(redis.url)
  const hand = await Hand.open(redis.connect(), engine, KNOWN, 'hand')
  const { id } = await engine.client.submit(steps(4))
  const [grant] = (await hand.turn(2, 5, []))[4] as [Grant]
  const completion = [id, '1', '', grant[0].split('|')[3] as string, '0:1', '0', 'S|1']
  const first = await hand.turn(0, 5, completion)
  hand.sequence--
  const again = await hand.turn(0, 5, completion)
  expect(again[4]).toEqual(first[4])
  expect((await engine.client.workflow(id).status()).counts).toMatchObject({ success: 1, remaining: 3 })
})
