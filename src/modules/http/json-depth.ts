/**
 * How deep a JSON text is nested, before it is parsed: a megabyte of brackets takes `JSON.parse` 100 ms, in which nothing else runs, and a look at them 2 ms.
 * What is not JSON may be called anything; the parser has the last word.
 */

/** Levels of a body: 512 of arguments, and more than all that may stand around them. What comes behind the parser walks over them by recursion. */
const MOST_LEVELS = 1_024
/** The rule that is broken. */
export const TOO_DEEP = `is nested deeper than ${MOST_LEVELS} levels`

const QUOTE = 34
const OPENS = new Set([91, 123])
const CLOSES = new Set([93, 125])

/** Whether arrays and objects stand in one another more than `most` times. Linear in the text. */
export function isDeeperThan(text: string, most = MOST_LEVELS): boolean {
  // Each level is two characters at least.
  if (text.length <= 2 * most) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfText(text, at)
    else if (OPENS.has(code) && ++depth > most) return true
    else if (CLOSES.has(code)) depth--
  }
  return false
}

/** Where the text that begins at `from` ends: at a quote behind an even number of backslashes. */
function endOfText(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at
    while (text[before - 1] === '\\') before--
    if ((at - before) % 2 === 0) return at
  }
  return text.length
}
