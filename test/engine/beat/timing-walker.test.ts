/**
 * Next times against a brute-force walk: 3 years of every minute in 12 zones. 40 random lines, or 500 with CHORDIS_VERIFY=1.
 */
import { beforeAll, expect, test } from 'vitest'
import { readTiming, timetableOf } from '../../../src/engine/beat/timing/index.js'
import type { ChordisError } from '../../../src/engine/protocol/errors.js'
import type { SeededRandom } from '../../support/random.js'
import { seeded } from '../../support/seed.js'
import { type Line, randomLine } from './random-line.js'
import { dueByWalking, type Walk, walkOf } from './walker.js'

const LINES = process.env.CHORDIS_VERIFY === '1' ? 500 : 20
const YEARS = 3
/** First year of the walk: years in which the zone's clock does what it is known for. */
const ZONES: { [zone: string]: number } = {
  UTC: 2024,
  'Europe/Berlin': 2024,
  'Europe/London': 2024,
  'America/New_York': 2024,
  'America/St_Johns': 2010, // changes at 00:01 until 2011
  'America/Sao_Paulo': 2017, // midnight does not exist on the day summer begins; no summer time from 2019
  'Australia/Lord_Howe': 2024, // half an hour
  'Pacific/Chatham': 2024, // +12:45
  'Pacific/Apia': 2010, // 30 December 2011 does not exist
  'Africa/Casablanca': 2024, // four changes a year
  'Asia/Tehran': 2020, // at midnight; none from 2023
  'Asia/Kathmandu': 2024, // +05:45, no changes
}
let walks: Walk[]

beforeAll(() => {
  walks = Object.entries(ZONES).map(([zone, year]) => walkOf(zone, Date.UTC(year, 0), Date.UTC(year + YEARS, 0)))
})

test(`${LINES} random cron lines are due exactly when a walk through every minute of ${YEARS} years in 12 zones says`, () => {
  const random = seeded()
  for (let i = 0; i < LINES; i++) {
    const line = randomLine(random)
    for (const walk of walks) compare(line, walk, random)
  }
}, 1_800_000)

function compare(line: Line, walk: Walk, random: SeededRandom): void {
  const due = dueByWalking(line, walk)
  const last = walk.from + walk.walls.length * 60_000 - 1
  const table = timetable(line, walk.zone)
  // What is before the first minute is unknown to the walk.
  const times = table?.between(walk.from, last, due.length + 1) ?? []
  const expected = due[0] === walk.from ? due.slice(1) : due
  if (!same(times, expected)) expect(shown(times, expected), `${line.text} in ${walk.zone}`).toEqual([])
  for (let k = 0; k < 20 && table !== undefined; k++) {
    const at = random.int(walk.from, last)
    const index = due.findLastIndex((time) => time <= at)
    expect(table.latest(walk.from - 1, at), `${line.text} in ${walk.zone} at or before ${at}`).toBe(due[index] ?? null)
    if (index + 1 < due.length) expect(table.after(at), `${line.text} in ${walk.zone} after ${at}`).toBe(due[index + 1])
  }
}

/** None for a line that names no date at all. */
function timetable(line: Line, timeZone: string) {
  try {
    return timetableOf(readTiming({ rules: [line.text], timeZone }))
  } catch (error) {
    expect((error as ChordisError).message, line.text).toContain('is never due')
    return undefined
  }
}

const same = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((time, i) => time === b[i])

/** The first five times that only one side has. */
function shown(times: readonly number[], expected: readonly number[]): string[] {
  const [ours, theirs] = [new Set(times), new Set(expected)]
  const only = [...times.filter((time) => !theirs.has(time)), ...expected.filter((time) => !ours.has(time))].sort((a, b) => a - b)
  return only.slice(0, 5).map((time) => `${new Date(time).toISOString()} ${ours.has(time) ? 'only here' : 'only by walking'}`)
}
