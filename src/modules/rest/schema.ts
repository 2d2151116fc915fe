/**
 * Schemas of answers, as OpenAPI 3.1 has them, written beside examples and checked against the types that they describe: a field that a type gains or
 * loses does not compile until its schema does the same. Pure.
 */

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>

/** A schema and a value that it allows. */
export interface Described {
  schema: Schema
  example: unknown
  /** It may be missing. */
  optional?: true
}

/** A schema with a name of its own in the document. */
export interface Named extends Described {
  name: string
  /** What stands under the name. */
  definition: Schema
}

type Optional = Described & { optional: true }
type Required = Described & { optional?: never }
/** A description of each field of `T`; those that may be missing are {@link optional}. */
export type FieldsOf<T> = { [K in keyof T]-?: object extends Pick<T, K> ? Optional : Required }

export const text = (description: string, example = 'a text', more: Schema = {}): Required => plain('string', description, example, more)
export const whole = (description: string, example = 1, more: Schema = {}): Required => plain('integer', description, example, more)
export const number = (description: string, example = 1.5): Required => plain('number', description, example)
export const flag = (description: string, example = true): Required => plain('boolean', description, example)
/** Unix ms. */
export const instant = (description: string): Required => whole(`${description}, Unix ms`, 1_767_225_600_000)
/** A duration in ms. */
export const ms = (description: string, example = 1_500): Required => whole(`${description}, ms`, example)
/** Any JSON value. */
export const json = (description: string, example: unknown = null): Required => ({ schema: { description }, example })
/** One of these texts. */
export const choice = (values: readonly string[], description: string): Required => ({
  schema: { type: 'string', enum: [...values], description },
  example: values[0],
})
/** Always the same. */
export const constant = (value: string | boolean, description: string): Required => ({
  schema: { const: value, description },
  example: value,
})

export const optional = ({ schema, example }: Described): Optional => ({ schema, example, optional: true })

/** The same, or null. */
export function nullable({ schema, example }: Described, isNull = false): Required {
  const { type } = schema
  const either =
    typeof type === 'string' && schema.enum === undefined ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] }
  return { schema: either, example: isNull ? null : example }
}

export const listOf = ({ schema, example }: Described, description?: string): Required => ({
  schema: { type: 'array', items: schema, ...(description === undefined ? {} : { description }) },
  example: [example],
})

/** Names of the user's choice, each with such a value. */
export const mapOf = ({ schema, example }: Described, description: string, name: string): Required => ({
  schema: { type: 'object', additionalProperties: schema, description },
  example: { [name]: example },
})

/** An object with these fields. Others may come in later versions. */
export function object<T>(fields: FieldsOf<T>, description?: string): Required {
  const entries = Object.entries(fields) as [string, Described][]
  const required = entries.filter(([, { optional }]) => optional !== true).map(([name]) => name)
  const schema = {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, one]) => [name, one.schema])),
    ...(required.length === 0 ? {} : { required }),
    ...(description === undefined ? {} : { description }),
  }
  const example = Object.fromEntries(
    entries.filter(([name, one]) => one.optional !== true || shown(name)).map(([name, one]) => [name, one.example]),
  )
  return { schema, example }
}

/** What only credentials without payloads meet is in no example. */
const shown = (name: string): boolean => name !== 'hidden'

/** One of these. */
export const oneOf = (choices: readonly [Described, ...Described[]], description: string): Required => ({
  schema: { oneOf: choices.map(({ schema }) => schema), description },
  example: choices[0].example,
})

/** Under a name of its own: others refer to it. `example`: instead of the one that its fields make. */
export function name(called: string, { schema, example }: Described, own: unknown = example): Named & Required {
  return { name: called, definition: { ...schema, examples: [own] }, schema: { $ref: `#/components/schemas/${called}` }, example: own }
}

function plain(type: string, description: string, example: unknown, more: Schema = {}): Required {
  return { schema: { type, ...more, description }, example }
}
