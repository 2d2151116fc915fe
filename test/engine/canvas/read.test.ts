/** Reading: forms, faults by path, names and values that must survive or be refused. */
import { describe, expect, it } from 'vitest'
import { type Canvas, CanvasInvalidError, readCanvas } from '../../../src/engine/canvas/index.js'
import { ChordisError } from '../../../src/engine/protocol/errors.js'

const sig = (task: string, more: object = {}) => ({ kind: 'task', task, args: [], kwargs: {}, options: {}, immutable: false, ...more })

function refusal(input: unknown, limits = {}): ChordisError {
  try {
    readCanvas(input, { limits })
  } catch (error) {
    if (error instanceof ChordisError) return error
    throw error
  }
  throw new Error('was accepted')
}

function faults(input: unknown): string[] {
  const error = refusal(input)
  expect(error).toBeInstanceOf(CanvasInvalidError)
  return (error as CanvasInvalidError).errors.map(({ path, rule }) => `${path}: ${rule}`)
}

describe('our form', () => {
  it('reads every kind of canvas', () => {
    const canvas = readCanvas({
      chain: [
        { task: 'a', args: [1], kwargs: { k: 2 }, options: { queue: 'q' }, immutable: true },
        { group: [{ task: 'b' }], options: { priority: 3 } },
        { chord: { header: [{ task: 'c' }], body: { task: 'd' } } },
        { map: { task: 'e', items: [1, 2] } },
        { starmap: { task: 'f', items: [[1], [2]] } },
      ],
    })
    expect(canvas).toEqual({
      kind: 'chain',
      options: {},
      steps: [
        sig('a', { args: [1], kwargs: { k: 2 }, options: { queue: 'q' }, immutable: true }),
        { kind: 'group', members: [sig('b')], options: { priority: 3 } },
        { kind: 'chord', header: [sig('c')], body: sig('d'), options: {} },
        sig('e', { args: [[1, 2]], immutable: true, each: 'map' }),
        sig('f', { args: [[[1], [2]]], immutable: true, each: 'starmap' }),
      ],
    })
  })

  it('reads chunks as a group of starmaps', () => {
    const canvas = readCanvas({ chunks: { task: 'a', items: [[1], [2], [3]], size: 2, options: { queue: 'q' } } })
    const part = (items: unknown) => sig('a', { args: [items], immutable: true, each: 'starmap' })
    expect(canvas).toEqual({ kind: 'group', members: [part([[1], [2]]), part([[3]])], options: { queue: 'q' } })
  })

  it('gives the options of a group that is a header to its members', () => {
    const group = { group: [{ task: 'a', options: { queue: 'x', link: [{ task: 'l' }] } }], options: { queue: 'q', link: [{ task: 'm' }] } }
    const canvas = readCanvas({ chord: { header: group, body: { task: 'b' } } })
    expect(canvas).toMatchObject({ header: [{ task: 'a', options: { queue: 'q', link: [{ task: 'l' }, { task: 'm' }] } }] })
  })

  it('turns seconds and dates into milliseconds', () => {
    const options = {
      countdown: 1.5,
      eta: '2026-08-01T12:00:00',
      expires: '2026-08-01T14:00:00.250999+02:00',
      priority: 9,
      link: { task: 'l' },
    }
    const noon = Date.UTC(2026, 7, 1, 12)
    expect(readCanvas({ task: 'a', options }).options).toEqual({
      countdownMs: 1500,
      etaMs: noon,
      expiresAtMs: noon + 250,
      priority: 9,
      link: [sig('l')],
    })
    expect(readCanvas({ task: 'a', options: { eta: 1000.5, expires: 60 } }).options).toEqual({ etaMs: 1_000_500, expiresInMs: 60_000 })
  })

  it('keeps a whole retry policy', () => {
    const retry = { maxRetries: null, auto: true, factorMs: 100, maxDelayMs: 5000, jitter: true }
    expect(readCanvas({ task: 'a', options: { retry, ignoreResult: true, taskId: 'x' } }).options).toEqual({
      retry,
      ignoreResult: true,
      taskId: 'x',
    })
  })
})

