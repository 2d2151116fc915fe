/**
 * What a document may be, decided before it is validated: validating one takes time that grows with the square of its fields. Linear in the document,
 * fragments are looked at once.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  visit,
} from 'graphql'
import { ChordisError } from '../../../engine/index.js'
import type { GraphqlSettings } from '../graphql.options.js'
import { CostOf } from './cost.js'

/** A document and what it is called with. */
export interface AskedDocument {
  query: string
  variables?: Readonly<Record<string, unknown>> | null
}

type Limits = Pick<GraphqlSettings, 'limits' | 'introspection'>

const exceeded = (rule: string): ChordisError => new ChordisError('limit-exceeded', rule, { path: 'query', rule })

/**
 * Refuses what would cost too much.
 * @throws ChordisError `limit-exceeded`, `request-invalid`, `forbidden` (introspection); GraphQLError for what is no GraphQL
 */
export function checkDocument(schema: GraphQLSchema, { query, variables }: AskedDocument, { limits, introspection }: Limits): void {
  const document = parsed(query, limits.tokens)
  checkCounts(document, limits, introspection)
  const cost = new CostOf(schema, fragmentsOf(document), variables ?? {})
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) checkOperation(definition, cost, limits)
  }
}

function parsed(query: string, maxTokens: number): DocumentNode {
  try {
    return parse(query, { maxTokens, noLocation: true })
  } catch (error) {
    if (error instanceof GraphQLError && /more th[ae][tn] \d+ tokens/.test(error.message))
      throw exceeded(`must not have more than ${maxTokens} tokens`)
    throw error
  }
}

function checkCounts(document: DocumentNode, limits: Limits['limits'], introspection: boolean): void {
  let [fields, aliases, directives] = [0, 0, 0]
  visit(document, {
    // What stands in arguments is looked at by who takes it.
    Argument: () => false,
    Directive: () => {
      directives++
      return false
    },
    Field: ({ alias, name }: FieldNode) => {
      fields++
      if (alias !== undefined) aliases++
      if (!introspection && (name.value === '__schema' || name.value === '__type'))
        throw new ChordisError('forbidden', 'the schema cannot be asked for here', { path: 'query' })
    },
  })
  if (fields > limits.fields) throw exceeded(`must not have more than ${limits.fields} fields`)
  if (aliases > limits.aliases) throw exceeded(`must not have more than ${limits.aliases} aliases`)
  if (directives > limits.directives) throw exceeded(`must not have more than ${limits.directives} directives`)
}

function checkOperation(operation: OperationDefinitionNode, cost: CostOf, limits: Limits['limits']): void {
  const { depth, total } = cost.operation(operation)
  if (depth > limits.depth) throw exceeded(`must not be deeper than ${limits.depth} fields`)
  if (total > limits.cost) throw exceeded(`costs ${total}, more than ${limits.cost}: ask for less, or for shorter lists (first)`)
}

const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])))
