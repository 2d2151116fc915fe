/** Limits: depth before anything else, nodes, amplification; and that large canvases read fast. */
import { describe, expect, it } from 'vitest'
import { type Canvas, chain, group, lowerLimits, readCanvas, signature } from '../../../src/engine/canvas/index.js'

const task = { task: 'a' }

function nest(levels: number, inner: unknown, wrap: (inner: unknown) => unknown): unknown {
  let canvas = inner
  for (let i = 0; i < levels; i++) canvas = wrap(canvas)
  return canvas
}

const exceeded = (path: string, text: RegExp) =>
  expect.objectContaining({ code: 'limit-exceeded', path, message: expect.stringMatching(text) })

function refusal(input: unknown, limits = {}): unknown {
  try {
    return readCanvas(input, { limits })
  } catch (error) {
    return error
  }
}

describe('depth', () => {
  it('64 canvases in one another are read, 65 are refused', () => {
    const inGroup = (inner: unknown) => ({ group: [inner] })
    expect(readCanvas(nest(64, task, inGroup))).toMatchObject({ kind: 'group' })
    expect(refusal(nest(65, task, inGroup))).toEqual(exceeded(`canvas${'.group[0]'.repeat(65)}`, /deeper than 64 canvases/))
    expect(refusal(nest(65, { group: [] }, inGroup))).toMatchObject({ code: 'limit-exceeded' })
    expect(refusal(nest(65, { chain: [task] }, inGroup))).toMatchObject({ code: 'limit-exceeded' })
  })

  it('bodies and last steps in one another do not count', () => {
    expect(readCanvas(nest(200, task, (body) => ({ chord: { header: [task], body } })))).toMatchObject({ kind: 'chord' })
    expect(readCanvas(nest(200, task, (last) => ({ chain: [task, last] })))).toMatchObject({ kind: 'chain' })
  })

  it('callbacks of callbacks count', () => {
    const link = (inner: unknown) => ({ task: 'a', options: { link: [inner] } })
    expect(readCanvas(nest(64, task, link))).toMatchObject({ kind: 'task' })
    expect(refusal(nest(65, task, link))).toMatchObject({ code: 'limit-exceeded' })
  })

  it('JSON of 512 levels is read, of 513 and of a million refused, by path', () => {
    const args = (levels: number) => ({ task: 'a', args: nest(levels - 1, 1, (inner) => [inner]) })
    expect(readCanvas(args(512))).toMatchObject({ task: 'a' })
    expect(refusal(args(513))).toEqual(exceeded(`canvas.args${'[0]'.repeat(23)}…`, /deeper than 512 levels/))
    expect(refusal(JSON.parse(`{"task":"a","args":${'['.repeat(1e6)}${']'.repeat(1e6)}}`))).toMatchObject({ code: 'limit-exceeded' })
  })

  it('a cycle is refused, whether in arguments, in the canvas or made by toJSON', () => {
    const args: unknown[] = []
    args.push(args)
    const canvas: { group: unknown[] } = { group: [task] }
    canvas.group.push(canvas)
    const endless = { toJSON: () => [endless] }
    for (const input of [{ task: 'a', args }, canvas, { task: 'a', args: [endless] }]) {
      expect(refusal(input)).toMatchObject({ code: 'limit-exceeded', message: expect.stringContaining('or contains itself') })
    }
  })
})

describe('size', () => {
  it('100,001 nodes are refused at the one too many', () => {
    const members = Array.from({ length: 100_001 }, () => task)
    expect(refusal({ group: members })).toEqual(exceeded('canvas.group[100000]', /at most 100000/))
    expect(readCanvas({ group: members }, { limits: { nodes: 100_001 } })).toMatchObject({ kind: 'group' })
  })

  it('callbacks, chunks and empty groups count as nodes', () => {
    expect(refusal({ task: 'a', options: { link: [task, task] } }, { nodes: 2 })).toEqual(exceeded('canvas.options.link[1]', /node 3/))
    expect(refusal({ chunks: { task: 'a', items: [[], [], []], size: 1 } }, { nodes: 2 })).toMatchObject({ code: 'limit-exceeded' })
    expect(refusal({ chain: [{ group: [] }, { group: [] }, { group: [] }] }, { nodes: 2 })).toMatchObject({ code: 'limit-exceeded' })
  })

  it('objects shared 2^60 times are refused, not walked', () => {
    let canvas: Canvas = signature('a')
    for (let i = 0; i < 60; i++) canvas = group(canvas, canvas)
    expect(refusal(canvas)).toMatchObject({ code: 'limit-exceeded' })
  })

  it("a compound's arguments are not multiplied without bound", () => {
    const tasks = Array.from({ length: 1000 }, () => task)
    const input = { task: 'celery.group', args: Array.from({ length: 2000 }, () => 1), kwargs: { tasks }, subtask_type: 'group' }
    expect(refusal(input)).toEqual(exceeded('canvas.args', /too many nodes/))
  })

  it('100,000 members read in well under a second', () => {
    const text = JSON.stringify({
      group: Array.from({ length: 100_000 }, (_, i) => ({ task: 'a', args: [i, 'x'], kwargs: { k: i }, options: { queue: 'q' } })),
    })
    const input: unknown = JSON.parse(text)
    const before = process.cpuUsage()
    readCanvas(input)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(1000)
  })

  it('a chain of 10,000 steps reads from builders', () => {
    const steps = Array.from({ length: 10_000 }, (_, i) => signature('a', [i]))
    expect(readCanvas(chain(steps))).toMatchObject({ kind: 'chain' })
  })
})

describe('members and payloads', () => {
  it('a group, a header and a graph are as wide as is allowed, and the one that is wider is told by its path', () => {
    const members = [task, task, task]
    const nodes = { a: task, b: task, c: task }
    for (const [input, path] of [
      [{ group: members }, 'canvas'],
      [{ chain: [task, { chord: { header: members, body: task } }] }, 'canvas.chain[1]'],
      [{ group: [{ graph: { nodes } }] }, 'canvas.group[0]'],
      [{ chunks: { task: 'a', items: [[1], [2], [3]], size: 1 } }, 'canvas'],
    ] as const) {
      expect(readCanvas(input, { limits: { members: 3 } })).toBeDefined()
      expect(refusal(input, { members: 2 })).toEqual(exceeded(path, /has 3 members; at most 2/))
    }
    expect(readCanvas({ chain: members }, { limits: { members: 1 } })).toMatchObject({ kind: 'chain' })
  })

  it('arguments are counted as the bytes of their JSON, those by name too', () => {
    const call = { task: 'a', args: ['ää'], kwargs: { k: 1 } }
    const bytes = Buffer.byteLength('[["ää"],{"k":1}]')
    expect(readCanvas(call, { limits: { payloadBytes: bytes } })).toMatchObject({ task: 'a' })
    expect(refusal({ group: [task, call] }, { payloadBytes: bytes - 1 })).toEqual(exceeded('canvas.group[1].args', /16 bytes|18 bytes/))
    expect(refusal({ map: { task: 'a', items: [1, 2, 3] } }, { payloadBytes: 9 })).toMatchObject({ code: 'limit-exceeded' })
  })

  it('of two sets of limits the lower of each holds', () => {
    expect(lowerLimits({ nodes: 10, depth: 5 }, { nodes: 20, members: 3 })).toEqual({ nodes: 10, depth: 5, members: 3 })
  })
})
