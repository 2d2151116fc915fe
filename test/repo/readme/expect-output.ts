/**
 * Whether a block printed what its document shows. `…` stands for anything; durations and instants may differ. Of text, lines may be left out; JSON
 * is compared as values.
 */
import { expect } from 'vitest'

/** Numbers from here on are instants in Unix ms. */
const INSTANT = 1_000_000_000_000

export function expectOutput(printed: string, shown: { language: string; text: string }): void {
  if (shown.language === 'json') expect(JSON.parse(printed)).toEqual(pattern(JSON.parse(shown.text)))
  else expectLines(printed.split('\n'), shown.text.trimEnd().split('\n'))
}

/** The shown value with a matcher in each place that may differ. */
function pattern(shown: unknown): unknown {
  if (typeof shown === 'string' && shown.includes('…')) return expect.stringMatching(lineOf(shown))
  if (typeof shown === 'number' && shown >= INSTANT) return expect.any(Number)
  if (Array.isArray(shown)) return shown.map(pattern)
  if (typeof shown === 'object' && shown !== null) return Object.fromEntries(Object.entries(shown).map(([k, v]) => [k, pattern(v)]))
  return shown
}

/** Every shown line is printed, in this order. */
function expectLines(printed: string[], shown: string[]): void {
  let from = 0
  for (const line of shown) {
    if (line.trim() === '' || line.trim() === '…') continue
    const found = printed.findIndex((one, k) => k >= from && lineOf(line).test(one.trimEnd()))
    expect(found, `the line "${line}" is not in what was printed, or not in its place:\n${printed.join('\n')}`).toBeGreaterThanOrEqual(0)
    from = found + 1
  }
}

function lineOf(shown: string): RegExp {
  const escaped = shown.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('…', '.*').replace(/\s+\d+(\\\.\d+)? (ms|s)\b/g, '\\s+\\d+(\\.\\d+)? m?s')}$`)
}
