/** The texts of inputs, as layouts write them; entries of one body share a list, whose text is made once. */
import type { ValueExpr } from '../canvas/graph.js'
import { exprText } from '../protocol/layout-texts.js'
import type { RunNode } from './run-node.js'

const texts = new WeakMap<object, string>()

function textOf(expr: ValueExpr): string {
  if (typeof expr === 'number') return exprText(expr, null)
  let text = texts.get(expr)
  if (text === undefined) {
    text = exprText(expr, null)
    texts.set(expr, text)
  }
  return text
}

/** What a node is given, as an expression over its segment; `[]` when it is given nothing. */
export const exprOf = ({ node }: RunNode): string => (node.input === null ? '[]' : textOf(node.input))

/** As {@link exprOf}, with the members that tasks added to its chord behind those that were defined: to a barrier's, where it is an entry behind one. */
export function inputOf(given: RunNode): string {
  const expr = exprOf(given)
  const { mode, head } = given.node
  const join = head === undefined ? given.predecessor : given
  const added = mode === 'chord' ? (join?.added ?? '') : ''
  if (added === '') return expr
  return expr === '[]' ? `[${added.slice(1)}]` : `${expr.slice(0, -1)}${added}]`
}
