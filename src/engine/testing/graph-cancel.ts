/** What a cancellation or a revocation ends in memory, as lua/lib/cancel.lua and sweep.lua walk over it. */
import { segmentPrefix } from '../protocol/ids.js'
import { isTerminal, type RunNode, type Segment } from './run-node.js'

/** Those of these nodes that are open, and what they replaced themselves by or added; callbacks stay. Each is to be ended before the next is asked for. */
export function* openIn(segments: ReadonlyMap<string, Segment>, nodes: readonly RunNode[]): Generator<RunNode> {
  const list = [...nodes]
  for (const node of list) {
    if (isTerminal(node) || node.node.callback) continue
    const more = node.record?.[0] === 'W' ? [segmentPrefix(node.id, 0)] : addedTo(node)
    for (const prefix of more) list.push(...(segments.get(prefix)?.nodes ?? []))
    yield node
  }
}

/** Those of these nodes that are open, callbacks too, and what they replaced themselves by or added. */
export function openUnder(segments: ReadonlyMap<string, Segment>, nodes: readonly RunNode[]): RunNode[] {
  const list = [...nodes]
  for (const node of list) {
    const own = node.record?.[0] === 'W' ? segments.get(segmentPrefix(node.id, 0)) : undefined
    const members = addedTo(node).map((prefix) => segments.get(prefix))
    for (const segment of [own, ...members]) for (const more of segment?.nodes ?? []) list.push(more)
  }
  return [...new Set(list)].filter((node) => !isTerminal(node))
}

/** Prefixes of what tasks added to a join. */
export function addedTo({ added }: RunNode): string[] {
  return added
    .split(',')
    .filter(Boolean)
    .map((id) => id.slice(0, id.lastIndexOf('/') + 1))
}

/** Whether an open node runs, or could have run; else something before it is open. */
export function couldRun({ record, pending, bad, node }: RunNode): boolean {
  return record !== null || (node.mode !== 'error' && pending === 0 && bad === null)
}

/** The error of what is ended because that node did not succeed. */
export function cancellation(failed: string): string {
  const message = `task ${failed} did not succeed: what it was to end with was cancelled`
  return `R|${JSON.stringify({ type: 'TaskRevokedError', message, code: 'revoked' })}`
}
