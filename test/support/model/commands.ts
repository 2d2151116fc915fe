/** What may happen to a workflow, one script call each, as commands of fast-check. Numbers pick among what there is at that moment. */
import fc from 'fast-check'
import type { Hand, Look } from '../../engine/hand.js'
import type { Ending, Said, Walk } from './walk.js'

type Command = fc.AsyncCommand<Walk, Walk>

const ENDINGS: Ending[] = ['success', 'ignored', 'failure', 'retry', 'later', 'back', 'lost', 'report', 'replace', 'members']

/** A command by its name and numbers; `can` says whether there is anything to do. */
function command(text: string, act: (walk: Walk) => Promise<unknown>, can: (walk: Walk) => boolean = () => true): Command {
  return {
    check: can,
    run: async (_model, walk) => {
      try {
        await act(walk)
      } catch (error) {
        throw new Error(`${text}: ${(error as Error).message}`, { cause: error })
      }
    },
    toString: () => text,
  }
}

const at = <T>(list: readonly T[], k: number): T => list[k % list.length] as T
const handAt = (walk: Walk, k: number): Hand => at(walk.hands, k)
/** Nodes that have a record, in a fixed order, and the first one of the graph. */
const nodes = (walk: Walk): string[] => [...new Set(['0', ...walk.picture.records.keys()])].sort()
const failed = (walk: Walk): string[] => nodes(walk).filter((node) => walk.picture.records.get(node)?.startsWith('F'))
const over = (walk: Walk): string[] => nodes(walk).filter((node) => /^[SIVFRA]/.test(walk.picture.records.get(node) ?? ''))

const LIKELY: Ending[] = ['success', 'success', 'success', 'failure', 'failure', 'replace', 'members']

const pick = fc.nat(63)

/** What the process says in one turn: of what it holds, and now and then of what it holds no more. One attempt of a node at most. */
function endsOf(walk: Walk, hand: Hand, picks: readonly { k: number; ending: Ending; isLate: boolean }[]): Said[] {
  const said = new Map<string, Said>()
  for (const { k, ending, isLate } of picks) {
    const mine = (isLate ? walk.past : walk.held).filter((held) => held.hand === hand)
    if (mine.length === 0) continue
    const held = at(mine, k)
    said.set(held.attempt.node, { held, ending })
  }
  return [...said.values()]
}

const turn = fc
  .record({
    hand: pick,
    seeks: fc.constantFrom<Look[]>(0, 0, 1, 2),
    want: fc.integer({ min: 0, max: 4 }),
    picks: fc.array(
      fc.record({
        k: pick,
        ending: fc.constantFrom(...ENDINGS, ...LIKELY),
        isLate: fc.integer({ min: 0, max: 5 }).map((n) => n === 5),
      }),
      {
        maxLength: 4,
      },
    ),
  })
  .map(({ hand, seeks, want, picks }) => {
    const said = picks.map(({ k, ending, isLate }) => `${isLate ? 'late ' : ''}${ending} ${k}`)
    return command(`turn(${hand}, look ${seeks}, want ${want}: ${said})`, (walk) => {
      const who = handAt(walk, hand)
      return walk.turn(who, seeks as Look, want, endsOf(walk, who, picks as { k: number; ending: Ending; isLate: boolean }[]))
    })
  })

const repeat = pick.map((k) =>
  command(
    `repeat(${k})`,
    (walk) => walk.repeat(handAt(walk, k)),
    (walk) => handAt(walk, k).sequence > 0,
  ),
)
const due = pick.map((k) =>
  command(
    `due(${k})`,
    (walk) => walk.due(at(walk.picture.later, k)),
    (walk) => walk.picture.later.length > 0,
  ),
)
const begin = fc.tuple(pick, fc.constantFrom('a' as const, 'b' as const, 'n' as const)).map(([k, mark]) =>
  command(
    `begin(${k}, ${mark})`,
    (walk) => walk.handlerBegins(at(walk.held, k), mark),
    (walk) => walk.held.length > 0,
  ),
)
const reap = pick.map((k) => command(`reap(${k})`, (walk) => walk.reap(handAt(walk, k))))
const reopen = pick.map((k) => command(`reopen(${k})`, (walk) => walk.reopen(handAt(walk, k))))
const tend = fc.constant(command('tend', (walk) => walk.tend()))
const revoke = fc.constant(command('revoke', (walk) => walk.revoke([])))
const revokeTask = pick.map((k) => command(`revoke task(${k})`, (walk) => walk.revoke([at(nodes(walk), k)])))
const pause = fc.constant(command('pause', (walk) => walk.pause()))
const prioritize = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.array(pick, { maxLength: 2 }))
  .map(([priority, picks]) =>
    command(`prioritize(${priority}, ${picks})`, (walk) => walk.prioritize(priority, [...new Set(picks.map((k) => at(nodes(walk), k)))])),
  )
const resume = fc.constant(command('resume', (walk) => walk.resume()))
const examine = fc.constant(command('examine', (walk) => walk.examine()))
/** Of one that has not ended: it must be refused. */
const forget = fc.constant(
  command(
    'forget',
    (walk) => walk.forgetting(),
    (walk) => walk.picture.state !== 'e',
  ),
)
const retry = fc.constant(
  command(
    'retry',
    (walk) => walk.rerun([]),
    (walk) => walk.picture.state === 'e',
  ),
)
const rerun = fc.tuple(pick, pick).map(([k, m]) =>
  command(
    `rerun(${k}, ${m})`,
    (walk) => walk.rerun([...new Set([at(over(walk), k), at(over(walk), m)])]),
    (walk) => over(walk).length > 0,
  ),
)
const requeue = pick.map((k) =>
  command(
    `requeue(${k})`,
    (walk) => walk.requeue(at(failed(walk), k)),
    (walk) => failed(walk).length > 0,
  ),
)
/** Turns until the workflow has ended: what is done to one that has ended would hardly be met otherwise. */
const finish = fc.integer({ min: 0, max: 4 }).map((failing) =>
  command(
    `finish(${failing})`,
    (walk) => walk.finish(failing),
    (walk) => walk.picture.state !== 'e',
  ),
)

const STRIKES = {
  repeat,
  due,
  begin,
  reap,
  reopen,
  tend,
  revoke,
  revokeTask,
  pause,
  resume,
  prioritize,
  examine,
  forget,
  retry,
  rerun,
  requeue,
  finish,
}

/** What may be left out of a walk: with fewer sorts of calls, each of them meets more of what it alone would end. */
export const STRIKE_NAMES = Object.keys(STRIKES) as (keyof typeof STRIKES)[]

/** A command that is passed over in a walk that goes without its sort. */
function omissible(name: string, arbitrary: fc.Arbitrary<Command>): fc.Arbitrary<Command> {
  return arbitrary.map((one) => ({ ...one, check: (walk: Walk) => !walk.without.includes(name) && one.check(walk) }))
}

/** Among the commands that a walk is made of; the others are there once, those that make an end go on twice. */
const TURNS = 12

/** A walk: nearly half of it are turns. */
export function walks(steps: number): fc.Arbitrary<Iterable<Command>> {
  const strikes = Object.entries(STRIKES).map(([name, arbitrary]) => omissible(name, arbitrary))
  const again = [finish, retry, rerun, requeue, requeue]
  return fc.commands([...Array<typeof turn>(TURNS).fill(turn), ...strikes, ...again], { maxCommands: steps, size: 'max' })
}
