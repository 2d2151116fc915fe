/** Sets of days and months as bits, and the names of months and weekdays. */
export const ALL_DAYS = 0x7fff_ffff
export const ALL_MONTHS = 0xfff
export const ALL_WEEKDAYS = 0x7f

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** 0 .. n-1 */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** The numbers as bits. */
export const bitsOf = (values: Iterable<number>): number => {
  let bits = 0
  for (const value of values) bits |= 1 << value
  return bits
}

/** The days of a month, which begins on weekday `first`, for which the test holds. */
export function pickDays(first: number, length: number, test: (day: number, weekday: number) => boolean): number {
  let bits = 0
  for (let day = 1; day <= length; day++) if (test(day, (first + day - 1) % 7)) bits |= 1 << (day - 1)
  return bits
}

/** The days whose weekday and whose number both match; sets as bits (day d: bit d-1). */
export function bothDays(days: number, weekdays: number): (first: number, length: number) => number {
  return (first, length) => pickDays(first, length, (day, weekday) => (days & (1 << (day - 1))) !== 0 && (weekdays & (1 << weekday)) !== 0)
}
