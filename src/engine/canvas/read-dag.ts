/**
 * The parts of a plain graph, in either of our forms: an object of canvases by name, each with its `after`, or the AST's list. Names that
 * nobody has and cycles are refused by path.
 */
import type { Place, ReadContext } from './context.js'
import { dagOrder } from './dag.js'
import { checkFields, type Fields, isFields, readName } from './fields.js'
import { hint } from './hint.js'
import { keyed } from './paths.js'
import type { Canvas, DagNode } from './types.js'

/** Reads the parts and checks what they say of each other. */
export function readNodes(context: ReadContext, input: unknown, place: Place): DagNode[] {
  const path = `${place.path}.graph.nodes`
  const nodes = Array.isArray(input) ? readList(context, input, path, place) : readNamed(context, input, path, place)
  if (checkNames(context, nodes, path)) checkCycles(context, nodes, path)
  return nodes
}

/** `{"a": {"task": …}, "b": {"task": …, "after": ["a"]}}`. */
function readNamed(context: ReadContext, input: unknown, path: string, place: Place): DagNode[] {
  if (!isFields(input)) {
    context.fail(path, 'must be an object of canvases by name')
    return []
  }
  return Object.entries(input).map(([name, value]) => {
    const at = keyed(path, name)
    readName(context, name, at)
    const { canvas, after } = isFields(value) && Object.hasOwn(value, 'after') ? withoutAfter(value) : { canvas: value, after: undefined }
    return { name, canvas: readPart(context, canvas, at, place), after: readAfter(context, after, at) }
  })
}

function withoutAfter({ after, ...canvas }: Fields): { canvas: unknown; after: unknown } {
  return { canvas, after }
}

/** The AST: `[{name, canvas, after}]`. */
function readList(context: ReadContext, input: readonly unknown[], path: string, place: Place): DagNode[] {
  const seen = new Set<string>()
  return input.flatMap((item, i) => {
    if (!isFields(item)) {
      context.fail(`${path}[${i}]`, 'must be an object with name, canvas and after')
      return []
    }
    checkFields(context, item, `${path}[${i}]`, ['name', 'canvas', 'after'])
    const name = readName(context, item.name, `${path}[${i}].name`)
    const at = keyed(path, name)
    if (seen.has(name)) context.fail(at, 'is there twice')
    seen.add(name)
    return [{ name, canvas: readPart(context, item.canvas, at, place), after: readAfter(context, item.after, at) }]
  })
}

function readPart(context: ReadContext, canvas: unknown, path: string, place: Place): Canvas {
  return context.read(canvas, { path, level: place.level + 1, dialect: place.dialect })
}

function readAfter(context: ReadContext, value: unknown, path: string): string[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.map((name, i) => readName(context, name, `${path}.after[${i}]`))
  context.fail(`${path}.after`, 'must be an array of names')
  return []
}

/** Whether every name in an `after` is that of another part, and stands there once. */
function checkNames(context: ReadContext, nodes: readonly DagNode[], path: string): boolean {
  const names = new Set(nodes.map(({ name }) => name))
  let sound = true
  const fail = (at: string, rule: string) => {
    context.fail(at, rule)
    sound = false
  }
  for (const { name, after } of nodes) {
    const seen = new Set<string>()
    for (const [i, other] of after.entries()) {
      const at = `${keyed(path, name)}.after[${i}]`
      if (other === '') sound = false
      else if (!names.has(other))
        fail(
          at,
          `there is no ${JSON.stringify(other)} in this graph${hint(other, nodes.flatMap((node) => (node.name === name ? [] : [node.name])).slice(0, 1_000))}`,
        )
      else if (seen.has(other)) fail(at, `${JSON.stringify(other)} is there twice`)
      seen.add(other)
    }
  }
  return sound
}

/** Names of a cycle that a message shows. */
const MOST_SHOWN = 8

function checkCycles(context: ReadContext, nodes: readonly DagNode[], path: string): void {
  const found = dagOrder(nodes)
  if ('order' in found) return
  const [last = ''] = found.cycle
  const before = found.cycle.at(-2) ?? last
  const i = nodes.find(({ name }) => name === last)?.after.indexOf(before) ?? 0
  const names = found.cycle.length <= MOST_SHOWN ? found.cycle : [...found.cycle.slice(0, MOST_SHOWN - 2), '…', last]
  context.fail(`${keyed(path, last)}.after[${i}]`, `makes a cycle: ${names.join(' -> ')}`)
}
