/** The workload: workflows of several shapes, whose right end is known before they are sent. The seed and the number make the same one again. */
import { type Canvas, chain, chord, graph, group, type Json, map, signature } from '../../../src/engine/index.js'
import { type Join, joinsOf } from '../../support/graph-order.js'
import { SeededRandom } from '../../support/random.js'
import type { ControlPlan } from './deeds.js'
import type { Expected } from './history.js'

/** One workflow to be submitted. Without an id the client makes one, and a plain task goes the short way. */
export interface Case {
  id?: string
  shape: string
  canvas: unknown
  expected: Expected
  tasks: number
  joins: Join[]
  /** How it is operated on; absent: it is left alone. */
  plan?: ControlPlan
}

export interface Made {
  canvas: Canvas
  expected: Expected
}

type Shape = (random: SeededRandom) => Made

export const right = (result: Json): Expected => ({ state: 'SUCCESS', result })
const wrong = (error: string): Expected => ({ state: 'FAILURE', error })

const work = (value: Json, ms = 0) => signature('work', [value], ms > 0 ? { ms } : {})
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
export const sumTo = (count: number): number => (count * (count - 1)) / 2

/** Mostly short; now and then long enough for a fault to hit a handler. */
const taskMs = (random: SeededRandom): number => (random.chance(0.1) ? random.int(20, 150) : random.int(0, 3))
const someWork = (random: SeededRandom, count: number) => upTo(count).map((i) => work(i, taskMs(random)))

const SHAPES: { [name: string]: { weight: number; make: Shape } } = {
  chain: {
    weight: 4,
    make: (random) => ({ canvas: chain(work(1, taskMs(random)), ...upTo(4).map((i) => signature('add', [i]))), expected: right(7) }),
  },
  group: {
    weight: 4,
    make: (random) => {
      const count = random.int(4, 24)
      return { canvas: group(someWork(random, count)), expected: right(upTo(count)) }
    },
  },
  chord: {
    weight: 6,
    make: (random) => {
      const count = random.int(3, 30)
      return { canvas: chord(someWork(random, count), signature('total')), expected: right({ count, sum: sumTo(count) }) }
    },
  },
  nested: {
    weight: 4,
    make: (random) => ({
      canvas: chain(group(someWork(random, 6)), signature('add'), group(signature('add', [1]), signature('become')), signature('total')),
      expected: right({ count: 2, sum: 31 }),
    }),
  },
  chords: {
    weight: 2,
    make: (random) => {
      const inner = upTo(4).map((i) => chord(someWork(random, 5), signature('add', [i])))
      return { canvas: chord(inner, signature('total')), expected: right({ count: 4, sum: 46 }) }
    },
  },
  retry: {
    weight: 3,
    make: () => ({ canvas: chain(work(3), signature('stumble'), signature('add', [1])), expected: right(4) }),
  },
  replace: {
    weight: 2,
    make: (random) => ({ canvas: chain(signature('become', [5], { ms: taskMs(random) }), signature('add', [1])), expected: right(6) }),
  },
  extend: {
    weight: 2,
    make: () => ({
      canvas: chord([work(1), signature('extend', [2, 100]), work(3)], signature('total')),
      expected: right({ count: 4, sum: 106 }),
    }),
  },
  delay: {
    weight: 2,
    make: (random) => ({
      canvas: chain(work(1), signature('add', [1]).set({ countdownMs: random.int(50, 400) }), signature('add', [1])),
      expected: right(3),
    }),
  },
  graph: {
    weight: 2,
    make: (random) => ({
      canvas: graph({
        a: work(1, taskMs(random)),
        b: work(2, taskMs(random)),
        c: signature('echo').after('a', 'b'),
        d: signature('echo').after('a'),
      }),
      expected: right({ c: { a: 1, b: 2 }, d: { a: 1 } }),
    }),
  },
  map: { weight: 1, make: () => ({ canvas: chain(map('work', upTo(10)), signature('add')), expected: right(45) }) },
  failure: {
    weight: 2,
    make: () => ({
      canvas: chain(work(1), signature('refuse').onError(signature('heard').set({ immutable: true })), signature('add', [1])),
      expected: wrong('TypeError'),
    }),
  },
  'failed chord': {
    weight: 2,
    make: (random) => ({
      canvas: chord([...someWork(random, 4), signature('refuse')], signature('total')),
      expected: wrong('ChordError'),
    }),
  },
  wide: {
    weight: 6,
    make: (random) => {
      const count = random.int(200, 500)
      const members = upTo(count).map((i) => (random.chance(0.02) ? work(i, 40) : signature('echo', [i])))
      return { canvas: chord(members, signature('total')), expected: right({ count, sum: sumTo(count) }) }
    },
  },
  'large inputs': {
    weight: 1,
    make: () => ({
      canvas: chord(
        upTo(40).map(() => signature('text', [4_000])),
        signature('lengths'),
      ),
      expected: right(160_000),
    }),
  },
  'large submit': {
    weight: 0.1,
    make: () => ({
      canvas: chord(
        upTo(2_500).map((i) => (i % 2 === 0 ? signature('echo', [i]) : chain(signature('echo', [i]), signature('echo')))),
        signature('total'),
      ),
      expected: right({ count: 2_500, sum: sumTo(2_500) }),
    }),
  },
}

/** Plain tasks that travel together. */
const PLAIN = 20

/** Names of all shapes. */
export const shapeNames = (): string[] => ['plain', ...Object.keys(SHAPES)]

/** A case of a canvas whose end is known. */
export function caseOf(id: string | undefined, shape: string, { canvas, expected }: Made): Case {
  return { ...(id === undefined ? {} : { id }), shape, canvas, expected, ...joinsOf(canvas) }
}

/** The n-th unit of the workload of a seed: one workflow, or several plain tasks. */
export function unitOf(seed: number, n: number): Case[] {
  const random = new SeededRandom((seed ^ Math.imul(n + 1, 0x9e3779b1)) >>> 0)
  if (random.chance(0.15))
    return upTo(PLAIN).map((i) => caseOf(undefined, 'plain', { canvas: work(i, taskMs(random)), expected: right(i) }))
  const shape = weighted(random)
  return [caseOf(`w-${n}`, shape, (SHAPES[shape] as { make: Shape }).make(random))]
}

/** A large workflow, stored in several pieces. */
export const largeCase = (id: string): Case =>
  caseOf(id, 'large submit', (SHAPES['large submit'] as { make: Shape }).make(new SeededRandom(1)))

/** A plain task on a queue. */
export function probeCase(id: string, queue: string, task = 'echo', args: Json[] = ['here']): Case {
  const expected = task === 'block' ? right('done') : task === 'poison' ? wrong('WorkerLostError') : right(args[0] as Json)
  return caseOf(id, task === 'echo' ? 'probe' : task, { canvas: signature(task, args).set({ queue }), expected })
}

function weighted(random: SeededRandom): string {
  const names = Object.entries(SHAPES)
  let left = random.next() * names.reduce((sum, [, { weight }]) => sum + weight, 0)
  for (const [name, { weight }] of names) {
    left -= weight
    if (left <= 0) return name
  }
  return 'chain'
}