describe('faults', () => {
  it.each<[unknown, string]>([
    [null, 'canvas: must be a canvas: an object with task, chain, group, chord, graph, map, starmap or chunks'],
    [
      [{ task: 'a' }],
      'canvas: must be a canvas: an object with task, chain, group, chord, graph, map, starmap or chunks; a list is written {"chain": […]} or {"group": […]}',
    ],
    [{}, 'canvas: must have one of task, chain, group, chord, graph, map, starmap, chunks'],
    [{ chian: [] }, 'canvas: must have one of task, chain, group, chord, graph, map, starmap, chunks (did you mean "chain"?)'],
    [{ task: 'a', chain: [] }, 'canvas: must be one canvas, but has task and chain'],
    [{ chain: [{ task: 'a' }, { task: 'b' }, { task: 'c', args: 1 }] }, 'canvas.chain[2].args: must be an array'],
    [{ task: 'a', kwargs: [] }, 'canvas.kwargs: must be an object'],
    [{ task: 'a:b' }, 'canvas.task: must be 1 to 128 characters of A-Z, a-z, 0-9, ".", "_" and "-"'],
    [{ task: 7 }, 'canvas.task: must be a string: 1 to 128 characters of A-Z, a-z, 0-9, ".", "_" and "-"'],
    [{ task: 'a', option: {} }, 'canvas.option: unknown field (did you mean "options"?)'],
    [{ task: 'a', options: { count_down: 1 } }, 'canvas.options.count_down: unknown field (did you mean "countdown"?)'],
    [{ task: 'a', options: { priority: 10 } }, 'canvas.options.priority: must be a whole number from 0 to 9'],
    [
      { task: 'a', options: { countdown: -1 } },
      'canvas.options.countdown: must be a finite number of seconds from 0 to 315360000 (10 years)',
    ],
    [
      { task: 'a', options: { countdownMs: 1e300 } },
      'canvas.options.countdownMs: must be a finite number of milliseconds from 0 to 315360000000 (10 years)',
    ],
    [{ task: 'a', options: { countdown: 1, countdownMs: 2 } }, 'canvas.options.countdownMs: says countdownMs a second time'],
    [{ task: 'a', options: { eta: 'tomorrow' } }, 'canvas.options.eta: must be a number (Unix seconds) or an ISO 8601 date and time'],
    [{ task: 'a', options: { retry: { maxRetry: 1 } } }, 'canvas.options.retry.maxRetry: unknown field (did you mean "maxRetries"?)'],
    [
      { task: 'a', options: { queue: null } },
      'canvas.options.queue: must be a string: 1 to 128 characters of A-Z, a-z, 0-9, ".", "_" and "-"',
    ],
    [
      { task: 'a', options: { link: [{ task: '' }] } },
      'canvas.options.link[0].task: must be 1 to 128 characters of A-Z, a-z, 0-9, ".", "_" and "-"',
    ],
    [{ chord: { header: 1, body: { task: 'b' } } }, 'canvas.chord.header: must be an array of canvases'],
    [
      { chord: { header: [] } },
      'canvas.chord.body: must be a canvas: an object with task, chain, group, chord, graph, map, starmap or chunks',
    ],
    [{ starmap: { task: 'a', items: [[1], 2] } }, 'canvas.starmap.items[1]: must be an array: each item of a starmap is an argument list'],
    [{ chunks: { task: 'a', items: [], size: 0 } }, 'canvas.chunks.size: must be a whole number from 1 on'],
    [{ graph: [] }, 'canvas.graph: must be an object with nodes'],
    [{ graph: { nodes: 7 } }, 'canvas.graph.nodes: must be an object of canvases by name'],
    [{ graph: { nodes: {}, node: {} } }, 'canvas.graph.node: unknown field (did you mean "nodes"?)'],
    [
      { graph: { nodes: { 'a b': { task: 'a' } } } },
      'canvas.graph.nodes["a b"]: must be 1 to 128 characters of A-Z, a-z, 0-9, ".", "_" and "-"',
    ],
    [{ graph: { nodes: { a: { task: 'a', after: 'b' } } } }, 'canvas.graph.nodes.a.after: must be an array of names'],
    [
      { graph: { nodes: { a: { task: 'a', after: ['fetch'] }, fetchs: { task: 'b' } } } },
      'canvas.graph.nodes.a.after[0]: there is no "fetch" in this graph (did you mean "fetchs"?)',
    ],
    [{ graph: { nodes: { a: { task: 'a', after: ['b', 'b'] }, b: { task: 'b' } } } }, 'canvas.graph.nodes.a.after[1]: "b" is there twice'],
    [{ graph: { nodes: { a: { task: 'a', after: ['a'] } } } }, 'canvas.graph.nodes.a.after[0]: makes a cycle: a -> a'],
    [
      { graph: { nodes: { x: { task: 'x', after: ['b'] }, a: { task: 'a', after: ['x'] }, b: { task: 'b', after: ['a'] } } } },
      'canvas.graph.nodes.a.after[0]: makes a cycle: a -> b -> x -> a',
    ],
    [{ chain: [{ graph: { nodes: { a: { task: 'a', args: 1 } } } }] }, 'canvas.chain[0].graph.nodes.a.args: must be an array'],
    [
      {
        kind: 'graph',
        nodes: [
          { name: 'a', canvas: { task: 'a' }, after: [] },
          { name: 'a', canvas: { task: 'b' }, after: [] },
        ],
      },
      'canvas.graph.nodes.a: is there twice',
    ],
  ])('%j is refused by path and rule', (input, message) => {
    expect(faults(input)).toEqual([message])
    expect(refusal(input)).toMatchObject({ code: 'canvas-invalid', status: 400, message })
  })

  it('names every fault, up to twenty', () => {
    expect(faults({ task: '?', args: 1, options: { prority: 1 } })).toHaveLength(3)
    expect(faults({ group: Array.from({ length: 50 }, () => ({ task: '' })) })).toHaveLength(20)
  })
})

