/**
 * What the log of events costs: chords of 500 and plain tasks, with nothing told, with workflows told, and with everything told, in turn on one Redis and
 * one worker process. Redis's CPU time and the time it took, both compared to `off`: medians over the turns.
 */
import { type Session, workload } from '../contract.js'

const LEVELS = ['off', 'workflows', 'tasks'] as const
const TURNS = 15
const CHORDS = 20
const WIDTH = 500
const PLAIN = 10_000

interface Cost {
  cpu: number
  wall: number
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
/** How one level compares to another, turn by turn, in percent. */
const percent = (costs: Cost[], base: Cost[], of: keyof Cost): number =>
  median(costs.map((one, turn) => (100 * one[of]) / (base[turn] as Cost)[of]))

export const eventLevels = workload({
  name: 'event-levels',
  rows: Object.fromEntries(
    ['chord-500', 'plain'].flatMap((what) =>
      ['workflows', 'tasks'].flatMap((level) => [
        [`events-${what}-${level}-redis-cpu`, { unit: '% of off', better: 'less' }],
        [`events-${what}-${level}-time`, { unit: '% of off', better: 'less' }],
      ]),
    ),
  ),
  // Asked for by name: the question is our own.
  rounds: { full: 0, quick: 0 },
  only: ['chordis'],
  limitMs: 300_000,
  needs: ['chords', 'tasks', 'eventLevel'],
  async run(session, { redis }) {
    const cost = async (work: () => Promise<void>): Promise<Cost> => {
      const [cpu, from] = [await redis.cpuSeconds(), performance.now()]
      await work()
      return { wall: performance.now() - from, cpu: (await redis.cpuSeconds()) - cpu }
    }
    await session.startWorkers({ concurrency: 100 })
    const kinds = { 'chord-500': () => chords(session), plain: () => plain(session) }
    const figures: Record<string, number> = {}
    for (const [what, work] of Object.entries(kinds)) {
      const costs = await inTurn(session, () => cost(work))
      for (const level of ['workflows', 'tasks'] as const) {
        for (const [name, of] of [
          ['redis-cpu', 'cpu'],
          ['time', 'wall'],
        ] as const) {
          figures[`events-${what}-${level}-${name}`] = percent(costs[level], costs.off, of)
        }
      }
    }
    return figures
  },
})

/** Every level once a turn, so that what slows the machine down meets all of them. The first turn warms up. */
async function inTurn(
  session: Session & Required<Pick<Session, 'eventLevel'>>,
  measure: () => Promise<Cost>,
): Promise<Record<(typeof LEVELS)[number], Cost[]>> {
  const costs = { off: [] as Cost[], workflows: [] as Cost[], tasks: [] as Cost[] }
  for (let turn = 0; turn <= TURNS; turn++) {
    // Another one comes first every time: what is stored grows.
    for (const level of LEVELS.map((_, k) => LEVELS[(k + turn) % LEVELS.length] as (typeof LEVELS)[number])) {
      await session.eventLevel(level)
      const cost = await measure()
      if (turn > 0) costs[level].push(cost)
    }
  }
  return costs
}

async function chords(session: Required<Pick<Session, 'chords'>>): Promise<void> {
  await (await session.chords(CHORDS, WIDTH)).ended
}

async function plain(session: Session & Required<Pick<Session, 'tasks'>>): Promise<void> {
  const before = session.tally.count
  await session.tasks(PLAIN, { kind: 'noop' })
  await session.tally.until(before + PLAIN)
}
