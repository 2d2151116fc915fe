/** Builders, the fluent methods, partial application and tasks. */
import { describe, expect, it } from 'vitest'
import { chain, chord, chunks, fluent, group, map, readCanvas, starmap, task } from '../../../src/engine/canvas/index.js'

const add = task('add', (...args: unknown[]): unknown => Number(args[0]) + Number(args[1]))
const a = task('a', (..._args: unknown[]): unknown => null)
const sig = (name: string, more: object = {}) => ({
  kind: 'task',
  task: name,
  args: [],
  kwargs: {},
  options: {},
  immutable: false,
  ...more,
})

describe('builders', () => {
  it('make canvases that read, and that JSON writes in our form', () => {
    const canvas = chain(a.s(1), group([a.s(), a.si(2)]), chord(group(a.s()), add.s(3))).link(a.s())
    expect(readCanvas(canvas)).toEqual({
      kind: 'chain',
      options: { link: [sig('a')] },
      steps: [
        sig('a', { args: [1] }),
        { kind: 'group', options: {}, members: [sig('a'), sig('a', { args: [2], immutable: true })] },
        { kind: 'chord', options: {}, header: [sig('a')], body: sig('add', { args: [3] }) },
      ],
    })
    expect(JSON.parse(JSON.stringify({ canvas }))).toEqual({
      canvas: {
        chain: [
          { task: 'a', args: [1] },
          { group: [{ task: 'a' }, { task: 'a', args: [2], immutable: true }] },
          { chord: { header: [{ task: 'a' }], body: { task: 'add', args: [3] } } },
        ],
        options: { link: [{ task: 'a' }] },
      },
    })
  })

  it('take arrays and generators', () => {
    function* many() {
      yield a.s(1)
      yield a.s(2)
    }
    expect(group(many()).members).toHaveLength(2)
    expect(chain([a.s(1)], a.s(2)).steps).toHaveLength(2)
    expect(chord(many(), a.s()).header).toHaveLength(2)
  })

  it('make map, starmap and chunks of a name, a task or a signature', () => {
    expect(map('m', [1, 2])).toEqual(sig('m', { args: [[1, 2]], immutable: true, each: 'map' }))
    expect(starmap(add, [[1, 2]])).toEqual(sig('add', { args: [[[1, 2]]], immutable: true, each: 'starmap' }))
    expect(
      chunks(
        add.signature([], { k: 1 }),
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        2,
      ).members,
    ).toEqual([
      sig('add', {
        args: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        kwargs: { k: 1 },
        immutable: true,
        each: 'starmap',
      }),
      sig('add', { args: [[[5, 6]]], kwargs: { k: 1 }, immutable: true, each: 'starmap' }),
    ])
    expect(() => chunks(add, [], 0)).toThrow('size: must be a whole number from 1 on')
    expect(() => map(add.s(1), [1])).toThrow('task.args: must be empty')
  })

  it('refuse bad options at once and bad arguments when read', () => {
    expect(() => a.signature([], {}, { priority: 11 })).toThrow('options.priority: must be a whole number from 0 to 9')
    expect(() => a.s().set({ queue: 'a:b' })).toThrow('options.queue: must be')
    expect(() => readCanvas(chain(a.s(), a.s(Number.NaN)))).toThrow('canvas.chain[1].args[0]: must be a finite number')
    expect(() => readCanvas(chain(a.s(), a as never))).toThrow('canvas.chain[1]: is a task, not a call of it')
    expect(() => JSON.stringify(a.s(() => 1))).toThrow('canvas.args[0]: must be JSON, not a function')
  })

  it('keep __proto__ as the name of a keyword argument', () => {
    const kwargs = JSON.parse('{"__proto__":1}') as { [name: string]: unknown }
    expect(JSON.stringify(a.signature([], kwargs).clone([], { k: 2 }))).toBe('{"task":"a","kwargs":{"__proto__":1,"k":2}}')
  })
})

