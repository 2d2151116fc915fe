/**
 * Random cron lines together with what they mean, worked out here and not by the code under test: every part of a line is made as text and as
 * a set of numbers at once.
 */
import type { SeededRandom } from '../../support/random.js'

export interface Line {
  text: string
  minutes: Set<number>
  hours: Set<number>
  /** Whether the hour field is `*` or a step. */
  everyHour: boolean
  months: Set<number>
  day: (date: Day) => boolean
}
export interface Day {
  /** 1 to 31 */
  number: number
  /** 0 is Sunday. */
  weekday: number
  /** Days of the month. */
  length: number
}
interface Part {
  text: string
  set: Set<number>
}

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const range = (from: number, to: number, step = 1) =>
  new Set(Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step))

export function randomLine(random: SeededRandom): Line {
  const minute = field(random, 0, 59, 0.08)
  const hour = field(random, 0, 23, 0.25)
  const month = random.chance(0.6) ? { text: '*', set: range(1, 12) } : random.chance(0.3) ? named(random) : field(random, 1, 12, 0)
  const [byNumber, byWeekday] = [dayOfMonth(random), dayOfWeek(random)]
  const isOr = byNumber.text !== '*' && byWeekday.text !== '*'
  return {
    text: [minute.text, hour.text, byNumber.text, month.text, byWeekday.text].join(' '),
    minutes: minute.set,
    hours: hour.set,
    everyHour: hour.text.startsWith('*'),
    months: month.set,
    day: (date) => (isOr ? byNumber.day(date) || byWeekday.day(date) : byNumber.day(date) && byWeekday.day(date)),
  }
}

function field(random: SeededRandom, least: number, most: number, star: number): Part {
  if (random.chance(star)) return { text: '*', set: range(least, most) }
  const kind = random.int(0, 5)
  if (kind === 0) {
    const step = random.int(2, Math.floor((most - least + 1) / 2))
    return { text: `*/${step}`, set: range(least, most, step) }
  }
  const parts = Array.from({ length: kind < 4 ? 1 : random.int(2, 4) }, () => numberOrRange(random, least, most))
  return { text: parts.map(({ text }) => text).join(','), set: new Set(parts.flatMap(({ set }) => [...set])) }
}

function numberOrRange(random: SeededRandom, least: number, most: number): Part {
  const from = random.int(least, most)
  if (random.chance(0.7)) return { text: String(from), set: new Set([from]) }
  const to = random.int(from, Math.min(most, from + 8))
  const step = random.int(1, 3)
  return step === 1 ? { text: `${from}-${to}`, set: range(from, to) } : { text: `${from}-${to}/${step}`, set: range(from, to, step) }
}

function named(random: SeededRandom): Part {
  const month = random.int(1, 12)
  return { text: random.chance(0.5) ? MONTHS[month - 1]! : MONTHS[month - 1]!.toLowerCase(), set: new Set([month]) }
}

interface DayPart {
  text: string
  day: (date: Day) => boolean
}

function dayOfMonth(random: SeededRandom): DayPart {
  if (random.chance(0.5)) return { text: '*', day: () => true }
  const kind = random.int(0, 7)
  if (kind === 0) return { text: 'L', day: ({ number, length }) => number === length }
  if (kind === 1) return { text: 'LW', day: (date) => date.number === nearest(date.length, date) }
  if (kind === 2) {
    const wanted = random.int(1, 28)
    return { text: `${wanted}W`, day: (date) => date.number === nearest(wanted, date) }
  }
  const { text, set } = field(random, 1, 31, 0)
  if (kind === 3) return { text: `${text},L`, day: ({ number, length }) => set.has(number) || number === length }
  return { text, day: ({ number }) => set.has(number) }
}

/** The working day nearest to a day of the month of `date`, not leaving the month. */
function nearest(wanted: number, { number, weekday, length }: Day): number {
  const of = (day: number) => (((weekday + day - number) % 7) + 7) % 7
  const near = [wanted, wanted - 1, wanted + 1, wanted - 2, wanted + 2].filter((day) => day >= 1 && day <= length)
  return near.find((day) => of(day) !== 0 && of(day) !== 6)!
}

function dayOfWeek(random: SeededRandom): DayPart {
  if (random.chance(0.5)) return { text: '*', day: () => true }
  const first = random.int(0, 6)
  const kind = random.int(0, 5)
  const name = random.chance(0.5) ? DAYS[first]! : String(first === 0 && random.chance(0.5) ? 7 : first)
  if (kind === 0) {
    const nth = random.int(1, 5)
    return { text: `${name}#${nth}`, day: ({ number, weekday }) => weekday === first && Math.ceil(number / 7) === nth }
  }
  if (kind === 1) return { text: `${name}#L`, day: ({ number, weekday, length }) => weekday === first && number > length - 7 }
  if (kind === 2 && first < 6) {
    const last = random.int(first + 1, 6) // SUN-SUN is a whole week to croner, a day to others
    return { text: `${DAYS[first]}-${DAYS[last]}`, day: ({ weekday }) => weekday >= first && weekday <= last }
  }
  const second = random.int(0, 6)
  if (kind === 3) return { text: `${name},${second}`, day: ({ weekday }) => weekday === first || weekday === second }
  return { text: name, day: ({ weekday }) => weekday === first }
}
