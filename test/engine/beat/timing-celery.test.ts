/** Celery's own answers, kept in celery-crontab.json (celery-crontab.py writes it). */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readTiming, timetableOf } from '../../../src/engine/beat/timing/index.js'

const table = JSON.parse(readFileSync(new URL('celery-crontab.json', import.meta.url), 'utf8')) as {
  rows: [form: { [name: string]: unknown }, zone: string, startS: number, timesMinutes: number[]][]
  refused: object[]
}

test('crontabs are due when Celery says, in UTC and in a zone that does not move its clock', () => {
  const differ = table.rows.flatMap(([crontab, timeZone, start, minutes]) => {
    const timetable = timetableOf(readTiming({ rules: [{ crontab }], timeZone }))
    const ours = timetable.between(start * 1000, Number.MAX_SAFE_INTEGER, minutes.length).map((ms) => ms / 60_000)
    return ours.join() === minutes.join() ? [] : [{ crontab, timeZone, start, minutes, ours }]
  })
  expect(differ).toEqual([])
  expect(table.rows.length).toBe(400)
})

test.each(table.refused.map((crontab) => [JSON.stringify(crontab), crontab] as const))('%s is refused, as by Celery', (_, crontab) => {
  expect(() => readTiming({ crontab })).toThrow(/^timing\.crontab\.\w+(\[0\])?: /)
})
