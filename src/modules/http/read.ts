/**
 * Plain input into a class-validator DTO, without class-transformer: unknown fields are faults with their path, known ones are copied
 * by reference and validated by the decorators of the class.
 */
import { ValidateIf, type ValidationError, validateSync } from 'class-validator'
import type { Fault } from './problem.js'

/** A field that may be missing; unlike `@IsOptional()` it does not let `null` through. */
export function Absentable(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined)
}

/** The DTO, and what is wrong with `input`. The DTO holds only the fields named in `fields`. */
export function readInto<T extends object>(
  type: new () => T,
  fields: readonly (keyof T & string)[],
  input: unknown,
  path = '',
): [T, Fault[]] {
  const dto = new type()
  if (!isObject(input)) return [dto, [{ path: path || 'body', rule: 'must be an object' }]]
  const unknown = Object.keys(input).filter((key) => !(fields as readonly string[]).includes(key))
  for (const field of fields) {
    if (Object.hasOwn(input, field)) Reflect.set(dto, field, input[field])
  }
  return [dto, [...unknown.map((key) => ({ path: join(path, key), rule: 'is not a known field' })), ...faults(dto, path)]]
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function faults(dto: object, path: string): Fault[] {
  return validateSync(dto, { forbidUnknownValues: false, stopAtFirstError: true }).map((error) => fault(error, path))
}

function fault({ property, constraints }: ValidationError, path: string): Fault {
  return { path: join(path, property), rule: Object.values(constraints ?? {})[0] ?? 'is not valid' }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
