/**
 * A second opinion: cron-parser 5, on random lines, where both libraries say what a line means. Left out, with the reason:
 *
 * - `W`, and `L` beside other days: cron-parser has neither. Its last Friday is written `5L`, ours `FRI#L` or `5L`.
 * - `#` and `5L` beside a day of month that is restricted: cron-parser then takes every such weekday, not the nth.
 * - a value that a field names twice (`1,1-3`): cron-parser refuses it.
 * - days on which a clock is moved: cron-parser has a rule of its own; the walk of timing-walker.test.ts judges those.
 */
import { CronExpressionParser } from 'cron-parser'
import { expect, test } from 'vitest'
import { readTiming, timetableOf } from '../../../src/engine/beat/timing/index.js'
import { seeded } from '../../support/seed.js'
import { randomLine } from './random-line.js'

const LINES = process.env.CHORDIS_VERIFY === '1' ? 2000 : 300
/** Each with a stretch in which its clock is not moved. */
const STRETCHES = [
  { timeZone: 'UTC', from: Date.UTC(2024, 0, 1), to: Date.UTC(2044, 0, 1) },
  { timeZone: 'Asia/Kathmandu', from: Date.UTC(2024, 0, 1), to: Date.UTC(2044, 0, 1) },
  { timeZone: 'Europe/Berlin', from: Date.UTC(2026, 3, 1), to: Date.UTC(2026, 9, 20) },
  { timeZone: 'Pacific/Chatham', from: Date.UTC(2026, 3, 8), to: Date.UTC(2026, 8, 20) },
]

test(`${LINES} random cron lines are due when cron-parser says, where no clock is moved`, () => {
  const random = seeded()
  let compared = 0
  while (compared < LINES) {
    const { text } = randomLine(random)
    const { timeZone, from, to } = random.pick(STRETCHES)
    const start = random.int(from / 1000, to / 1000) * 1000
    const second = isShared(text) ? theirs(text, timeZone, start, to) : undefined
    if (second === undefined) continue
    expect(ours(text, timeZone, start, to), `${text} in ${timeZone} after ${start}`).toEqual(second)
    compared += 1
  }
})

test.each(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@hourly', '*/20 * * * * *', '5-7 30 8 * * MON-FRI'])(
  '%s is due when cron-parser says',
  (line) => {
    const [from, to] = [Date.UTC(2026, 3, 1, 12, 34, 56), Date.UTC(2040, 0, 1)]
    expect(ours(line, 'UTC', from, to)).toEqual(theirs(line, 'UTC', from, to))
  },
)

function isShared(text: string): boolean {
  const [, , byNumber = '', , byWeekday = ''] = text.split(' ')
  if (byNumber.includes('W') || byNumber.includes(',L')) return false
  return !byWeekday.includes('#') || byNumber === '*'
}

function ours(line: string, timeZone: string, from: number, to: number): number[] {
  try {
    return timetableOf(readTiming({ rules: [line], timeZone })).between(from, to, 10)
  } catch {
    return [] // an impossible date
  }
}

/** undefined: it refuses a value that is named twice. */
function theirs(line: string, tz: string, from: number, to: number): number[] | undefined {
  const times: number[] = []
  try {
    const expression = CronExpressionParser.parse(line.replace('#L', 'L'), { currentDate: new Date(from), tz })
    for (let time = expression.next().getTime(); time <= to && times.length < 10; time = expression.next().getTime()) times.push(time)
  } catch (error) {
    const { message } = error as Error
    if (message.includes('duplicate values')) return undefined
    if (!/Invalid explicit day of month|loop limit|out of the time span/i.test(message)) throw error
  }
  return times
}
