/** The scalars that GraphQL does not have: any JSON value, and milliseconds. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'

/**
 * Any JSON value, as it is. In a document it is written as GraphQL writes values (names of fields without quotes); what GraphQL cannot write, such as other
 * names, comes as a variable.
 */
export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value: null, a boolean, a number, a text, a list or an object.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literal(node, variables ?? {}),
})

function literal(node: ValueNode, variables: { readonly [name: string]: unknown }): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null
    case Kind.LIST:
      return node.values.map((value) => literal(value, variables))
    case Kind.OBJECT:
      // fromEntries defines what it is given: `__proto__` stays an ordinary name.
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literal(value, variables)]))
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.ENUM:
      throw new GraphQLError(`${node.value} is no JSON value: texts stand in quotes`, { nodes: node })
    default:
      return node.value
  }
}

/** Whole milliseconds. GraphQL's Int ends at 2^31, in January 1970. */
export const MsScalar = new GraphQLScalarType<number, number>({
  name: 'Ms',
  description: 'Whole milliseconds: an instant since 1970-01-01T00:00:00Z by the clock of Redis, or a duration.',
  serialize: (value) => value as number,
  parseValue: whole,
  parseLiteral: (node) => whole(node.kind === Kind.INT ? Number(node.value) : undefined),
})

function whole(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new GraphQLError('must be a whole number of milliseconds')
}
