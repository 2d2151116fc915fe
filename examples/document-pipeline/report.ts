/**
 * What the tasks hand to each other, and the report that is made of it. Pure.
 *
 * All of it crosses Redis as JSON. Durations are in milliseconds; instants (`…At`) are Unix milliseconds of the process that ran the task.
 */
import { mergeTerms, type TermCount } from './text.js'

/** What `pdf.split` passes on to `pdf.report`. */
export interface SplitResult {
  file: string
  title: string
  pages: number
  startedAt: number
  ms: number
}

/** What `pdf.page` returns. Every term is in it, so that the report's counts are exact. */
export interface PageResult {
  page: number
  words: number
  terms: TermCount[]
  startedAt: number
  ms: number
}

export interface PageSize {
  page: number
  words: number
}

/** What `pdf.report` returns. */
export interface Report {
  file: string
  title: string
  pages: number
  words: number
  /** Different terms in the whole document. */
  distinctTerms: number
  /** The most frequent ones. */
  terms: TermCount[]
  /** The lowest page number among equals. */
  longest: PageSize
  wordsPerPage: number[]
  /** Pages without any text: usually scans. */
  emptyPages: number[]
  timings: { splitMs: number; pagesMs: number; mergeMs: number }
}

/** What `pdf.write` returns: the workflow's result. Paths are absolute. */
export interface WrittenReport {
  report: Report
  files: { json: string; markdown: string }
  writeMs: number
}

const TOP_TERMS = 12

function longestOf(pages: PageResult[]): PageSize {
  const first = { page: 1, words: 0 }
  return pages.reduce<PageSize>((best, { page, words }) => (words > best.words ? { page, words } : best), first)
}

/** From the start of the first page task to the end of the last. */
function spanOf(pages: PageResult[]): number {
  if (pages.length === 0) return 0
  const ends = pages.map((page) => page.startedAt + page.ms)
  return Math.max(...ends) - Math.min(...pages.map((page) => page.startedAt))
}

/** Merges the pages, which come in page order. `mergeMs` is filled in by the task. */
export function mergePages(pages: PageResult[], split: SplitResult): Report {
  const terms = mergeTerms(pages.map((page) => page.terms))
  return {
    file: split.file,
    title: split.title,
    pages: pages.length,
    words: pages.reduce((sum, page) => sum + page.words, 0),
    distinctTerms: terms.length,
    terms: terms.slice(0, TOP_TERMS),
    longest: longestOf(pages),
    wordsPerPage: pages.map((page) => page.words),
    emptyPages: pages.filter((page) => page.words === 0).map((page) => page.page),
    timings: { splitMs: split.ms, pagesMs: spanOf(pages), mergeMs: 0 },
  }
}

/** The report as a file for people. */
export function toMarkdown(report: Report): string {
  const rows = report.terms.map(([term, count]) => `| ${term} | ${count} |`)
  const empty = report.emptyPages.length === 0 ? [] : [`- Pages without text (scans?): ${report.emptyPages.join(', ')}`]
  return [
    `# ${report.title}`,
    '',
    `- File: ${report.file}`,
    `- Pages: ${report.pages}`,
    `- Words: ${report.words}`,
    `- Different terms: ${report.distinctTerms}`,
    `- Longest page: ${report.longest.page} (${report.longest.words} words)`,
    ...empty,
    '',
    '## Most frequent terms',
    '',
    '| Term | Count |',
    '|---|---|',
    ...rows,
    '',
    '## Words per page',
    '',
    report.wordsPerPage.map((words, i) => `${i + 1}: ${words}`).join(', '),
    '',
  ].join('\n')
}