describe('values', () => {
  it('keep __proto__ and constructor as ordinary names', () => {
    const text = '{"task":"a","args":[{"__proto__":{"x":1}}],"kwargs":{"__proto__":1,"constructor":{"prototype":[]}}}'
    const canvas = readCanvas(JSON.parse(text)) as Extract<Canvas, { kind: 'task' }>
    expect(JSON.stringify({ task: canvas.task, args: canvas.args, kwargs: canvas.kwargs })).toBe(text)
    expect(Object.getPrototypeOf(canvas.kwargs)).toBeNull()
  })

  it('refuses __proto__ as a field or an option by path', () => {
    expect(faults(JSON.parse('{"task":"a","__proto__":1,"options":{"__proto__":{"queue":"q"},"constructor":1}}'))).toEqual([
      'canvas.__proto__: unknown field (known: task, args, kwargs, options, immutable)',
      'canvas.options.__proto__: unknown field',
      'canvas.options.constructor: unknown field',
    ])
  })

  it.each<[string, unknown, string]>([
    ['NaN', Number.NaN, 'must be a finite number'],
    ['Infinity', Number.POSITIVE_INFINITY, 'must be a finite number'],
    ['a bigint', 1n, 'must be JSON, not a bigint'],
    ['a function', () => 1, 'must be JSON, not a function'],
    ['undefined', undefined, 'must be JSON, not undefined'],
    ['a symbol', Symbol('x'), 'must be JSON, not a symbol'],
    ['a map', new Map(), 'must be plain JSON, not a Map'],
    ['a promise', Promise.resolve(), 'must be plain JSON, not a Promise'],
  ])('%s is refused where it stands', (_, value, rule) => {
    expect(faults({ task: 'a', args: [{ deep: [value] }], kwargs: { 'b c': value } })).toEqual([
      `canvas.args[0].deep[0]: ${rule}`,
      `canvas.kwargs["b c"]: ${rule}`,
    ])
  })

  it('takes what toJSON gives, and fields of class instances', () => {
    class Point {
      x = 1
    }
    expect(readCanvas({ task: 'a', args: [new Date(0), new Point(), -0] })).toMatchObject({
      args: ['1970-01-01T00:00:00.000Z', { x: 1 }, 0],
    })
  })
})

