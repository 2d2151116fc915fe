/**
 * A class-validator DTO as a Standard Schema: class-transformer makes an instance of it, class-validator looks at it.
 *
 * Unknown fields are faults, as in the REST interface: what a caller misspelt must not be lost in silence. Nested DTOs need `@ValidateNested()` and
 * `@Type(() => Nested)`, as everywhere.
 */
import type { Type } from '@nestjs/common'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { plainToInstance } from 'class-transformer'
import { getMetadataStorage, type ValidationError, validate } from 'class-validator'

/** What `@Task({ args: […] })` takes: a DTO's class, or any Standard Schema. */
export type Checkable = StandardSchemaV1 | Type<object>

/** The schema of a DTO's class. Its value is an instance of the class. @throws Error for a class without rules, which would refuse every field */
export function dto<T extends object>(type: Type<T>): StandardSchemaV1<T, T> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)
  if (rules.length === 0) throw new Error(`${type.name} has no rules of class-validator; put its decorators on the fields`)
  return { '~standard': { version: 1, vendor: 'chordis', validate: (value) => check(type, value) } }
}

/** A schema as it is, a class as its schema. */
export function schemaOf(given: Checkable): StandardSchemaV1 {
  return typeof given === 'function' && !('~standard' in given) ? dto(given) : (given as StandardSchemaV1)
}

async function check<T extends object>(type: Type<T>, value: unknown): Promise<StandardSchemaV1.Result<T>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { issues: [{ message: 'must be an object' }] }
  const instance = plainToInstance(type, value)
  const errors = await validate(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false })
  return errors.length === 0 ? { value: instance } : { issues: errors.flatMap((error) => issues(error, [])) }
}

function issues({ property, constraints, children = [] }: ValidationError, before: string[]): StandardSchemaV1.Issue[] {
  const path = [...before, property]
  const own = Object.entries(constraints ?? {}).map(([rule, message]) => ({ path, message: said(rule, message, property) }))
  return [...own, ...children.flatMap((child) => issues(child, path))]
}

/** class-validator's default messages begin with the property, which stands in the path already. */
function said(rule: string, message: string, property: string): string {
  if (rule === 'whitelistValidation') return 'is not a known field'
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message
}
