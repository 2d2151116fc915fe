/**
 * What an operation costs, and how deep it is. A field that holds others costs 1, or what the schema says (`complexity`); what is in a list costs as often
 * as the list is long: `first`, or 10 where a list has none. The members of a connection are counted where the connection is asked for.
 *
 * The document has not been validated: fields that there are not, and fragments in a circle, cost next to nothing here and are refused then.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { ChordisError } from '../../../engine/index.js'
import { MOST_FIRST } from '../types/page.js'

/** What a part of an operation is. */
export interface Cost {
  /** Fields in one another. */
  depth: number
  total: number
}

/** Members of a list without `first`. */
const USUAL_SIZE = 10
const NOTHING: Cost = { depth: 0, total: 0 }
/** Its own rules bound it: graphql's MaxIntrospectionDepthRule. */
const INTROSPECTION = /^__/

/** Costs of the operations of one document. */
export class CostOf {
  private readonly known = new Map<string, Cost>()

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  /** @throws ChordisError `request-invalid` for a `first` that cannot be */
  operation({ operation, selectionSet, variableDefinitions = [] }: OperationDefinitionNode): Cost {
    this.known.clear()
    const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
    )
    return this.selections(selectionSet, this.schema.getRootType(operation)?.name, false, new Map(defaults))
  }

  private selections(set: SelectionSetNode, type: string | undefined, isPage: boolean, defaults: ReadonlyMap<string, unknown>): Cost {
    let [depth, total] = [0, 0]
    for (const selection of set.selections) {
      const cost =
        selection.kind === Kind.FIELD
          ? this.field(selection, type, isPage, defaults)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? this.selections(selection.selectionSet, selection.typeCondition?.name.value ?? type, isPage, defaults)
            : this.fragment(selection.name.value, isPage, defaults)
      depth = Math.max(depth, cost.depth)
      total += cost.total
    }
    return { depth, total }
  }

  private fragment(name: string, isPage: boolean, defaults: ReadonlyMap<string, unknown>): Cost {
    const key = `${name} ${isPage}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const fragment = this.fragments.get(name)
    if (fragment === undefined) return NOTHING
    // Of a circle, the inner round costs nothing.
    this.known.set(key, NOTHING)
    const cost = this.selections(fragment.selectionSet, fragment.typeCondition.name.value, isPage, defaults)
    this.known.set(key, cost)
    return cost
  }

  private field(node: FieldNode, type: string | undefined, isPage: boolean, defaults: ReadonlyMap<string, unknown>): Cost {
    if (INTROSPECTION.test(node.name.value)) return NOTHING
    const field = this.definition(type, node.name.value)
    const named = field && getNamedType(field.type)
    const first = field && this.first(node, field, defaults)
    const isList = field !== undefined && isListType(getNullableType(field.type))
    const size = first ?? (isList && !isPage && isCompositeType(named) ? USUAL_SIZE : 1)
    const inside = node.selectionSet && this.selections(node.selectionSet, named?.name, first !== undefined, defaults)
    const own = (field?.extensions.complexity as number | undefined) ?? (inside === undefined ? 0 : 1)
    return { depth: 1 + (inside?.depth ?? 0), total: own + size * (inside?.total ?? 0) }
  }

  private definition(type: string | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
    const parent = type === undefined ? undefined : this.schema.getType(type)
    return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined
  }

  /** Undefined for a field that has no such argument. What is no number is refused when the document is validated. */
  private first(node: FieldNode, field: GraphQLField<unknown, unknown>, defaults: ReadonlyMap<string, unknown>): number | undefined {
    const argument = field.args.find(({ name }) => name === 'first')
    if (argument === undefined) return undefined
    const value = node.arguments?.find(({ name }) => name.value === 'first')?.value
    const asked = value === undefined ? argument.defaultValue : this.value(value, defaults)
    const first = asked ?? argument.defaultValue
    if (typeof first !== 'number') return MOST_FIRST
    if (first >= 1 && first <= MOST_FIRST) return first
    throw new ChordisError('request-invalid', `must be 1 to ${MOST_FIRST}`, { path: `${node.name.value}.first` })
  }

  private value(node: Parameters<typeof valueFromASTUntyped>[0], defaults: ReadonlyMap<string, unknown>): unknown {
    if (node.kind !== Kind.VARIABLE) return valueFromASTUntyped(node)
    const name = node.name.value
    return Object.hasOwn(this.variables, name) ? this.variables[name] : defaults.get(name)
  }
}
