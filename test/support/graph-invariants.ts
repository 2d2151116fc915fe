/** What must hold in every compiled graph, whatever its canvas. For the property tests of compile. */
import type { Graph, NamedValues, NodeIndex, Output, ValueExpr } from '../../src/engine/canvas/graph.js'
import { leavesOf, outputNodes, valueExprOf } from './graph-parts.js'

/** The invariants that `graph` breaks, as sentences; none when it is sound. */
export function brokenInvariants(graph: Graph): string[] {
  const broken: string[] = []
  const check = (holds: boolean, what: string) => void (holds || broken.push(what))
  const namedBy = inputsOf(graph)
  graph.nodes.forEach((node, index) => {
    const inputs = namedBy[index] ?? []
    check(node.needs === inputs.length, `node ${index} needs ${node.needs} but ${inputs.length} nodes name it`)
    check(isAscending(node.next), `the successors of ${index} are not ascending: ${node.next}`)
    check(
      node.next.every((next) => next > index && next < graph.nodes.length),
      `a successor of ${index} does not come after it`,
    )
    check(node.needs > 0 || node.mode === 'all', `node ${index} is a root of mode ${node.mode}`)
    check(node.mode !== 'every' || node.needs > 1, `node ${index} of mode every has ${node.needs} inputs`)
    check(node.mode !== 'all' || node.needs <= 1, `node ${index} of mode all has ${node.needs} inputs`)
    check(node.task !== null || (node.args.length === 0 && !node.errorInput), `virtual node ${index} has arguments`)
    check(!('link' in node.options || 'linkError' in node.options), `node ${index} keeps callbacks in its options`)
    check(node.path.startsWith('canvas'), `node ${index} has the path ${node.path}`)
    const used = node.input === null ? [] : nodesIn(node.input)
    check(node.input === null || inOrder(node.input), `the input of ${index} is not in definition order: ${used}`)
    const known = new Set<NodeIndex>()
    for (const todo = [...inputs]; todo.length > 0; ) {
      const input = todo.pop() as NodeIndex
      known.add(input)
      if (isBarrier(graph, input)) todo.push(...(namedBy[input] ?? []))
    }
    check(
      used.every((from) => known.has(from)),
      `node ${index} uses a result that it does not wait for`,
    )
    const decided = inputs.some((input) => isBarrier(graph, input) && graph.nodes[input]?.mode === 'chord')
    check((node.head !== undefined) === (node.mode === 'chord' && !decided), `node ${index} has the head ${node.head}`)
    check(node.head === undefined || node.head <= Math.min(...inputs), `the head of ${index} comes after one of its inputs`)
    if (node.chord !== undefined) checkChord(graph, index, node.chord, check)
  })
  checkOutput(graph, check)
  return broken
}

type Check = (holds: boolean, what: string) => void

function checkChord(graph: Graph, index: NodeIndex, join: NodeIndex, check: Check): void {
  const mode = graph.nodes[join]?.mode
  check(mode === 'chord' && join > index, `the chord of ${index} is ${join}, of mode ${mode}`)
}

function checkOutput({ nodes, output }: Graph, check: Check): void {
  const leaves = leavesOf(output)
  check(nodes.length > 0 && outputNodes(output).every((index) => nodes[index] !== undefined), 'an output is no node')
  check(leaves.length > 0 && isAscending(leaves), `the outputs are not in definition order: ${leaves}`)
  checkGates(output, check)
}

function checkGates(output: Output, check: Check): void {
  if (typeof output === 'number') return
  const { gate, members } = output
  check(gate === null || leavesOf(output).every((leaf) => leaf >= gate), `gate ${gate} comes after a member`)
  for (const member of members) checkGates(member, check)
}

/** A virtual join in front of several entries: it has no value of its own. */
function isBarrier({ nodes }: Graph, index: NodeIndex): boolean {
  const node = nodes[index]
  return node !== undefined && node.task === null && node.input === null && node.mode !== 'error'
}

function inputsOf({ nodes }: Graph): NodeIndex[][] {
  const inputs: NodeIndex[][] = nodes.map(() => [])
  nodes.forEach(({ next }, index) => {
    for (const to of next) inputs[to]?.push(index)
  })
  return inputs
}

const nodesIn = (value: ValueExpr): NodeIndex[] => (typeof value === 'number' ? [value] : partsOf(value).flatMap(nodesIn))

const partsOf = (value: Exclude<ValueExpr, number>): ValueExpr[] =>
  Array.isArray(value) ? value : 'settled' in value ? value.settled.map(valueExprOf) : value.values

/** Of a list; the values of an object stand in the order of its names. */
const inOrder = (value: ValueExpr): boolean =>
  typeof value === 'number' || (isNamed(value) ? value.values.every(inOrder) : isAscending(nodesIn(value)))

const isNamed = (value: Exclude<ValueExpr, number>): value is NamedValues => !Array.isArray(value) && 'names' in value

const isAscending = (list: readonly number[]): boolean => list.every((item, i) => i === 0 || (list[i - 1] as number) < item)
