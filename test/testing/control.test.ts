import { describe, expect, test } from 'vitest'
import {
  Client,
  chain,
  chord,
  group,
  type Json,
  type NodeResult,
  signature,
  type TaskDefinition,
  type WorkflowHandle,
} from '../../src/engine/index.js'
import { InlineChordis } from '../../src/engine/testing/index.js'
import { canvasOf } from '../property/trial.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { until } from '../support/wait.js'

const redis = useRedis()

const define = (handlers: { [name: string]: TaskDefinition['handler'] }): TaskDefinition[] =>
  Object.entries(handlers).map(([name, handler]) => ({ name, handler }))

/** A task that runs until it is let go or told to stop. */
function gate(): { entered: number; stopped: number; open: () => void; handler: TaskDefinition['handler'] } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const made = {
    entered: 0,
    stopped: 0,
    open: () => open(),
    handler: (async (ctx, [value = null]: Json[]) => {
      made.entered++
      const told = new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }))
      await Promise.race([opened, told])
      if (ctx.signal.aborted) made.stopped++
      return value
    }) as TaskDefinition['handler'],
  }
  return made
}

const states = async (handle: WorkflowHandle): Promise<string[]> => (await handle.results()).map(({ state }) => state)

describe('an inline client', () => {
  test('revokes a workflow: what runs is told, what waits is skipped, and what it comes to later counts for nothing', async () => {
    const hold = gate()
    await using chordis = new InlineChordis({ tasks: define({ hold: hold.handler, echo: (_ctx, [x = null]) => x }) })
    const handle = await chordis.submit(chain(signature('hold', [1]), group([signature('echo'), signature('echo')]), signature('echo')))
    await until(() => hold.entered === 1)
    expect(await handle.revoke({ reason: 'not today' })).toBe(true)
    expect(await handle.outcome({ waitMs: 1_000 })).toMatchObject({
      state: 'REVOKED',
      error: { type: 'TaskRevokedError', message: 'not today' },
    })
    await chordis.idle()
    expect(hold.stopped).toBe(1)
    expect(await states(handle)).toEqual(['REVOKED', 'SKIPPED', 'SKIPPED', 'SKIPPED'])
    expect(await handle.status()).toMatchObject({ ended: true, counts: { revoked: 1, skipped: 3, remaining: 0 } })
    expect(await handle.revoke()).toBe(false)
    expect(await handle.delete()).toBe(true)
    await expect(chordis.workflow('nobody').revoke()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('revokes a task with what it replaced itself by, and its chord hears of it', async () => {
    const hold = gate()
    const swap: TaskDefinition['handler'] = (ctx) => ctx.replace(group([signature('hold', [1]), signature('hold', [2])]))
    await using chordis = new InlineChordis({ tasks: define({ hold: hold.handler, swap, echo: (_ctx, [x = null]) => x }) })
    const handle = await chordis.submit(chord([signature('swap'), signature('echo', [1])], signature('echo')))
    await until(() => hold.entered === 2)
    expect(await handle.task('0').revoke()).toBe(true)
    expect(await handle.task('0').revoke()).toBe(false)
    expect(await handle.outcome({ waitMs: 1_000 })).toMatchObject({ state: 'FAILURE', error: { type: 'ChordError' } })
    expect(await states(handle)).toEqual(['REVOKED', 'SUCCESS', 'FAILURE', 'REVOKED', 'REVOKED'])
    await until(() => hold.stopped === 2)
  })

  test('revokes children along with their parent, unless they go on alone', async () => {
    const hold = gate()
    const starts: TaskDefinition['handler'] = async (ctx) => {
      await ctx.startChild(signature('hold', ['with']))
      await ctx.startChild(signature('hold', ['alone']), { cancelPolicy: 'abandon' })
      return hold.handler(ctx, [0])
    }
    await using chordis = new InlineChordis({ tasks: define({ hold: hold.handler, starts }) })
    const handle = await chordis.submit(signature('starts'))
    await until(() => hold.entered === 3)
    await handle.revoke()
    const children = await handle.childWorkflows()
    expect(await Promise.all(children.map((child) => child.state()))).toEqual(['REVOKED', 'STARTED'])
    hold.open()
    expect(await children[1]?.result()).toBe('alone')
  })

  test('starts nothing new of a paused workflow until it is resumed', async () => {
    const hold = gate()
    await using chordis = new InlineChordis({ tasks: define({ hold: hold.handler, echo: (_ctx, [x = null]) => x }) })
    const handle = await chordis.submit(chain(signature('hold', [1]), signature('echo')))
    await until(() => hold.entered === 1)
    expect(await handle.pause({ reason: 'look first' })).toBe(true)
    hold.open()
    await expect(handle.result({ timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('it is paused'),
    })
    expect(await handle.status()).toMatchObject({ state: 'STARTED', paused: { reason: 'look first' } })
    expect(chordis.callsOf('echo')).toHaveLength(0)
    expect(await handle.resume()).toBe(true)
    expect(await handle.result()).toBe(1)
    expect([await handle.pause(), await handle.resume(), (await handle.status()).paused]).toEqual([false, false, undefined])
  })

  test('gives what waits another priority', async () => {
    const [hold, order] = [gate(), [] as Json[]]
    const note: TaskDefinition['handler'] = (_ctx, args) => void order.push(args.at(-1) as Json)
    await using chordis = new InlineChordis({ tasks: define({ hold: hold.handler, note }), concurrency: 1 })
    const called = (what: Json, priority: number) => signature('note', [what], {}, { priority })
    await chordis.submit(signature('hold'))
    await until(() => hold.entered === 1)
    await chordis.submit(group([called('a', 5), called('b', 5)]))
    const handle = await chordis.submit(chain(group([called(1, 9), called(2, 9)]), called(3, 9)))
    expect(await handle.setPriority(2)).toBe(true)
    expect(await handle.setPriority(7, { tasks: ['1'] })).toBe(true)
    await expect(handle.setPriority(10)).rejects.toMatchObject({ code: 'request-invalid', path: 'priority' })
    hold.open()
    await chordis.idle()
    expect(order).toEqual([1, 'a', 'b', 2, 3])
    expect(await handle.setPriority(1)).toBe(false)
  })

  test('runs nothing again, and says why', async () => {
    await using chordis = new InlineChordis({ tasks: define({ echo: (_ctx, [x = null]) => x }) })
    const handle = await chordis.submit(signature('echo', [1]))
    await handle.result()
    await expect(handle.retry()).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('submit the canvas again'),
    })
    await expect(handle.rerun('0')).rejects.toThrow('submit the canvas again')
  })

  test('ends the same tasks in the same way as a client on Redis, whatever is revoked', async () => {
    const random = seeded()
    const client = await Client.connect({ redis: redis.url, namespace: redis.ns() })
    await using chordis = new InlineChordis({ mode: 'record' })
    const shape = ({ id, task, state, attempts, error }: NodeResult): unknown => ({ id, task, state, attempts, error: error?.message })
    for (let k = 0; k < 100; k++) {
      const spec = { seed: random.int(0, 2 ** 31), nodes: random.int(1, 20), shape: k % 2 === 0 ? undefined : ('mixed' as const) }
      const handles = [await client.submit(canvasOf(spec)), await chordis.submit(canvasOf(spec))]
      const tasks = (await handles[0]?.results())?.map(({ id }) => id) ?? []
      const named = k % 3 === 0 || tasks.length === 0 ? [] : [random.pick(tasks), random.pick(tasks)]
      const seen = []
      for (const handle of handles) {
        const answers = named.length === 0 ? [await handle.revoke()] : []
        for (const task of named) answers.push(await handle.task(task).revoke())
        seen.push({ answers, nodes: (await handle.results()).map(shape), outcome: await handle.outcome() })
      }
      expect(seen[1], JSON.stringify({ spec, named })).toEqual(seen[0])
    }
    await client.close()
  })
})
