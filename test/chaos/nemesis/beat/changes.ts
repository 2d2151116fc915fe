/**
 * Who changes schedules while beats fire them: a few people at once, each with schedules of their own, one change at a time. Every change is written down
 * with its answer; one that gets none is sent again until it is answered. Watched schedules are changed only in ways that must not cost a tick.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type Schedules } from '../../../../src/engine/index.js'
import type { SeededRandom } from '../../../support/random.js'
import { attempt } from '../attempt.js'
import type { Event } from '../history.js'
import type { ChangeEntry, ChangeKind } from './history.js'
import { CHANGED, changedId, changedSchedule, type PlannedSchedule } from './schedules.js'

export interface ChangesHost {
  schedules: Schedules
  write: (event: Event) => void
  random: SeededRandom
  /** Wall ms. */
  wall: () => number
}

const PEOPLE = 4
/** Between two changes of one person, ms. */
const PAUSE_MS = { least: 20, most: 150 }
const AGAIN_MS = 50
/** How far back a backfill goes, ms. */
const BACKFILL_MS = 5_000

const KINDS: readonly ChangeKind[] = [
  'same',
  'note',
  'note',
  'times',
  'times',
  'pause',
  'resume',
  'resume',
  'trigger',
  'trigger',
  'backfill',
  'delete',
]
/** Neither moves a tick. */
const HARMLESS: readonly ChangeKind[] = ['same', 'note']

type Answer = { answer: string; workflow?: string }

export class Changes {
  private ending = false
  private next = 0
  private readonly variants = new Map<number, number>()
  private people: Promise<void>[] = []

  constructor(
    private readonly host: ChangesHost,
    private readonly watched: readonly PlannedSchedule[],
  ) {}

  start(): void {
    this.people = Array.from({ length: PEOPLE }, (_, person) => this.person(person, this.host.random.fork()))
  }

  /** No further changes; those under way are waited for. */
  async end(): Promise<void> {
    this.ending = true
    await Promise.all(this.people)
  }

  /** Makes schedule `n` of those that are changed, as it is at first. */
  async make(n: number): Promise<void> {
    await this.upsert('make', n, {})
  }

  private async person(person: number, random: SeededRandom): Promise<void> {
    while (!this.ending) {
      await sleep(random.int(PAUSE_MS.least, PAUSE_MS.most))
      if (random.chance(0.3)) await this.changeWatched(person, random)
      else await this.change(person + PEOPLE * random.int(0, CHANGED / PEOPLE - 1), random)
    }
  }

  private async changeWatched(person: number, random: SeededRandom): Promise<void> {
    const mine = this.watched.filter((_, n) => n % PEOPLE === person)
    const { definition } = random.pick(mine)
    const kind = random.pick(HARMLESS)
    const note = kind === 'note' ? { note: `changed ${this.next}` } : {}
    await this.ask(kind, definition.id, async () => ({ answer: (await this.host.schedules.upsert({ ...definition, ...note })).outcome }))
  }

  private async change(n: number, random: SeededRandom): Promise<void> {
    const { schedules, wall } = this.host
    const id = changedId(n)
    const kind = random.pick(KINDS)
    if (kind === 'same' || kind === 'note' || kind === 'times') {
      if (kind === 'times') this.variants.set(n, random.int(0, 3))
      await this.upsert(kind, n, kind === 'note' ? { note: `changed ${this.next}` } : {})
    } else if (kind === 'pause') await this.ask(kind, id, async () => ({ answer: String(await schedules.pause(id)) }))
    else if (kind === 'resume') await this.ask(kind, id, async () => ({ answer: String(await schedules.resume(id)) }))
    else if (kind === 'trigger') await this.trigger(id, random)
    else if (kind === 'backfill') {
      const now = wall()
      const of = { from: now - BACKFILL_MS, to: now - 500, overlap: 'allowAll' } as const
      await this.ask(kind, id, async () => ({ answer: JSON.stringify({ ...(await schedules.backfill(id, of)), times: undefined }) }))
    } else await this.makeAgain(n, id)
  }

  private async makeAgain(n: number, id: string): Promise<void> {
    await this.ask('delete', id, async () => ({ answer: String(await this.host.schedules.delete(id)) }))
    await this.make(n)
  }

  /** The same request, once or twice: it submits once. */
  private async trigger(id: string, random: SeededRandom): Promise<void> {
    const requestId = `r${this.next}`
    for (let times = random.int(1, 2); times > 0; times--) {
      await this.ask('trigger', id, async () => {
        const { outcome, workflow } = await this.host.schedules.trigger(id, { requestId })
        return { answer: outcome, workflow }
      })
    }
  }

  private async upsert(kind: ChangeKind, n: number, more: { note?: string }): Promise<void> {
    const { definition } = changedSchedule(n, this.variants.get(n) ?? 0)
    await this.ask(kind, definition.id, async () => ({ answer: (await this.host.schedules.upsert({ ...definition, ...more })).outcome }))
  }

  private async ask(kind: ChangeKind, schedule: string, call: () => Promise<Answer>): Promise<void> {
    for (;;) {
      const id = this.next++
      const note = (type: ChangeEntry['type'], more: Partial<ChangeEntry> = {}): void =>
        this.host.write({ op: 'change', type, id, kind, schedule, ...more })
      note('invoke')
      const answer = await attempt(call)
      if (!(answer instanceof ChordisError)) return note('ok', answer)
      note(answer.retryable ? 'info' : 'fail', { error: `${answer.code}: ${answer.message}` })
      if (!answer.retryable) return
      await sleep(AGAIN_MS)
    }
  }
}
