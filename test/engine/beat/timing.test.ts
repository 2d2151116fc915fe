import { describe, expect, test } from 'vitest'
import { readTiming, timetableOf } from '../../../src/engine/beat/timing/index.js'

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().replace('.000Z', 'Z'))
const from = (timing: unknown, after: string, count = 3) =>
  timetableOf(readTiming(timing)).between(Date.parse(after), Number.MAX_SAFE_INTEGER, count).map(iso)

describe('each kind of rule', () => {
  test('a cron line of six fields begins with seconds', () => {
    expect(from('*/30 59 23 * * *', '2026-01-31T12:00:00Z')).toEqual([
      '2026-01-31T23:59:00Z',
      '2026-01-31T23:59:30Z',
      '2026-02-01T23:59:00Z',
    ])
  })

  test('day of month and day of week, both restricted, are joined with OR, and with AND behind a plus', () => {
    expect(from('0 0 13 * FRI', '2026-11-05T00:00:00Z', 2)).toEqual(['2026-11-06T00:00:00Z', '2026-11-13T00:00:00Z'])
    expect(from('0 0 13 * +FRI', '2026-11-13T00:00:00Z', 2)).toEqual(['2027-08-13T00:00:00Z', '2028-10-13T00:00:00Z'])
  })

  test('29 February on a Monday is found 28 years later, and 40 years later across 2100', () => {
    expect(from('0 0 29 2 +MON', '2024-01-01T00:00:00Z', 2)).toEqual(['2044-02-29T00:00:00Z', '2072-02-29T00:00:00Z'])
    expect(from('0 0 29 2 +MON', '2072-03-01T00:00:00Z', 1)).toEqual(['2112-02-29T00:00:00Z'])
  })

  test('Celery’s crontab joins day of month and day of week with AND, and takes its own names and ours', () => {
    const friday13 = ['2026-11-13T00:00:00Z', '2027-08-13T00:00:00Z']
    expect(from({ crontab: { minute: 0, hour: '0', day_of_month: 13, day_of_week: 'fri' } }, '2026-11-05T00:00:00Z', 2)).toEqual(friday13)
    expect(from({ crontab: { minute: 0, hour: [0], dayOfMonth: '13', dayOfWeek: [5] } }, '2026-11-05T00:00:00Z', 2)).toEqual(friday13)
  })

  test('an interval counts from the epoch, whatever the zone', () => {
    expect(from({ rules: [{ everyMs: 7_200_000, offsetMs: 900_000 }], timeZone: 'Asia/Kathmandu' }, '2026-03-29T00:15:00Z', 2)).toEqual([
      '2026-03-29T02:15:00Z',
      '2026-03-29T04:15:00Z',
    ])
    expect(timetableOf(readTiming({ everyMs: 333 })).after(1_000)).toBe(1332)
  })

  test('a calendar is due at midnight unless it says otherwise', () => {
    expect(from({ calendar: { dayOfWeek: 'SATURDAY' } }, '2026-11-21T00:00:00Z', 1)).toEqual(['2026-11-28T00:00:00Z'])
    const office = { hour: { start: 9, end: 17, step: 4 }, minute: [0, 30], dayOfWeek: { start: 'MON', end: 'FRI' } }
    expect(from({ calendar: office }, '2026-11-20T13:30:00Z', 3)).toEqual([
      '2026-11-20T17:00:00Z',
      '2026-11-20T17:30:00Z',
      '2026-11-23T09:00:00Z',
    ])
  })

  test('a calendar that names years ends with them', () => {
    expect(from({ calendar: { year: [2026, 2090], month: 'dec', dayOfMonth: 24 } }, '2026-11-21T00:00:00Z', 5)).toEqual([
      '2026-12-24T00:00:00Z',
      '2090-12-24T00:00:00Z',
    ])
    const table = timetableOf(readTiming({ calendar: { year: 2026, month: 12, dayOfMonth: 31 } }))
    expect(table.after(Date.UTC(2027, 0))).toBeNull()
    expect(iso(table.latest(0, Date.UTC(2999, 0)))).toBe('2026-12-31T00:00:00Z')
  })

  test('several calendars are a union', () => {
    expect(from({ calendar: [{ hour: 9 }, { hour: 12 }] }, '2026-11-21T00:00:00Z', 3)).toEqual([
      '2026-11-21T09:00:00Z',
      '2026-11-21T12:00:00Z',
      '2026-11-22T09:00:00Z',
    ])
  })

  test.each([
    ['2026-08-01T12:00:00+02:00', '2026-08-01T10:00:00Z'],
    ['2026-08-01T12:00:00', '2026-08-01T10:00:00Z'],
    ['2026-08-01', '2026-07-31T22:00:00Z'],
    [Date.UTC(2026, 7, 1), '2026-08-01T00:00:00Z'],
    ['2026-03-29T02:30:00', '2026-03-29T01:00:00Z'], // skipped: the end of the gap
    ['2026-10-25T02:30:00', '2026-10-25T00:30:00Z'], // comes twice: the first
  ])('at %s in Berlin is due once', (at, due) => {
    const table = timetableOf(readTiming({ rules: [{ at }], timeZone: 'Europe/Berlin' }))
    expect(iso(table.after(0))).toBe(due)
    expect(table.after(Date.parse(due))).toBeNull()
    expect(iso(table.latest(0, Number.MAX_SAFE_INTEGER))).toBe(due)
  })
})

