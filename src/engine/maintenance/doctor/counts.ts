/** A workflow's control field held against its nodes. Pure. */
import { awaitedChild } from '../../protocol/children.js'
import { segmentPrefix } from '../../protocol/ids.js'
import type { TemplateParts } from '../../protocol/stored.js'
import { type Code, codeOf, isTerminal } from './hearing.js'
import { eachNode, type Picture } from './picture.js'

export interface Counts {
  /** Tasks and output nodes that are not terminal. */
  rem: number
  outs: number
  worst: 'S' | 'R' | 'F'
  ok: number
  failed: number
  revoked: number
  skipped: number
}

const FIELD: Record<Code, 'ok' | 'failed' | 'revoked' | 'skipped'> = { S: 'ok', F: 'failed', R: 'revoked', K: 'skipped' }

/** The counts that follow from the nodes; null when a part of the graph is not there to be counted. */
export async function countsOf(picture: Picture): Promise<Counts | null> {
  const counts: Counts = { rem: 0, outs: 0, worst: 'S', ok: 0, failed: 0, revoked: 0, skipped: 0 }
  let whole = true
  await eachNode(picture, (segment, index, word, template) => {
    whole &&= !namesUnknownSegment(picture, `${segment.prefix}${index}`, word)
    count(counts, word, template)
  })
  const joined = [...picture.added.values()].flatMap((list) => list.split(',').filter(Boolean))
  return whole && joined.every((member) => picture.segments.has(prefixOf(member))) ? counts : null
}

function count(counts: Counts, word: string, template: TemplateParts): void {
  if (!isTerminal(word)) {
    if (!template.virtual) counts.rem++
    if (template.output) counts.outs++
    return
  }
  if (!template.virtual) counts[FIELD[codeOf(word)]]++
  if (!template.output) return
  // What skipped it says how bad it is (`output` of lua/lib/graph.lua).
  const letter = word[0] === 'K' ? word[2] : codeOf(word)
  if (letter === 'F' || letter === 'C') counts.worst = 'F'
  else if (letter === 'R' && counts.worst === 'S') counts.worst = 'R'
}

/** The segment of a node: `17/` of `17/3`, '' of `3`. */
const prefixOf = (node: string): string => node.slice(0, node.lastIndexOf('/') + 1)

/** A value or a cause in a part of the graph that is not known to belong to it. */
function namesUnknownSegment({ segments }: Picture, node: string, word: string): boolean {
  if (word[0] === 'W') return awaitedChild(word) === undefined && !segments.has(segmentPrefix(node, 0))
  if (word.indexOf('/') < 0) return false
  if (word[0] === 'V') return !segments.has(word.slice(2))
  return (word[0] === 'C' || word[0] === 'A' || word[0] === 'K') && !segments.has(prefixOf(word.slice(3).replace('*', '')))
}

/** Whether the control field says these counts. */
export function says(control: string, { rem, outs, worst, ok, failed, revoked, skipped }: Counts): boolean {
  const parts = control.split(' ')
  const judged = worstOf(control, outs, worst)
  const [said, is] = [
    [parts[2], parts[3], parts[4], ...parts.slice(9, 13)],
    [rem, outs, judged, ok, failed, revoked, skipped],
  ]
  return said.every((part, k) => part === String(is[k]))
}

/** J: how bad it is will be asked anew when the last output has ended. */
export const worstOf = (control: string, outs: number, worst: Counts['worst']): Counts['worst'] | 'J' =>
  control.split(' ')[4] === 'J' && outs > 0 ? 'J' : worst
