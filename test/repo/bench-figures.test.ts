/** Figures in the documents are those of the last whole run of the benchmark. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FLOOR_SHA256 } from '../../bench/contestants/floor.js'
import { chart, overview } from '../../bench/lib/charts.js'
import type { Report } from '../../bench/lib/report.js'
import { between, PLACES } from '../../bench/lib/summary.js'
import { workloads } from '../../bench/workloads/index.js'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const report = JSON.parse(read('bench/results/latest.json')) as Report

describe('bench/results/latest.json', () => {
  test('holds every workload, nobody of ours failed, and the floor is the one that was given', () => {
    const rows = new Set(report.rows.filter(({ contestant }) => contestant === 'chordis').map(({ workload }) => workload))
    for (const workload of workloads.filter(({ rounds }) => rounds.full > 0))
      for (const row of Object.keys(workload.rows)) expect(rows).toContain(row)
    expect(report.failed.filter(({ contestant }) => contestant === 'chordis')).toEqual([])
    expect(report.floorSha256).toBe(FLOOR_SHA256)
  })

  test('every ratio is the quotient of its values', () => {
    for (const row of report.rows) {
      if (row.ratioToOurs === undefined) continue
      const ours = report.rows.find(({ workload, contestant }) => workload === row.workload && contestant === 'chordis')
      const quotient = row.value / (ours?.value ?? Number.NaN)
      expect(Math.abs(row.ratioToOurs - quotient)).toBeLessThanOrEqual(0.02 * quotient + 0.001)
    }
  })
})

test.each(PLACES)('%s shows its figures', (file, name, content) => {
  const text = read(file)
  expect(text).toBe(between(text, name, content(report)))
})

test('the pictures are drawn from it', () => {
  expect(read('bench/results/overview.svg')).toBe(overview(report))
  const rows = report.rows.filter(({ workload }) => workload === 'chord-500')
  expect(read('bench/results/chord-500.svg')).toBe(chart('chord-500', rows, report))
})