describe('when a clock is moved', () => {
  /** Berlin: 02:00 to 03:00 is skipped on 29 March 2026 (at 01:00Z), 02:00 to 03:00 comes twice on 25 October (from 00:00Z and from 01:00Z). */
  const [march, october] = ['2026-03-29T00:00:01Z', '2026-10-24T23:59:59Z']
  test.each([
    ['30 2 * * *', march, ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    ['0,30 2 * * *', march, ['2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z']],
    ['30 2,3 * * *', march, ['2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z']],
    ['30 * * * *', march, ['2026-03-29T00:30:00Z', '2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z']],
    ['*/30 * * * *', march, ['2026-03-29T00:30:00Z', '2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z']],
    ['30 2 * * *', october, ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    ['30 2-3 * * *', october, ['2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z']],
    ['30 * * * *', october, ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00Z']],
    ['30 */2 * * *', october, ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T03:30:00Z']],
    ['*/20 2 * * *', october, ['2026-10-25T00:00:00Z', '2026-10-25T00:20:00Z', '2026-10-25T00:40:00Z', '2026-10-26T01:00:00Z']],
    [{ crontab: { minute: 30, hour: 2 } }, march, ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    [{ crontab: { minute: 30 } }, october, ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00Z']],
    [{ calendar: { minute: 30, hour: 2 } }, october, ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    [{ calendar: { minute: 30, hour: '*' } }, october, ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00Z']],
    [{ calendar: { minute: 30, hour: { start: 0, end: 23, step: 2 } } }, october, ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']],
  ])('%j in Berlin after %s', (rule, after, times) => {
    const timing = { rules: [rule], timeZone: 'Europe/Berlin' }
    expect(from(timing, after, times.length)).toEqual(times)
    const table = timetableOf(readTiming(timing))
    expect(times.map((time) => iso(table.latest(0, Date.parse(time))))).toEqual(times)
  })

  test('a day that a zone leaves out is made up for at the end of the gap', () => {
    expect(from({ rules: ['0 12 30 12 *'], timeZone: 'Pacific/Apia' }, '2011-01-01T00:00:00Z', 2)).toEqual([
      '2011-12-30T10:00:00Z', // midnight of the 31st
      '2012-12-29T22:00:00Z',
    ])
  })
})

describe('rules together', () => {
  test('several rules are a union, and a time that two share is one', () => {
    expect(from({ rules: ['0 3 * * *', '0 0,3 * * MON', { everyMs: 86_400_000 }] }, '2026-11-22T12:00:00Z', 3)).toEqual([
      '2026-11-23T00:00:00Z',
      '2026-11-23T03:00:00Z',
      '2026-11-24T00:00:00Z',
    ])
  })

  test('an exclusion leaves out the whole minute that it names', () => {
    const timing = { rules: ['*/20 * * * * *'], except: ['1-58 * * * *'] }
    expect(from(timing, '2026-11-22T12:00:00Z', 3)).toEqual(['2026-11-22T12:00:20Z', '2026-11-22T12:00:40Z', '2026-11-22T12:59:00Z'])
    expect(iso(timetableOf(readTiming(timing)).latest(0, Date.parse('2026-11-22T12:58:59Z')))).toBe('2026-11-22T12:00:40Z')
  })

  test('an exclusion of six fields, and a calendar with seconds, leave out seconds', () => {
    const times = ['2026-11-22T12:00:20Z', '2026-11-22T12:00:40Z', '2026-11-22T12:01:20Z']
    expect(from({ rules: ['*/20 * * * * *'], except: ['0 * * * * *'] }, '2026-11-22T12:00:00Z', 3)).toEqual(times)
    const calendar = { second: 0, minute: '*', hour: '*' }
    expect(from({ rules: ['*/20 * * * * *'], except: [{ calendar }] }, '2026-11-22T12:00:00Z', 3)).toEqual(times)
  })

  test('a calendar of days, with every hour and minute, leaves out holidays in the schedule’s zone', () => {
    const timing = {
      rules: ['0 9 * * *'],
      except: [{ calendar: [{ month: 12, dayOfMonth: [25, 26], hour: '*', minute: '*' }] }, { crontab: { dayOfWeek: 'sat,sun' } }],
      timeZone: 'America/New_York',
    }
    expect(from(timing, '2026-12-24T12:00:00Z', 2)).toEqual(['2026-12-24T14:00:00Z', '2026-12-28T14:00:00Z'])
  })

  test('an exclusion of a skipped wall time leaves out the end of the gap too', () => {
    const timing = { rules: ['30 2 * * *'], except: ['30 2 29 3 *'], timeZone: 'Europe/Berlin' }
    expect(from(timing, '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:30:00Z'])
  })

  test('intervals and one-shots leave out the instants at which they would be due', () => {
    const timing = { rules: [{ everyMs: 1000 }], except: [{ everyMs: 2000 }, { at: '2026-11-22T12:00:03Z' }] }
    expect(from(timing, '2026-11-22T12:00:00Z', 2)).toEqual(['2026-11-22T12:00:01Z', '2026-11-22T12:00:05Z'])
  })

  test('start and end are the first and the last possible times', () => {
    const timing = { rules: ['0 3 * * *'], start: '2026-11-22T03:00:00', end: '2026-11-24T03:00:00', timeZone: 'Europe/Berlin' }
    expect(from(timing, '2026-01-01T00:00:00Z', 9)).toEqual(['2026-11-22T02:00:00Z', '2026-11-23T02:00:00Z', '2026-11-24T02:00:00Z'])
    expect(from({ ...timing, end: '2026-11-24T02:59:59' }, '2026-01-01T00:00:00Z', 9)).toHaveLength(2)
    const table = timetableOf(readTiming(timing))
    expect(iso(table.latest(0, Date.UTC(2099, 0)))).toBe('2026-11-24T02:00:00Z')
    expect(table.latest(0, Date.parse('2026-11-22T01:59:59Z'))).toBeNull()
  })
})

describe('a timetable', () => {
  const minutely = timetableOf(readTiming('* * * * *'))
  const at = Date.UTC(2026, 10, 21, 12)

  test('after is exclusive, between excludes from and includes to, latest excludes its floor and includes its end', () => {
    expect([minutely.after(at), minutely.after(at - 1), minutely.after(at - 0.5)]).toEqual([at + 60_000, at, at])
    expect(minutely.between(at, at + 120_000, 9)).toEqual([at + 60_000, at + 120_000])
    expect([minutely.latest(at - 1, at), minutely.latest(at, at), minutely.latest(at, at + 60_000)]).toEqual([at, null, at + 60_000])
  })

  test('between takes no more steps than its limit, however long the past', () => {
    const secondly = timetableOf(readTiming('* * * * * *'))
    expect(secondly.between(0, at, 3)).toEqual([1000, 2000, 3000])
    expect(secondly.between(0, at, 0)).toEqual([])
  })

  test('exclusions that leave out everything from some time on end it, and the search for the next time', () => {
    const timing = {
      rules: ['* * * * * *'],
      except: [
        '0-29 * * * * *',
        { calendar: { second: { start: 30, end: 59 }, minute: '*', hour: '*', year: { start: 2000, end: 9999 } } },
      ],
    }
    expect(timetableOf(readTiming(timing)).after(at)).toBeNull()
  })

  test('a weekend of seconds is found behind a week that is left out in halves of a minute', () => {
    const timing = { rules: ['* * * * * *'], except: ['0-29 * * * * 1-5', '30-59 * * * * 1-5'] }
    expect(from(timing, '2026-11-22T23:59:59Z', 1)).toEqual(['2026-11-28T00:00:00Z'])
  })

  test.each([
    ['0 3 * * *', 'Europe/Berlin', 'at 03:00 every day (Europe/Berlin)'],
    ['*/5 * * * *', 'UTC', 'every 5 minutes every day (UTC)'],
    ['*/5 9-17 * * MON-FRI', 'UTC', 'every 5 minutes of hours 9 to 17 on Monday to Friday (UTC)'],
    ['5 * * * *', 'UTC', 'minute 5 of every hour every day (UTC)'],
    ['30 0 12 1,15 3 *', 'UTC', 'at 12:00:30 on day 1, 15 of the month in March (UTC)'],
    ['0 0 LW * *', 'UTC', 'at 00:00 on the days of "0 0 LW * *" (UTC)'],
    ['* * * * * *', 'UTC', 'every second every day (UTC)'],
    [{ everyMs: 90_000, offsetMs: 500 }, 'UTC', 'every 90 seconds and 500 ms past (UTC)'],
    [{ everyMs: 3_600_000 }, 'UTC', 'every hour (UTC)'],
    [{ at: '2026-08-01T12:00:00Z' }, 'UTC', 'once, at 2026-08-01T12:00:00Z (UTC)'],
    [{ solar: 'dawn_civil', latitude: 52.5, longitude: 13.4 }, 'UTC', 'at dawn civil at 52.5, 13.4 (UTC)'],
    [{ calendar: { hour: 6, year: 2027 } }, 'UTC', 'at 06:00 every day of 2027 (UTC)'],
  ])('%j describes itself', (rule, timeZone, text) => {
    expect(timetableOf(readTiming({ rules: [rule], timeZone })).describe()).toBe(text)
  })

  test('a description counts what it does not show', () => {
    const timing = { rules: ['0 1 * * *', '0 2 * * *', '0 3 * * *', '0 4 * * *'], except: ['0 * 1 * *'], start: 0, end: '2030-01-01' }
    expect(timetableOf(readTiming(timing)).describe()).toBe(
      'at 01:00 every day; at 02:00 every day; at 03:00 every day; and 1 more rule, less 1 exclusion, from 1970-01-01T00:00:00.000Z, until 2030-01-01 (UTC)',
    )
  })
})

describe('what readTiming refuses and returns', () => {
  test.each<[unknown, string]>([
    [undefined, 'timing: must be a cron line or an object with one of cron, crontab, everyMs, calendar, at, solar'],
    [{}, 'timing: must be a cron line or an object with one of'],
    [[], 'timing: must be a cron line or an object with one of'],
    [{ evryMs: 5 }, '(did you mean "everyMs"?)'],
    [{ cron: '0 3 * * *', everyMs: 5 }, 'timing: must be of one kind, not cron and everyMs'],
    [{ everyMs: 5, every: 5 }, 'timing.every: unknown field'],
    ['61 * * * *', 'timing: must be a cron line of 5 or 6 fields: Invalid value for minute: 61'],
    ['* * * *', 'timing: must be a cron line of 5 or 6 fields: '],
    ['* * * * * * 2030', 'timing: must be a cron line of 5 or 6 fields: '],
    ['@reboot', 'timing: @reboot names no time'],
    [`${'0,'.repeat(600)}0 * * * *`, 'timing: a cron line must be at most 1000 characters'],
    ['0 0 30 2 *', 'timing: is never due: no such date exists'],
    [{ rules: ['* * * * *', '* * * * *', { cron: 'x' }] }, 'timing.rules[2].cron: must be a cron line of 5 or 6 fields: '],
    [{ rules: [{ cron: '0 0 31 4,6 *' }] }, 'timing.rules[0].cron: is never due: no such date exists'],
    [{ rules: [{ crontab: { dayOfMonth: 31, monthOfYear: 2 } }] }, 'timing.rules[0].crontab: is never due: no such date exists'],
    [{ rules: [] }, 'timing.rules: must be a list of 1 to 100 rules'],
    [{ rules: Array(101).fill('* * * * *') }, 'timing.rules: must be a list of 1 to 100 rules'],
    [{ rules: '* * * * *' }, 'timing.rules: must be a list of 1 to 100 rules'],
    [{ rules: ['* * * * *'], excpt: [] }, 'timing.excpt: unknown field (did you mean "except"?)'],
    [{ rules: ['* * * * *'], except: ['* * * * *'] }, 'timing: is never due: exclusions, start and end leave no time'],
    [{ rules: ['* * * * *'], timeZone: 'Europe/Atlantis' }, 'timing.timeZone: must be the IANA name of a time zone: Europe/Berlin'],
    [{ rules: ['* * * * *'], timeZone: '+02:00' }, 'timing.timeZone: must be the IANA name of a time zone: Europe/Berlin'],
    [{ rules: ['* * * * *'], start: '2026-02-30' }, 'timing.start: must be ISO 8601 or Unix milliseconds, from 1970 to 9999'],
    [{ rules: ['* * * * *'], start: '2026-02-02', end: '2026-02-01' }, 'timing.end: must not be before start'],
    [{ rules: [{ at: '2026-01-01' }], start: '2026-02-01' }, 'timing: is never due: exclusions, start and end leave no time'],
    [{ at: 'tomorrow' }, 'timing.at: must be ISO 8601 or Unix milliseconds, from 1970 to 9999'],
    [{ at: -1 }, 'timing.at: must be ISO 8601'],
    [{ everyMs: 0 }, 'timing.everyMs: must be a whole number from 1 to'],
    [{ everyMs: 60_000, offsetMs: 60_000 }, 'timing.offsetMs: must be a whole number from 0 to 59999'],
    [{ crontab: { minutes: 5 } }, 'timing.crontab.minutes: unknown field (did you mean "minute"?)'],
    [{ crontab: { day_of_week: 1, dayOfWeek: 1 } }, 'timing.crontab.day_of_week: is given twice: as dayOfWeek too'],
    [{ crontab: { hour: [1, 'x'] } }, 'timing.crontab.hour[1]: "x" is not from 0 to 23'],
    [{ crontab: { hour: [] } }, 'timing.crontab.hour: must name at least one value'],
    [{ calendar: { hour: 24 } }, 'timing.calendar.hour: must be a whole number from 0 to 23'],
    [{ calendar: [{}, { hour: { start: 5, end: 4 } }] }, 'timing.calendar[1].hour.end: must not be before start'],
    [{ calendar: { dayOfWeek: 7 } }, 'timing.calendar.dayOfWeek: must be a whole number from 0 to 6'],
    [{ calendar: { month: 'Juno' } }, 'timing.calendar.month: "Juno" is no name'],
    [{ solar: 'noon', latitude: 0, longitude: 0 }, 'timing.solar: must be one of dawn_astronomical'],
    [{ solar: 'sunset', latitude: 91, longitude: 0 }, 'timing.latitude: must be a number from -90 to 90'],
    [{ solar: 'sunset', latitude: 0 }, 'timing.longitude: must be a number from -180 to 180'],
  ])('%j is refused by path and rule', (value, message) => {
    expect(() => readTiming(value)).toThrow(
      expect.objectContaining({ code: 'schedule-invalid', message: expect.stringContaining(message) }),
    )
  })

  test('the path begins where the caller says', () => {
    expect(() => readTiming('x', 'schedules.nightly.timing')).toThrow(/^schedules\.nightly\.timing: /)
  })

  test('what it returns is in one form, and reads as itself', () => {
    const written = {
      rules: ['  0  3 * *  * ', { crontab: { day_of_week: 'mon-fri', minute: 0 } }],
      except: [{ at: '2026-08-01' }],
      end: '2030-01-01',
    }
    const read = readTiming(written)
    expect(read).toEqual({
      rules: [{ cron: '0 3 * * *' }, { crontab: { minute: 0, dayOfWeek: 'mon-fri' } }],
      timeZone: 'UTC',
      except: [{ at: '2026-08-01' }],
      end: '2030-01-01',
    })
    expect(readTiming(read)).toEqual(read)
    expect(readTiming(JSON.parse(JSON.stringify(read)))).toEqual(read)
    expect(readTiming({ everyMs: 5 })).toEqual({ rules: [{ everyMs: 5 }], timeZone: 'UTC' })
  })
})
