/**
 * The workload of `--workload control`: between the workflows of workload.ts, some that are revoked, paused, resumed, retried and run again while they run,
 * or have a timeout. Some of their tasks fail in the first runs. Whoever retries one to its success gets the value of a run without faults.
 */
import { type Canvas, chain, chord, graph, group, signature } from '../../../src/engine/index.js'
import { SeededRandom } from '../../support/random.js'
import { planOf } from './deeds.js'
import { type Case, caseOf, type Made, right, sumTo, unitOf, upTo } from './workload.js'

type Shape = (random: SeededRandom) => Made

/** Share of the units that are operated on. */
const SHARE = 0.6

const taskMs = (random: SeededRandom): number => (random.chance(0.3) ? random.int(20, 120) : random.int(0, 10))

/** A task that answers `value`; one in eight fails in the first run, or in the first two. */
function task(random: SeededRandom, value: number, name = 'work') {
  const kwargs = { ms: taskMs(random) }
  return random.chance(0.125)
    ? signature(name === 'become' ? 'waver' : 'frail', [value], { ...kwargs, until: random.int(2, 3) })
    : signature(name, [value], kwargs)
}

const tasks = (random: SeededRandom, count: number) => upTo(count).map((i) => task(random, i))

/** A step of a chain: hands on what it is given; may fail as {@link task} does. */
const step = (random: SeededRandom) =>
  random.chance(0.125) ? signature('frail', [], { ms: taskMs(random), until: 2 }) : signature('work', [], { ms: taskMs(random) })

const SHAPES: { [name: string]: { weight: number; make: Shape } } = {
  'controlled chain': {
    weight: 5,
    make: (random) => ({ canvas: chain(task(random, 1), ...upTo(random.int(2, 9)).map(() => step(random))), expected: right(1) }),
  },
  'controlled group': {
    weight: 3,
    make: (random) => {
      const count = random.int(3, 20)
      return { canvas: group(tasks(random, count)), expected: right(upTo(count)) }
    },
  },
  'controlled chord': {
    weight: 6,
    make: (random) => {
      const count = random.int(3, 24)
      return { canvas: chord(tasks(random, count), signature('total')), expected: right({ count, sum: sumTo(count) }) }
    },
  },
  'controlled nest': {
    weight: 4,
    make: (random) => ({
      canvas: chain(
        group(tasks(random, 6)),
        signature('add'),
        step(random),
        group(signature('add', [1]), signature('become')),
        signature('total'),
      ),
      expected: right({ count: 2, sum: 31 }),
    }),
  },
  'controlled chords': {
    weight: 2,
    make: (random) => ({
      canvas: chord(
        upTo(4).map((i) => chord(tasks(random, 5), signature('add', [i]))),
        signature('total'),
      ),
      expected: right({ count: 4, sum: 46 }),
    }),
  },
  'controlled replacement': {
    weight: 3,
    make: (random) => ({ canvas: chain(task(random, 5, 'become'), step(random), signature('add', [1])), expected: right(6) }),
  },
  'controlled extension': {
    weight: 3,
    make: (random) => ({
      canvas: chord([task(random, 1), signature('extend', [2, 100]), task(random, 3)], signature('total')),
      expected: right({ count: 4, sum: 106 }),
    }),
  },
  'controlled stumbling': {
    weight: 2,
    make: (random) => ({ canvas: chain(task(random, 3), signature('stumble'), step(random)), expected: right(3) }),
  },
  'controlled delay': {
    weight: 3,
    make: (random) => ({
      canvas: chain(task(random, 1), signature('add', [1]).set({ countdownMs: random.int(20, 300) }), step(random)),
      expected: right(2),
    }),
  },
  'controlled graph': {
    weight: 2,
    make: (random) => ({
      canvas: graph({
        a: task(random, 1),
        b: task(random, 2),
        c: signature('echo').after('a', 'b'),
        d: signature('echo').after('a'),
      }),
      expected: right({ c: { a: 1, b: 2 }, d: { a: 1 } }),
    }),
  },
  'controlled callback': {
    weight: 2,
    make: (random) => ({
      canvas: chain(task(random, 1), step(random).onError(signature('heard').set({ immutable: true })), signature('add', [1])),
      expected: right(2),
    }),
  },
  'controlled task': { weight: 4, make: (random) => ({ canvas: task(random, 7), expected: right(7) }) },
  // Wider than what one script does.
  'controlled width': {
    weight: 4,
    make: (random) => {
      const count = random.int(700, 2_000)
      const member = (i: number): Canvas =>
        i % 200 === 7
          ? signature('frail', [i], { until: 2 })
          : random.chance(0.02)
            ? signature('work', [i], { ms: 40 })
            : signature('echo', [i])
      return { canvas: chord(upTo(count).map(member), signature('total')), expected: right({ count, sum: sumTo(count) }) }
    },
  },
}

/** Names of all shapes that only this workload has. */
export const controlledShapes = (): string[] => [...Object.keys(SHAPES), 'late', 'timed']

/** The n-th unit of the workload of a seed. */
export function controlUnitOf(seed: number, n: number): Case[] {
  const random = new SeededRandom((seed ^ Math.imul(n + 1, 0x85ebca6b)) >>> 0)
  if (!random.chance(SHARE)) return unitOf(seed, n)
  return [random.chance(0.1) ? timedCase(`c-${n}`, random) : controlledCase(`c-${n}`, random)]
}

function controlledCase(id: string, random: SeededRandom): Case {
  const shape = weighted(random)
  return { ...caseOf(id, shape, (SHAPES[shape] as { make: Shape }).make(random)), plan: planOf(random, shape === 'controlled width') }
}

/** `late` never ends in its time; `timed` may. Neither is retried: it has no longer then. */
function timedCase(id: string, random: SeededRandom): Case {
  const count = random.int(3, 12)
  const waits = signature('add', [1]).set({ countdownMs: 600_000 })
  const [shape, made]: [string, Made] = random.chance(0.5)
    ? ['late', { canvas: chain(group(tasks(random, count)), waits, signature('add', [1])), expected: right(sumTo(count) + 2) }]
    : ['timed', { canvas: chord(tasks(random, count), signature('total')), expected: right({ count, sum: sumTo(count) }) }]
  return { ...caseOf(id, shape, made), plan: { deeds: [], retries: false, timeoutMs: random.int(20, 400) } }
}

function weighted(random: SeededRandom): string {
  const names = Object.entries(SHAPES)
  let left = random.next() * names.reduce((sum, [, { weight }]) => sum + weight, 0)
  for (const [name, { weight }] of names) {
    left -= weight
    if (left <= 0) return name
  }
  return 'controlled chain'
}
