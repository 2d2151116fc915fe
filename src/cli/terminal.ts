/** Text for people at a terminal. Pure: colours and widths are arguments, nothing here writes. */

/** Adds terminal colours, or not. */
export interface Paint {
  strong(text: string): string
  faint(text: string): string
  accent(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
}

const sgr = (on: boolean, code: number) => (text: string) => (on && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text)

export function paint(colours: boolean): Paint {
  return {
    strong: sgr(colours, 1),
    faint: sgr(colours, 2),
    accent: sgr(colours, 36),
    good: sgr(colours, 32),
    warn: sgr(colours, 33),
    bad: sgr(colours, 31),
  }
}

/** Colours belong on a terminal only, and there only when NO_COLOR is unset or empty (https://no-color.org). */
export function wantsColours(isTerminal: boolean, noColor: string | undefined): boolean {
  return isTerminal && (noColor === undefined || noColor === '')
}

/** `3 ms`, `3.1 ms`, `420 ms`, `1.43 s`, `12 min 3 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.floor(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How far an instant is from another, both Unix ms: `in 12 s`, `in 3 min`, `in 5 h 10 min`, `in 3 d 4 h`, `2 h ago`, `now`. */
export function away(ms: number, now: number): string {
  const far = Math.abs(ms - now)
  if (far < 1_000) return 'now'
  return ms > now ? `in ${roughly(far)}` : `${roughly(far)} ago`
}

/** A span, ms, in its greatest unit and, from hours on, the one below: `12 s`, `10 min`, `5 h 10 min`, `366 d`. */
export function roughly(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.floor(ms / 1_000)} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < DAY_MS) return both(ms, HOUR_MS, 'h', MINUTE_MS, 'min')
  return both(ms, DAY_MS, 'd', HOUR_MS, 'h')
}

function both(ms: number, unit: number, name: string, lesser: number, its: string): string {
  const rest = Math.floor((ms % unit) / lesser)
  return `${Math.floor(ms / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${its}`}`
}

export const number = (value: number): string => value.toLocaleString('en-US')

/** What would move the cursor or colour the screen, spelled out: names and messages come from anywhere. */
export function safe(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (char) => {
    if (char === '\n') return '\\n'
    return char === '\t' ? ' ' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

/** The text, or its beginning and `…` where it is longer than `width` characters. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** `█████░░░`, `width` characters long; full only when all is done. */
export function bar(done: number, total: number, width: number): string {
  const full = total === 0 ? 0 : Math.floor((Math.min(done, total) / total) * width)
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`
}

/** A cell's text and, where it has one, its colour. */
export type Cell = string | { text: string; colour: (text: string) => string }

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text)

/** Columns as wide as their widest cell, two spaces between them, nothing behind the last one. */
export function columns(rows: readonly (readonly Cell[])[], indent = '  '): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, k) => {
      widths[k] = Math.max(widths[k] ?? 0, textOf(cell).length)
    })
  return rows.map((row) => {
    const cells = row.map((cell, k) => {
      const padding = k === row.length - 1 ? '' : ' '.repeat((widths[k] ?? 0) - textOf(cell).length)
      return `${typeof cell === 'string' ? cell : cell.colour(cell.text)}${padding}`
    })
    return `${indent}${cells.join('  ')}`.trimEnd()
  })
}
