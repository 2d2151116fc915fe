/** Bars per row of the report, as SVG files that a README shows. Light or dark, by the reader's own setting. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report, ReportRow } from './report.js'

const WIDTH = 640
const LABEL = 96
const VALUE = 150
const BAR = 22
const GAP = 8
const TOP = 44
const FOOT = 28

const STYLE = `<style>
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:15px}.foot{font-size:11px;fill:#6e7781}
.bar{fill:#9aa4af}.ours{fill:#2563eb}.range{stroke:#24292f;stroke-width:1.5}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.foot{fill:#8b949e}.bar{fill:#57606a}.ours{fill:#4c8dff}.range{stroke:#e6edf3}}
</style>`

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
const shown = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 2 })

function bar(row: ReportRow, k: number, most: number, top = TOP): string {
  const y = top + k * (BAR + GAP)
  const scale = (value: number): number => (Math.max(0, value) / most) * (WIDTH - LABEL - VALUE)
  const middle = y + BAR / 2
  const text = middle + 4.5
  const [low, high] = [Math.min(...row.rounds), Math.max(...row.rounds)].map((value) => (LABEL + scale(value)).toFixed(1))
  return [
    `<text x="${LABEL - 8}" y="${text}" text-anchor="end">${escaped(row.contestant)}</text>`,
    `<rect class="${row.contestant === 'chordis' ? 'ours' : 'bar'}" x="${LABEL}" y="${y}" width="${Math.max(1, scale(row.value)).toFixed(1)}" height="${BAR}" rx="2"/>`,
    `<path class="range" d="M${low} ${middle}H${high}"/>`,
    `<text x="${(LABEL + scale(Math.max(row.value, ...row.rounds)) + 8).toFixed(1)}" y="${text}">${shown(row.value)} ${escaped(row.unit)}</text>`,
  ].join('\n')
}

/** One workload's bars; the line across a bar's end is the range of its rounds. */
export function chart(name: string, rows: readonly ReportRow[], report: Report): string {
  const most = Math.max(...rows.flatMap((row) => [row.value, ...row.rounds]), Number.MIN_VALUE)
  const height = TOP + rows.length * (BAR + GAP) + FOOT
  const better = rows[0]?.better === 'more' ? 'more is better' : 'less is better'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(name)}">`,
    STYLE,
    `<text class="title" x="8" y="24">${escaped(name)}</text><text class="foot" x="${WIDTH - 8}" y="24" text-anchor="end">${better}</text>`,
    ...rows.map((row, k) => bar(row, k, most)),
    `<text class="foot" x="8" y="${height - 10}">${escaped(`${report.date.slice(0, 10)}, ${report.machine}`)}</text>`,
    '</svg>\n',
  ].join('\n')
}

/** Replaces the charts in `folder`. */
export function writeCharts(report: Report, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (name.endsWith('.svg')) rmSync(join(folder, name))
  const compared = report.rows.filter(({ better }) => better !== 'neither')
  for (const name of new Set(compared.map(({ workload }) => workload))) {
    const rows = compared.filter(({ workload }) => workload === name)
    writeFileSync(join(folder, `${name}.svg`), chart(name, rows, report))
  }
}

/** What the picture in the README shows. */
const OVERVIEW: [row: string, title: string][] = [
  ['chord-500', 'Chords of 500, submit to end'],
  ['nested-1000', 'Nested canvases of 1,000 tasks, submit to end'],
  ['plain-c100', 'Plain tasks, one worker process'],
  ['enqueue-bulk', 'Bulk enqueue'],
  ['chain-10-p50', 'Chain of 10 on an idle system, median'],
  ['bytes-waiting-member-1000', 'Redis memory per waiting member of a chord'],
]
const PANEL_GAP = 34

/** Several workloads below one another. */
export function overview(report: Report): string {
  const parts: string[] = []
  let top = 0
  for (const [name, title] of OVERVIEW) {
    const rows = report.rows.filter(({ workload }) => workload === name)
    if (rows.length === 0) continue
    const most = Math.max(...rows.flatMap((row) => [row.value, ...row.rounds]), Number.MIN_VALUE)
    const better = rows[0]?.better === 'more' ? 'more is better' : 'less is better'
    parts.push(
      `<text class="title" x="8" y="${top + 24}">${escaped(title)}</text><text class="foot" x="${WIDTH - 8}" y="${top + 24}" text-anchor="end">${better}</text>`,
      ...rows.map((row, k) => bar(row, k, most, top + PANEL_GAP)),
    )
    top += PANEL_GAP + rows.length * (BAR + GAP) + GAP
  }
  const height = top + FOOT
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Chordis beside other queues">`,
    STYLE,
    ...parts,
    `<text class="foot" x="8" y="${height - 10}">${escaped(`${report.date.slice(0, 10)}, ${report.machine}`)}</text>`,
    '</svg>\n',
  ].join('\n')
}
