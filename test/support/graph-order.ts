/** What a canvas promises about order: which of its tasks must have ended well before another may begin. */
import { compile } from '../../src/engine/canvas/compile.js'
import type { Graph, NodeIndex } from '../../src/engine/canvas/graph.js'
import { readCanvas } from '../../src/engine/canvas/read.js'

/** A task that several others come before: `after` are those that must have succeeded, as `17` or a range `3-9`. */
export interface Join {
  node: string
  after: string[]
}

/** Tasks of a canvas, and its joins in definition order. Error callbacks are none: they run because something failed. */
export function joinsOf(canvas: unknown): { tasks: number; joins: Join[] } {
  const graph = compile(readCanvas(canvas))
  const before = namedBy(graph)
  const joins: Join[] = []
  let tasks = 0
  graph.nodes.forEach(({ task, mode }, index) => {
    if (task === null) return
    tasks++
    const after = mode === 'error' ? [] : realTasks(graph, before, index)
    if (after.length > 1) joins.push({ node: String(index), after: ranges(after) })
  })
  return { tasks, joins }
}

/** `['3-9', '17']` as numbers. */
export const numbersOf = (list: readonly string[]): number[] =>
  list.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, k) => first + k)
  })

function namedBy({ nodes }: Graph): NodeIndex[][] {
  const before: NodeIndex[][] = nodes.map(() => [])
  nodes.forEach(({ next }, index) => {
    for (const to of next) before[to]?.push(index)
  })
  return before
}

/** Those that come before `index`, the ones behind virtual nodes in place of these. */
function realTasks({ nodes }: Graph, before: NodeIndex[][], index: NodeIndex): NodeIndex[] {
  const found = new Set<NodeIndex>()
  const todo = [...(before[index] ?? [])]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (nodes[next]?.task === null) todo.push(...(before[next] ?? []))
    else found.add(next)
  }
  return [...found].sort((a, b) => a - b)
}

function ranges(list: readonly number[]): string[] {
  const found: [number, number][] = []
  for (const number of list) {
    const last = found.at(-1)
    if (last !== undefined && number === last[1] + 1) last[1] = number
    else found.push([number, number])
  }
  return found.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
}
