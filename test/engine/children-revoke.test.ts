import { describe, expect, test } from 'vitest'
import { chain, group, type TaskContext, type WorkflowHandle } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, Gate, TestEngine } from './harness.js'

const redis = useRedis()

/** A gate whose signals are kept, and tasks that start children which stand at it. */
async function scene() {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  const signals: AbortSignal[] = []
  const hold = (ctx: TaskContext, args: Parameters<typeof gate.handler>[1]) => {
    signals.push(ctx.signal)
    return gate.handler(ctx, args)
  }
  const worker = await engine.worker({
    ...COMMON,
    hold,
    parent: (ctx, [policy = 'cancel']) => ctx.executeChild(call('hold', [policy]), { cancelPolicy: policy as 'cancel' }),
    starter: async (ctx, [policy = 'cancel']) => (await ctx.startChild(call('hold'), { cancelPolicy: policy as 'cancel' })).id,
    grandparent: (ctx) => ctx.executeChild(call('parent')),
  })
  return { engine, gate, signals, worker }
}

const ended = (handle: WorkflowHandle) => until(async () => (await handle.status()).ended, { what: `workflow ${handle.id} ends` })

describe('a workflow that is revoked', () => {
  test('takes its children with it, and theirs: what runs is told, and they end REVOKED with the same reason', async () => {
    const { engine, gate, signals } = await scene()
    const handle = await engine.client.submit(chain(call('grandparent'), call('echo')))
    await gate.entries(1)
    const [child] = (await handle.childWorkflows()) as [WorkflowHandle]
    const [grandchild] = (await child.childWorkflows()) as [WorkflowHandle]
    await handle.revoke({ reason: 'enough' })
    await until(() => signals.every(({ aborted }) => aborted), { what: 'the attempt is told' })
    for (const one of [handle, child, grandchild]) {
      await ended(one)
      expect(await one.outcome()).toMatchObject({ state: 'REVOKED', error: { message: 'enough' } })
    }
    expect((await engine.client.doctor()).findings.filter(({ state }) => state !== 'manual')).toEqual([])
  })

  test('leaves a child alone that was to be abandoned, which ends as if nothing had been', async () => {
    const { engine, gate, signals } = await scene()
    const handle = await engine.client.submit(group(call('parent', ['abandon']), call('starter', ['abandon']), call('parent')))
    await gate.entries(3)
    await until(async () => (await handle.childWorkflows()).length === 3, { what: 'all children are listed' })
    await handle.revoke()
    await until(() => signals.filter(({ aborted }) => aborted).length === 1, { what: 'one attempt is told' })
    await ended(handle)
    gate.open()
    const states = await Promise.all((await handle.childWorkflows()).map(async (child) => end(child)))
    expect(states.map(({ outcome }) => outcome.state).sort()).toEqual(['REVOKED', 'SUCCESS', 'SUCCESS'])
  })

  test('takes 1,000 children with it in bounded steps', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({
      ...COMMON,
      starter: async (ctx) => {
        await Promise.all(
          Array.from({ length: 1_000 }, () => ctx.startChild(chain(call('echo', [1], { queue: 'unserved' }), call('echo')))),
        )
        return gate.handler(ctx, [])
      },
    })
    const handle = await engine.client.submit(call('starter'), { retentionMs: 0 })
    await until(async () => (await handle.status()).children === 1_000, { what: 'the children are listed', timeoutMs: 20_000 })
    const children = await handle.childWorkflows()
    await handle.revoke()
    await until(async () => (await Promise.all(children.map((child) => child.status()))).every((status) => status.ended), {
      what: 'all have ended',
      timeoutMs: 20_000,
    })
    const states = await Promise.all(children.map((child) => child.state()))
    expect(new Set(states)).toEqual(new Set(['REVOKED']))
  })
})

describe('revoked alone', () => {
  test('a child ends the task that waits for it REVOKED, and what comes after is skipped', async () => {
    const { engine, gate } = await scene()
    const handle = await engine.client.submit(chain(call('parent'), call('echo')))
    await gate.entries(1)
    const [child] = (await handle.childWorkflows()) as [WorkflowHandle]
    await child.revoke()
    const { nodes } = await end(handle)
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SKIPPED'])
    expect(nodes[0]?.error).toMatchObject({ code: 'child-revoked', workflow: child.id })
  })

  test('a task that waits for a child takes that child with it, and no other', async () => {
    const { engine, gate } = await scene()
    const handle = await engine.client.submit(group(call('parent'), call('parent')))
    await gate.entries(2)
    const waits = await handle.task('1').status()
    await handle.task('1').revoke()
    const child = engine.client.workflow(waits.child as string)
    await ended(child)
    expect(await child.state()).toBe('REVOKED')
    gate.open()
    const { nodes } = await end(handle)
    expect(nodes.map(({ state, result }) => [state, result])).toEqual([
      ['SUCCESS', 'cancel'],
      ['REVOKED', undefined],
    ])
  })

  test('a child that runs past its own timeout ends the task that waits for it REVOKED', async () => {
    const { engine, gate } = await scene()
    await engine.worker({ ...COMMON, limited: (ctx) => ctx.executeChild(call('hold'), { timeoutMs: 200 }) })
    const { nodes } = await engine.run(call('limited'))
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED'])
    gate.open()
  })
})
