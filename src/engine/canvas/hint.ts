/**
 * "did you mean": the known name that is nearest to a mistyped one.
 */

/** ` (did you mean "queue"?)`, or the list of what is allowed, or nothing when there is nothing to say. */
export function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  if (near !== undefined) return ` (did you mean ${JSON.stringify(near)}?)`
  return known.length <= 8 ? ` (known: ${known.join(', ')})` : ''
}

function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 40) return undefined
  const plain = simplify(name)
  let best: string | undefined
  let least = Math.max(1, Math.floor(plain.length * 0.4)) + 1
  for (const candidate of known) {
    const other = simplify(candidate)
    const distance = plain.length > 2 && other.startsWith(plain) ? 1 : editDistance(plain, other)
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** Spelling without what people mix up: case, `_` and `-`. */
function simplify(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '')
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
