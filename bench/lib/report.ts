/** Rows of the report: medians over the rounds, spread, and the ratio to ours; as a table and as JSON. */
import os from 'node:os'
import type { Row } from '../contract.js'
import { median, rounded, spread } from './stats.js'

/** Microseconds of CPU for each unit of work would mislead where the work differs; seconds for the whole measurement do not. */
export interface Cpu {
  redisSeconds: number
  processesSeconds: number
}

export interface Measured {
  contestant: string
  workload: string
  figures: Record<string, number>
  cpu: Cpu
  slowestScriptMs: number
}

export interface ReportRow {
  workload: string
  contestant: string
  value: number
  unit: string
  better: Row['better']
  /** This contestant's value over ours. */
  ratioToOurs?: number
  /** Half the range of the rounds over the median. */
  spread: number
  rounds: number[]
}

export interface Report {
  machine: string
  redis: string
  date: string
  floorSha256: string
  /** By contestant; the floor has none. */
  versions: { [contestant: string]: string }
  rows: ReportRow[]
  /** Medians of one measurement's CPU, process starts included. */
  cpu: (Cpu & { workload: string; contestant: string })[]
  /** The longest call of a script in one round, ms; of several rounds the least: a script that is slow is slow in each, a busy core is not. */
  slowestScripts: { workload: string; contestant: string; ms: number }[]
  /** Who did not end, or ended wrong. */
  failed: { workload: string; contestant: string; reason: string }[]
}

export const emptyReport = (floorSha256: string): Report => ({
  machine: machine(),
  redis: '',
  date: new Date().toISOString(),
  floorSha256,
  versions: {},
  rows: [],
  cpu: [],
  slowestScripts: [],
  failed: [],
})

const machine = (): string => {
  const cpus = os.cpus()
  return `${cpus[0]?.model.trim() || os.arch()}, ${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()}, Node ${process.versions.node}`
}

/** Rows in the order of `names`, contestants in the order they were measured. */
export function rowsOf(measured: readonly Measured[], rows: Record<string, Row>): ReportRow[] {
  return Object.entries(rows).flatMap(([workload, { unit, better }]) => {
    const rounds = new Map<string, number[]>()
    for (const { contestant, figures } of measured) {
      const value = figures[workload]
      if (value === undefined) continue
      const list = rounds.get(contestant)
      if (list) list.push(value)
      else rounds.set(contestant, [value])
    }
    const ours = rounds.get('chordis')
    return [...rounds].map(([contestant, values]) => {
      const value = median(values)
      const ratio =
        ours === undefined || median(ours) === 0 || contestant === 'chordis' || better === 'neither'
          ? {}
          : { ratioToOurs: rounded(value / median(ours)) }
      return {
        workload,
        contestant,
        value: rounded(value),
        unit,
        better,
        ...ratio,
        spread: rounded(spread(values)),
        rounds: values.map(rounded),
      }
    })
  })
}

/** Median CPU of a measurement, process starts included. */
export function cpuOf(measured: readonly Measured[]): Report['cpu'] {
  const names = [...new Set(measured.map(({ contestant }) => contestant))]
  return names.map((contestant) => {
    const own = measured.filter((one) => one.contestant === contestant)
    const middle = (pick: (cpu: Cpu) => number): number => rounded(median(own.map(({ cpu }) => pick(cpu))))
    return {
      workload: own[0]?.workload ?? '',
      contestant,
      redisSeconds: middle((c) => c.redisSeconds),
      processesSeconds: middle((c) => c.processesSeconds),
    }
  })
}

/** Who runs no scripts (longer than a millisecond) is left out. */
export function slowestOf(measured: readonly Measured[]): Report['slowestScripts'] {
  const least = new Map<string, number>()
  for (const { contestant, slowestScriptMs } of measured)
    least.set(contestant, Math.min(slowestScriptMs, least.get(contestant) ?? Number.POSITIVE_INFINITY))
  return [...least]
    .filter(([, ms]) => ms > 0)
    .map(([contestant, ms]) => ({ workload: measured[0]?.workload ?? '', contestant, ms: rounded(ms) }))
}

/** One row per contestant: its slowest script in any workload. */
export function slowestRows(slowest: Report['slowestScripts']): ReportRow[] {
  const most = new Map<string, number>()
  for (const { contestant, ms } of slowest) most.set(contestant, Math.max(ms, most.get(contestant) ?? 0))
  const ours = most.get('chordis')
  return [...most].map(([contestant, value]) => ({
    workload: 'slowest-script',
    contestant,
    value,
    unit: 'ms',
    better: 'less',
    ...(ours === undefined || contestant === 'chordis' ? {} : { ratioToOurs: rounded(value / ours) }),
    spread: 0,
    rounds: [value],
  }))
}

const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 3 })

/** How many times better ours is, whichever way the unit counts. */
function comparison({ ratioToOurs, better }: ReportRow): string {
  if (ratioToOurs === undefined) return ''
  return `ours ${number(rounded(better === 'more' ? 1 / ratioToOurs : ratioToOurs))}x`
}

/** One line per row: value, unit, spread, and how much better ours is (under 1: worse). */
export function table(report: Report): string {
  const lines = report.rows.map((row) => {
    const spread = `±${Math.round(row.spread * 100)} %`
    return [row.workload, row.contestant, number(row.value), row.unit, spread, comparison(row)]
  })
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(0, ...lines.map((line) => line[column]?.length ?? 0)))
  const pad = (cell: string, k: number): string => (k === 2 || k === 4 ? cell.padStart(widths[k] ?? 0) : cell.padEnd(widths[k] ?? 0))
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}
