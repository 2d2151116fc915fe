/** What README.md and docs/scaling.md show of the last whole run: tables, put between their marks. A test compares them with latest.json. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { overview } from './charts.js'
import { RESULTS, ROOT } from './paths.js'
import type { Report, ReportRow } from './report.js'

/** Rows of the README's table and what they are called there. */
const HEADLINES: [row: string, label: string][] = [
  ['chord-100', 'chord of 100, tasks/s'],
  ['chord-500', 'chord of 500, tasks/s'],
  ['chord-1000', 'chord of 1,000, tasks/s'],
  ['chord-10000', 'chord of 10,000, tasks/s'],
  ['nested-1000', 'nested canvas of 1,000, tasks/s'],
  ['chains-1000', '1,000 chains of 10 at once, tasks/s'],
  ['chain-10-p50', 'chain of 10 on an idle system, p50, ms'],
  ['plain-c1', 'plain tasks, concurrency 1, tasks/s'],
  ['plain-c100', 'plain tasks, concurrency 100, tasks/s'],
  ['plain-2p', 'plain tasks, two processes, tasks/s'],
  ['enqueue-bulk', 'bulk enqueue, tasks/s'],
  ['io-20ms-c200', 'tasks of 20 ms, 200 at once, % of ideal'],
  ['payload-100kB', 'arguments of 100 kB, tasks/s'],
  ['delayed-10000-p99', '10,000 delayed tasks due at once, p99, ms late'],
  ['wake-up-p50', 'submit to start, idle worker, p50, ms'],
  ['start-up', 'start of a worker process, ms'],
  ['idle-requests', 'requests of an idle worker, per second'],
  ['bytes-waiting-member-1000', 'Redis bytes per waiting chord member'],
  ['bytes-finished-node-1000', 'Redis bytes per finished chord member'],
  ['bytes-waiting-plain', 'Redis bytes per waiting plain task'],
]
const CONTESTANTS = ['chordis', 'bullmq', 'bee-queue', 'celery', 'floor']
const TITLES: { [contestant: string]: string } = {
  chordis: 'Chordis',
  bullmq: 'BullMQ',
  'bee-queue': 'bee-queue',
  celery: 'Celery',
  floor: 'floor',
}
const MASTERS = [1, 2, 4]

const number = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2 })

/** How many times better ours is, whichever way the unit counts. */
const times = ({ ratioToOurs = 1, better }: ReportRow): string => `${number(better === 'more' ? 1 / ratioToOurs : ratioToOurs)}x`

function cell(row: ReportRow | undefined): string {
  if (row === undefined) return ''
  return row.ratioToOurs === undefined ? `**${number(row.value)}**` : `${number(row.value)} (${times(row)})`
}

function markdown(head: string[], rows: string[][]): string {
  const widths = head.map((title, k) => Math.max(title.length, ...rows.map((row) => (row[k] ?? '').length)))
  const line = (cells: string[]): string => `| ${cells.map((text, k) => text.padEnd(widths[k] ?? 0)).join(' | ')} |`
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** The README's table: a row per headline, in brackets how many times better Chordis is. */
export function headlines(report: Report): string {
  const of = (workload: string, contestant: string): ReportRow | undefined =>
    report.rows.find((row) => row.workload === workload && row.contestant === contestant)
  const present = CONTESTANTS.filter((contestant) => report.rows.some((row) => row.contestant === contestant))
  const title = (contestant: string): string => [TITLES[contestant], report.versions[contestant]].filter(Boolean).join(' ')
  const rows = HEADLINES.filter(([row]) => of(row, 'chordis')).map(([row, label]) => [label, ...present.map((one) => cell(of(row, one)))])
  const about = `${report.machine}. ${report.redis}. ${report.date.slice(0, 10)}.`
  return `${about}\n\n${markdown(['', ...present.map(title)], rows)}`
}

/** Throughput and CPU by number of masters, with what two shared cores allow at that CPU. */
export function scaling(report: Report): string {
  const value = (row: string): number =>
    report.rows.find(({ workload, contestant }) => workload === row && contestant === 'chordis')?.value ?? 0
  const rows = MASTERS.map((masters) => {
    const [rate, redis, node] = [`scale-${masters}`, `scale-${masters}-redis-cpu`, `scale-${masters}-node-cpu`].map(value) as [
      number,
      number,
      number,
    ]
    const model = (CORES * 1e6) / (redis + node)
    const cells = [masters, redis, node, model, rate, (100 * rate) / model, 1e6 / redis, (masters * 1e6) / redis]
    return cells.map(number)
  })
  const head = [
    'masters',
    'µs of Redis per task',
    'µs of Node per task',
    'model, tasks/s',
    'measured, tasks/s',
    'measured, % of model',
    'one master at 100 %',
    'all masters at 100 %',
  ]
  return `${report.machine}. ${report.redis}. ${report.date.slice(0, 10)}.\n\n${markdown(head, rows)}`
}

/** Cores that Redis and Node share in the run. */
const CORES = 2

/** Puts `content` between `<!-- bench:name -->` and `<!-- /bench -->`. Throws when the marks are not there. */
export function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- bench:${name} -->\n)[\\s\\S]*?(\n<!-- /bench -->)`)
  if (!pattern.test(text)) throw new Error(`no place for ${name}`)
  return text.replace(pattern, (_, before: string, after: string) => `${before}\n${content}\n${after}`)
}

/** Where the tables stand. */
export const PLACES: [file: string, name: string, content: (report: Report) => string][] = [
  ['README.md', 'headlines', headlines],
  ['docs/scaling.md', 'scaling', scaling],
]

/** Writes the tables into the documents, and the picture of the README. */
export function writeSummary(report: Report): void {
  for (const [file, name, content] of PLACES) {
    const path = join(ROOT, file)
    writeFileSync(path, between(readFileSync(path, 'utf8'), name, content(report)))
  }
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(join(RESULTS, 'overview.svg'), overview(report))
}