describe('methods', () => {
  it('change a copy', () => {
    const first = a.s(1)
    const second = first.set({ countdown: 2, queue: 'q' }).link(a.s(2)).onError(a.s(3))
    expect(first).toEqual(sig('a', { args: [1] }))
    expect(second.options).toEqual({ countdownMs: 2000, queue: 'q', link: [sig('a', { args: [2] })], linkError: [sig('a', { args: [3] })] })
  })

  it('set replaces what was set, in either spelling', () => {
    expect(
      a
        .s()
        .set({ expires: 5, countdown: 1, priority: 1 })
        .set({ expires: new Date(1000), eta: 2, priority: 2 }).options,
    ).toEqual({
      expiresAtMs: 1000,
      etaMs: 2000,
      priority: 2,
    })
  })

  it('link adds equal callbacks once', () => {
    const linked = a
      .s()
      .link(a.s(1), a.s(2))
      .link(a.s(1))
      .link(a.s({ k: 1 }))
      .link(a.s({ k: 1 }))
    expect(linked.options.link).toEqual([sig('a', { args: [1] }), sig('a', { args: [2] }), sig('a', { args: [{ k: 1 }] })])
  })

  it('clone prepends positional and merges keyword arguments and options', () => {
    const partial = a.signature([1, 2], { k: 1, l: 2 }, { queue: 'q' }).clone([3, 4], { l: 3 }, { priority: 1 })
    expect(partial).toEqual(sig('a', { args: [3, 4, 1, 2], kwargs: { k: 1, l: 3 }, options: { queue: 'q', priority: 1 } }))
  })

  it('an immutable signature drops given arguments, its options still merge', () => {
    expect(a.si(1).clone([2], { k: 1 }, { queue: 'q' })).toEqual(sig('a', { args: [1], options: { queue: 'q' }, immutable: true }))
  })

  it('arguments given to a compound reach the tasks that it starts with', () => {
    expect(chain(group(a.s(1), a.si()), a.s()).clone([0])).toMatchObject({
      steps: [{ members: [{ args: [0, 1] }, { args: [] }] }, { args: [] }],
    })
    expect(chord([a.s()], a.s()).clone([0], { k: 1 })).toMatchObject({
      header: [{ args: [0], kwargs: { k: 1 } }],
      body: { args: [], kwargs: {} },
    })
  })

  it('immutable on a chord concerns its header', () => {
    expect(chord([a.s()], a.s()).set({ immutable: true })).toMatchObject({
      header: [{ immutable: true }],
      body: { immutable: false },
      options: {},
    })
  })

  it('skew gives members rising countdowns and repeats the last one up to the stop', () => {
    const countdowns = (of: { members: { options: { countdownMs?: number } }[] }) => of.members.map(({ options }) => options.countdownMs)
    const four = group(a.s(), a.s(), chain(a.s()), a.s())
    expect(countdowns(four.skew())).toEqual([1000, 2000, 3000, 4000])
    expect(countdowns(four.skew(0, 1, 0.5))).toEqual([0, 500, 1000, 1000])
  })

  it('exist on plain canvases once made fluent', () => {
    expect(fluent(readCanvas({ group: [{ task: 'a' }] })).set({ queue: 'q' })).toMatchObject({ kind: 'group', options: { queue: 'q' } })
  })

  it('a group as header gives its options and callbacks to its members', () => {
    expect(chord(group(a.s()).set({ queue: 'q' }).link(a.s(1)), a.s()).header).toMatchObject([
      { options: { queue: 'q', link: [{ args: [1] }] } },
    ])
  })
})

describe('task', () => {
  it('carries a handler that gets the positional arguments, with the context first when bound', () => {
    const bound = task('b', { bind: true, queue: 'q' }, (context: { id: string }, x: number) => `${context.id}${x}`)
    expect(add.definition.handler({}, [1, 2])).toBe(3)
    expect(bound.definition.handler({ id: 'n' }, [1])).toBe('n1')
    expect(bound.definition.options).toEqual({ queue: 'q' })
    expect(add.definition).not.toHaveProperty('options')
  })

  it('gives its queue to its calls unless they name one', () => {
    const slow = task('slow', { queue: 'slow' }, () => null)
    expect(slow.s().options).toEqual({ queue: 'slow' })
    expect(slow.signature([], {}, { queue: 'other' }).options).toEqual({ queue: 'other' })
  })
})
