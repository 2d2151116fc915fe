/**
 * Bodies and queries into DTOs, without class-transformer: unknown fields are faults with their path, known ones are copied by reference and checked by
 * the decorators of the class (fields.ts).
 */
import { type Fault, RequestInvalidError } from '../http/problem.js'
import { isObject, readInto } from '../http/read.js'
import { type FieldKind, fieldsOf } from './fields.js'

type Type<T> = new () => T

/** The DTO, which holds only what is there, and what is wrong with `input`. */
export function readDto<T extends object>(type: Type<T>, input: unknown, path = ''): [T, Fault[]] {
  const fields = fieldsOf(type)
  // Most submissions have a canvas and nothing else: where nothing is required, there is nothing to be checked.
  if (isObject(input) && Object.keys(input).length === 0 && !fields.some(({ required }) => required)) return [new type(), []]
  const names = fields.map(({ name }) => name) as (keyof T & string)[]
  const [dto, faults] = readInto(type, names, input, path)
  for (const { name, of } of fields) {
    if (of === undefined || !Object.hasOwn(dto, name)) continue
    const at = path === '' ? name : `${path}.${name}`
    if (faults.some((fault) => fault.path === at)) continue
    const [nested, inner] = readDto(of(), Reflect.get(dto, name), at)
    Reflect.set(dto, name, nested)
    faults.push(...inner)
  }
  return [dto, faults]
}

/** A body that must be right; none is an empty one. @throws RequestInvalidError */
export function readBody<T extends object>(type: Type<T>, body: unknown): T {
  const [dto, faults] = readDto(type, body ?? {})
  refuse(faults)
  return dto
}

/** A query that must be right; its texts become what the fields are. @throws RequestInvalidError */
export function readQuery<T extends object>(type: Type<T>, query: Readonly<Record<string, unknown>>): T {
  const kinds = new Map(fieldsOf(type).map(({ name, kind }) => [name, kind]))
  const read = Object.create(null) as Record<string, unknown>
  for (const [name, value] of Object.entries(query)) read[name] = convert(kinds.get(name), value)
  const [dto, faults] = readDto(type, read, 'query')
  refuse(faults.map(({ path, rule }) => ({ path, rule: rule === 'is not a known field' ? 'is not a known parameter' : rule })))
  return dto
}

/** What cannot be converted stays as it came, and the field's check refuses it. */
function convert(kind: FieldKind | undefined, value: unknown): unknown {
  if (kind === 'texts') return typeof value === 'string' ? [value] : value
  if (kind === 'whole' && typeof value === 'string' && /^\d{1,16}$/.test(value)) return Number(value)
  if (kind === 'flag' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** @throws RequestInvalidError when there are any */
export function refuse(faults: readonly Fault[]): void {
  const [first, ...others] = faults
  if (first !== undefined) throw new RequestInvalidError([first, ...others])
}
