/**
 * The fields of request DTOs: each decorator says at once how class-validator checks a value, how OpenAPI describes it, and how the text of a query
 * becomes it. So none of the three can drift.
 */
import 'reflect-metadata'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsInt, IsObject, IsString, Length, Matches, Max, Min } from 'class-validator'
import { Absentable } from '../http/read.js'

/** How the text of a query becomes the value. `opaque`: it stays as it came, unread. */
export type FieldKind = 'text' | 'whole' | 'flag' | 'texts' | 'opaque'

/** A field of a DTO. */
export interface Field {
  name: string
  kind: FieldKind
  /** The DTO that its value is read into. */
  of?: () => new () => object
  required: boolean
  /** Its OpenAPI schema. */
  schema: Schema
}

/** What every field says of itself. */
export interface About {
  description: string
  example?: unknown
  /** Default: it may be left out. */
  required?: boolean
}

type Schema = Record<string, unknown> & { description: string }

const FIELDS = Symbol('chordis.fields')
const NAME = /^[A-Za-z0-9._-]{1,128}$/
const NAME_RULE = 'must be 1 to 128 characters of A-Z a-z 0-9 . _ -'

/** The fields of a DTO, those of its base class included, in the order of their declaration. */
export function fieldsOf(type: new () => object): readonly Field[] {
  return (Reflect.getMetadata(FIELDS, type.prototype as object) as Field[] | undefined) ?? []
}

/** A DTO in the OpenAPI document. */
export function schemaOf(type: new () => object): object {
  const fields = fieldsOf(type)
  const required = fields.filter((one) => one.required).map(({ name }) => name)
  const properties = Object.fromEntries(
    fields.map(({ name, of, schema }) => [name, of === undefined ? withExamples(schema) : referring(of(), schema)]),
  )
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }), additionalProperties: false }
}

/** How others refer to it. */
export const refTo = (type: new () => object): { $ref: string } => ({
  $ref: `#/components/schemas/${type.name.replace(/Dto$/, 'Request')}`,
})

const referring = (type: new () => object, { description }: Schema): object => ({ allOf: [refTo(type)], description })

/** JSON Schema, and so OpenAPI 3.1, has a list of examples. */
const withExamples = ({ example, ...schema }: Schema): object => (example === undefined ? schema : { ...schema, examples: [example] })

function field(kind: FieldKind, about: About, schema: object, checks: PropertyDecorator[], of?: Field['of']): PropertyDecorator {
  const { required = false, ...said } = about
  const described: Schema = { ...schema, ...said }
  return (target, key) => {
    const name = String(key)
    const before = (Reflect.getMetadata(FIELDS, target) as Field[] | undefined) ?? []
    Reflect.defineMetadata(FIELDS, [...before, { name, kind, required, schema: described, ...(of === undefined ? {} : { of }) }], target)
    for (const check of required ? checks : [Absentable(), ...checks]) check(target, key)
  }
}

/** `[A-Za-z0-9._-]{1,128}`: ids, tags, queues. */
export function Name(about: About): PropertyDecorator {
  return field('text', about, { type: 'string', pattern: NAME.source }, [Matches(NAME, { message: NAME_RULE })])
}

/** A text of 1 to `most` characters. */
export function Text({ most = 256, ...about }: About & { most?: number }): PropertyDecorator {
  return field('text', about, { type: 'string', minLength: 1, maxLength: most }, [
    Length(1, most, { message: `must be a string of 1 to ${most} characters` }),
  ])
}

/** A whole number. */
export function Whole({ least, most, ...about }: About & { least: number; most: number }): PropertyDecorator {
  const message = `must be a whole number from ${least} to ${most}`
  return field('whole', about, { type: 'integer', minimum: least, maximum: most }, [
    IsInt({ message }),
    Min(least, { message }),
    Max(most, { message }),
  ])
}

/** `true` or `false`. */
export function Flag(about: About): PropertyDecorator {
  return field('flag', about, { type: 'boolean' }, [IsBoolean({ message: 'must be true or false' })])
}

/** One of these. */
export function Choice(values: readonly string[], about: About): PropertyDecorator {
  const message = `must be ${values.map((value) => `"${value}"`).join(' or ')}`
  return field('text', about, { type: 'string', enum: [...values] }, [IsIn([...values], { message })])
}

/** One or more of these; in a query the parameter is repeated. */
export function Choices(values: readonly string[], about: About): PropertyDecorator {
  const message = `must be of ${values.join(', ')}`
  return field('texts', about, { type: 'array', items: { type: 'string', enum: [...values] } }, [
    IsArray({ message }),
    IsIn([...values], { each: true, message }),
  ])
}

/** A list of names. */
export function Names({ least = 0, most, ...about }: About & { least?: number; most: number }): PropertyDecorator {
  const items = { type: 'string', pattern: NAME.source }
  return field('texts', about, { type: 'array', items, minItems: least, maxItems: most }, [
    IsArray({ message: 'must be a list of names' }),
    ArrayMinSize(least, { message: `must not hold less than ${least} names` }),
    ArrayMaxSize(most, { message: `must not hold more than ${most} names` }),
    Matches(NAME, { each: true, message: `must hold names: each ${NAME_RULE}` }),
  ])
}

/** A list of texts. */
export function Texts({ least = 0, most, ...about }: About & { least?: number; most: number }): PropertyDecorator {
  return field('texts', about, { type: 'array', items: { type: 'string' }, minItems: least, maxItems: most }, [
    IsArray({ message: 'must be a list of texts' }),
    IsString({ each: true, message: 'must be a list of texts' }),
    ArrayMinSize(least, { message: `must not hold less than ${least} texts` }),
    ArrayMaxSize(most, { message: `must not hold more than ${most} texts` }),
  ])
}

/** Read into a DTO of its own. */
export function Nested(of: () => new () => object, about: About): PropertyDecorator {
  return field('opaque', about, {}, [IsObject({ message: 'must be an object' })], of)
}

/** Not read here: the engine checks it, with its path. `schema` describes it. */
export function Opaque(about: About, schema: object = {}): PropertyDecorator {
  return field('opaque', about, schema, [])
}
