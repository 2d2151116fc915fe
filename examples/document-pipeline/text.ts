/**
 * Words and terms of a text. Pure.
 *
 * A word is a run of letters and digits, apostrophes and hyphens inside it included. A term is a word in lower case that has a letter, at
 * least three characters and is not a stop word (English list). There is no stemming: "queue" and "queues" are two terms.
 */

const STOP_WORDS = new Set(
  `a about above after again against all almost also although always am an and any are aren't as at be because been before being below
  between both but by can can't cannot come comes could couldn't did didn't do does doesn't doing don't down during each either else ever every
  few for from further get gets go goes had hadn't has hasn't have haven't having he her here hers herself him himself his how however i if
  in into is isn't it its it's itself just let let's like make makes many may me might more most much must my myself neither never no nobody
  none nor not nothing now of off often on once one only onto or other others our ours ourselves out over own per rather same shall she
  should shouldn't since so some somebody still such than that that's the their theirs them themselves then there there's these they this
  those though through thus to too two under until up upon us very was wasn't way we well were weren't what when where which while
  who whom whose why will with within without won't would wouldn't yet you your yours yourself yourselves`.split(/\s+/),
)

const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu

/** A term and how often it occurs. */
export type TermCount = [term: string, count: number]

/** The words of a text, in order. A word divided at the end of a line counts once: "distri-\nbuted" is "distributed". */
export function wordsOf(text: string): string[] {
  return text.replace(/(\p{L})-\n(\p{Ll})/gu, '$1$2').match(WORD) ?? []
}

function termOf(word: string): string | null {
  const term = word.toLowerCase().replaceAll('’', "'")
  return term.length >= 3 && /\p{L}/u.test(term) && !STOP_WORDS.has(term) ? term : null
}

/** How often each term occurs, most frequent first. */
export function countTerms(words: string[]): TermCount[] {
  const counts = new Map<string, number>()
  for (const word of words) {
    const term = termOf(word)
    if (term !== null) counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  return sortTerms(counts)
}

/** Adds up the term counts of several texts, most frequent first. */
export function mergeTerms(lists: Iterable<TermCount[]>): TermCount[] {
  const counts = new Map<string, number>()
  for (const list of lists) for (const [term, count] of list) counts.set(term, (counts.get(term) ?? 0) + count)
  return sortTerms(counts)
}

/** By count, then by code point: the same on every machine, whatever its locale. */
function sortTerms(counts: Map<string, number>): TermCount[] {
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
}