describe("Celery's form", () => {
  const celery = (task: string, more: object = {}) => ({
    task,
    args: [],
    kwargs: {},
    options: {},
    subtask_type: null,
    immutable: false,
    ...more,
  })

  it('passes over what Celery writes for itself and converts the rest', () => {
    const options = {
      task_id: 'id-1',
      reply_to: 'r',
      root_id: 'x',
      group_id: null,
      headers: {},
      stamped_headers: ['mine'],
      mine: ['v'],
      stamps: {},
      retry: true,
      retry_policy: {},
      shadow: 'a',
      time_limit: 5,
      soft_time_limit: 2.5,
      countdown: 2,
      expires: { __type__: 'datetime', __value__: '2026-08-01T12:00:00.000001' },
      eta: null,
      ignore_result: true,
      link: celery('l'),
    }
    expect(readCanvas(celery('a', { options })).options).toEqual({
      taskId: 'id-1',
      countdownMs: 2000,
      expiresAtMs: Date.UTC(2026, 7, 1, 12),
      ignoreResult: true,
      timeLimitMs: 5000,
      softTimeLimitMs: 2500,
      link: [sig('l')],
    })
  })

  it('refuses unknown options and the rest of a chain that is under way', () => {
    expect(faults(celery('a', { options: { prio: 1, chain: [celery('b')] } }))).toEqual([
      'canvas.options.prio: unknown field (did you mean "priority"?)',
      'canvas.options.chain: belongs to a canvas that Celery already applied: send the canvas itself',
    ])
  })

  it('gives the arguments of a compound to the tasks that it starts with', () => {
    const tasks = [celery('a', { args: [3] }), celery('b')]
    expect(readCanvas(celery('celery.chain', { args: [1, 2], kwargs: { tasks }, subtask_type: 'chain' }))).toMatchObject({
      steps: [{ args: [1, 2, 3] }, { args: [] }],
    })
    const chord = { header: tasks, body: celery('c'), kwargs: { k: 1 } }
    expect(readCanvas(celery('celery.chord', { args: [1], kwargs: chord, immutable: true }))).toMatchObject({
      header: [
        { args: [1, 3], kwargs: { k: 1 }, immutable: true },
        { args: [1], kwargs: { k: 1 }, immutable: true },
      ],
      body: { immutable: false, args: [] },
    })
  })

  it('reads chunks, and headers that are groups or chains', () => {
    expect(
      readCanvas(celery('celery.chunks', { kwargs: { task: celery('a'), it: [[1], [2], [3]], n: 2 }, immutable: true })),
    ).toMatchObject({
      kind: 'group',
      members: [{ each: 'starmap', args: [[[1], [2]]] }, { args: [[[3]]] }],
    })
    for (const kind of ['group', 'chain']) {
      const header = celery(`celery.${kind}`, { kwargs: { tasks: [celery('a'), celery('b')] }, subtask_type: kind })
      expect(readCanvas(celery('celery.chord', { kwargs: { header, body: celery('c') } }))).toMatchObject({ header: [sig('a'), sig('b')] })
    }
  })

  it('may stand inside ours, and ours inside it', () => {
    const tasks = [
      { group: [celery('a'), { kind: 'task', task: 'b', args: [], kwargs: {}, options: {}, immutable: false }] },
      { task: 'c', args: null },
    ]
    expect(readCanvas({ chain: [celery('celery.chain', { kwargs: { tasks } })] })).toEqual({
      kind: 'chain',
      options: {},
      steps: [{ kind: 'chain', options: {}, steps: [{ kind: 'group', options: {}, members: [sig('a'), sig('b')] }, sig('c')] }],
    })
  })

  it('names the path in the input as it came', () => {
    expect(faults(celery('celery.chain', { kwargs: { tasks: [celery('a', { args: {} })], more: 1 } }))).toEqual([
      'canvas.kwargs.more: unknown field (known: tasks)',
      'canvas.kwargs.tasks[0].args: must be an array',
    ])
  })
})
