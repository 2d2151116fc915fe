/**
 * Paths into the input, as error messages show them: `canvas.chord.header[3].kwargs["first name"]`.
 */
const PLAIN_KEY = /^[A-Za-z_$][A-Za-z0-9_$]{0,63}$/
const LONGEST_KEY = 64
const MOST_SEGMENTS = 24

/** The path of a field; names that are no identifiers are quoted, very long ones cut. */
export function keyed(path: string, key: string): string {
  if (PLAIN_KEY.test(key)) return `${path}.${key}`
  const shown = key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key
  return `${path}[${JSON.stringify(shown)}]`
}

/** A path of many segments, cut so that it stays readable. */
export function deepPath(root: string, segments: readonly (string | number)[]): string {
  let path = root
  for (const segment of segments.slice(0, MOST_SEGMENTS)) path = typeof segment === 'number' ? `${path}[${segment}]` : keyed(path, segment)
  return segments.length > MOST_SEGMENTS ? `${path}…` : path
}
