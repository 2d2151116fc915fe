/** A requeued task takes back what its failure did to others, in steps: meanwhile the doctor finds nothing. */
import { expect, test } from 'vitest'
import { chain, chord, group } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { COMMON, call, end, Gate, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })

test('while requeued tasks undo what they did and run again, workers and doctors find nothing', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  let fails = true
  const flaky = (_ctx: unknown, [x = null]: unknown[]) => {
    if (fails) throw new TypeError('not yet')
    return Number(x)
  }
  await engine.worker({ ...COMMON, flaky, hold: gate.handler }, { surveyMs: 20 })
  const tail = Array.from({ length: 1_200 }, () => call('echo'))
  const canvases = [
    chain(call('flaky', [1]), ...tail),
    chord([call('flaky', [1]), call('hold', [2]), call('echo', [3])], call('add')),
    chain(group([call('flaky', [1]), call('echo', [2])]), group([call('add', [10]), call('add', [20])])),
  ]
  const handles = await Promise.all(canvases.map((canvas) => engine.client.submit(canvas)))
  await gate.entries(1)
  gate.open()
  for (const handle of handles) expect((await end(handle)).outcome).not.toMatchObject({ state: 'SUCCESS' })
  expect(await engine.client.doctor()).toMatchObject({ findings: [], repairs: {} })
  fails = false
  let over = false
  const requeued = Promise.all(handles.map((handle) => engine.client.deadLetters.requeue(`${handle.id}:0`))).then(async () => {
    for (const handle of handles) await end(handle)
    over = true
  })
  while (!over) expect((await engine.client.doctor({ fix: true })).findings).toEqual([])
  await requeued
  for (const handle of handles) expect((await engine.client.doctor({ workflow: handle.id })).findings).toEqual([])
  expect((await engine.client.doctor()).repairs).toEqual({})
})
