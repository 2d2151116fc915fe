/** Small pure functions on graphs: what an output is made of, and a graph with other indices. For the interpreter and the tests of compile. */
import type { Graph, GraphNode, NodeIndex, Output, ValueExpr } from '../../src/engine/canvas/graph.js'

/** The nodes whose results make an output: a group without members has its gate. */
export function leavesOf(output: Output): NodeIndex[] {
  if (typeof output === 'number') return [output]
  return output.members.length === 0 && output.gate !== null ? [output.gate] : output.members.flatMap(leavesOf)
}

/** The nodes that must have ended before an output is known: leaves and gates, each once. */
export function outputNodes(output: Output): NodeIndex[] {
  const gatesOf = (of: Output): NodeIndex[] =>
    typeof of === 'number' ? [] : [...(of.gate === null ? [] : [of.gate]), ...of.members.flatMap(gatesOf)]
  return [...new Set([...leavesOf(output), ...gatesOf(output)])]
}

/** The value that an output stands for where it is an input: a group without members is its gate, a virtual node whose value is `[]`. */
export function valueExprOf(output: Output): ValueExpr {
  if (typeof output === 'number') return output
  return output.members.length === 0 && output.gate !== null ? output.gate : output.members.map(valueExprOf)
}

/** The same graph with every index moved by `by`; lists that were one object stay one object. */
export function shifted(graph: Graph, by: number): Graph {
  const lists = new Map<ValueExpr, ValueExpr>()
  const shift = (value: ValueExpr): ValueExpr => {
    if (typeof value === 'number') return value + by
    const moved = lists.get(value) ?? shiftParts(value)
    lists.set(value, moved)
    return moved
  }
  const shiftParts = (value: Exclude<ValueExpr, number>): ValueExpr => {
    if (Array.isArray(value)) return value.map(shift)
    return 'settled' in value ? { settled: value.settled.map(shiftOutput) } : { ...value, values: value.values.map(shift) }
  }
  const shiftOutput = (output: Output): Output =>
    typeof output === 'number'
      ? output + by
      : { gate: output.gate === null ? null : output.gate + by, members: output.members.map(shiftOutput) }
  const nodes = graph.nodes.map((node) => {
    const moved: GraphNode = { ...node, next: node.next.map((next) => next + by), input: node.input === null ? null : shift(node.input) }
    if (node.chord !== undefined) moved.chord = node.chord + by
    if (node.head !== undefined) moved.head = node.head + by
    return moved
  })
  return { nodes, output: shiftOutput(graph.output) }
}
