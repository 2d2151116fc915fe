/**
 * What the demo prints, as text. Pure: whether there are colours is an argument, nothing here writes.
 */
import type { Report } from './report.js'

/** Adds terminal colours, or not. */
export interface Paint {
  strong(text: string): string
  faint(text: string): string
  accent(text: string): string
  bad(text: string): string
}

const sgr = (on: boolean, code: number) => (text: string) => (on ? `\x1b[${code}m${text}\x1b[0m` : text)

export function paint(colours: boolean): Paint {
  return { strong: sgr(colours, 1), faint: sgr(colours, 2), accent: sgr(colours, 36), bad: sgr(colours, 31) }
}

/** Colours belong on a terminal only, and there only when NO_COLOR is unset or empty. */
export function wantsColours(isTerminal: boolean, noColor: string | undefined): boolean {
  return isTerminal && (noColor === undefined || noColor === '')
}

/** `3 ms`, `420 ms`, `1.43 s`. Below 10 ms with one digit after the point. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

const number = (value: number) => value.toLocaleString('en-US')

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of at most `width` characters, exact to an eighth of one. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8)
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
}

/** `████░░░░ 21 of 42 tasks`. */
export function progress(done: number, total: number, width = 32): string {
  const full = total === 0 ? 0 : Math.floor((Math.min(done, total) / total) * width)
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}  ${number(done)} of ${number(total)} tasks`
}

const LEVELS = '▁▂▃▄▅▆▇█'

/** One character per value; more values than `width` are averaged in equal runs. */
export function sparkline(values: number[], width = 60): string {
  const columns = Math.min(values.length, width)
  const means = Array.from({ length: columns }, (_, i) => {
    const run = values.slice(Math.floor((i * values.length) / columns), Math.floor(((i + 1) * values.length) / columns))
    return run.reduce((sum, value) => sum + value, 0) / run.length
  })
  const most = Math.max(...means, 1)
  return means.map((mean) => LEVELS[Math.round((mean / most) * (LEVELS.length - 1))]).join('')
}

/** Rows of two columns, the first padded to the widest. */
function table(rows: [string, string][], style: Paint): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${style.faint(name.padEnd(width))}  ${text}`)
}

export function reportLines(report: Report, style: Paint): string[] {
  const rows: [string, string][] = [
    ['pages', number(report.pages)],
    ['words', number(report.words)],
    ['terms', `${number(report.distinctTerms)} different, stop words left out`],
    ['longest page', `page ${report.longest.page}, ${number(report.longest.words)} words`],
    ['words per page', style.accent(sparkline(report.wordsPerPage))],
  ]
  if (report.emptyPages.length > 0) rows.push(['no text', `${report.emptyPages.length} pages: scans, perhaps`])
  return [style.strong(report.title), ...table(rows, style), '', style.strong('Most frequent terms'), ...termLines(report, style)]
}

const TERM_WIDTH = 24

function termLines(report: Report, style: Paint): string[] {
  const most = report.terms[0]?.[1] ?? 1
  const names = report.terms.map(([term]) => (term.length > TERM_WIDTH ? `${term.slice(0, TERM_WIDTH - 1)}…` : term))
  const width = Math.max(0, ...names.map((name) => name.length))
  const digits = String(most).length
  return report.terms.map(([, count], i) => {
    const name = (names[i] ?? '').padEnd(width)
    return `  ${name}  ${String(count).padStart(digits)}  ${style.accent(bar(count / most, 32))}`
  })
}

/** A stage, how long it took, and what exactly was measured. */
export type Stage = [name: string, ms: number, measured: string]

export function timingLines(stages: Stage[], style: Paint): string[] {
  const name = Math.max(...stages.map(([text]) => text.length))
  const time = Math.max(...stages.map(([, ms]) => duration(ms).length))
  const lines = stages.map(([text, ms, measured]) => `  ${text.padEnd(name)}  ${duration(ms).padStart(time)}  ${style.faint(measured)}`)
  return [style.strong('Timings'), ...lines]
}

/** Where to look next. `sections` are a label and lines below it that can be copied as they are. */
export function nextLines(sections: [string, string[]][], style: Paint): string[] {
  return [style.strong('Next'), ...sections.flatMap(([label, lines]) => [`  ${style.faint(label)}`, ...lines.map((line) => `    ${line}`)])]
}
