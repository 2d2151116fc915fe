/**
 * Checks of a task's arguments, before its handler is called: Standard Schemas by position and one for the keyword arguments. What a schema makes of
 * an argument takes its place. Arguments that do not fit end the task FAILURE: to try again would find the same.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { TaskDefaults } from '../canvas/task.js'
import type { Json } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import { UnrecoverableError } from './unrecoverable.js'

/** One fault: where (`args[0].url`) and which rule is broken (`must be a URL address`). */
export interface ArgumentFault {
  path: string
  rule: string
}

const MOST_FAULTS = 20

/** `arguments-invalid`: the message names up to twenty faults, `errors` lists them. Never retried. */
export class TaskArgumentsInvalidError extends UnrecoverableError {
  override readonly name = 'TaskArgumentsInvalidError'
  readonly code = 'arguments-invalid'

  constructor(readonly errors: readonly ArgumentFault[]) {
    super(errors.map(({ path, rule }) => `${path}: ${rule}`).join('; '))
  }
}

/** As much of a task's definition, and of its context, as a check needs. */
interface Checkable<C> {
  name: string
  handler: (ctx: C, args: Json[]) => unknown
  options?: TaskDefaults
}

type Checked = StandardSchemaV1.Result<unknown> | null

/** The handler behind the checks that its options name; the handler itself when they name none. @throws ChordisError `request-invalid` */
export function withChecks<C extends { kwargs: object }>({ name, handler, options = {} }: Checkable<C>): Checkable<C>['handler'] {
  const { args: schemas = [], kwargs } = options
  for (const [k, schema] of schemas.entries()) if (schema != null) mustBeSchema(schema, `${name}: args[${k}]`)
  if (kwargs !== undefined) mustBeSchema(kwargs, `${name}: kwargs`)
  if (kwargs === undefined && schemas.every((schema) => schema == null)) return handler
  // A map calls its handler once per item, with the same keyword arguments.
  const named = new WeakSet<C>()
  return (ctx, args) => {
    const results = schemas.map((schema, k) => schema?.['~standard'].validate(args[k]) ?? null)
    results.push(kwargs === undefined || named.has(ctx) ? null : kwargs['~standard'].validate(ctx.kwargs))
    const call = (checked: Checked[]) => {
      const of = checked.pop() ?? null
      refuse(checked, of)
      if (of !== null) {
        named.add(ctx)
        Object.assign(ctx, { kwargs: parsedOf(of) })
      }
      return handler(ctx, replaced(args, checked))
    }
    return results.some((result) => result instanceof Promise) ? Promise.all(results).then(call) : call(results as Checked[])
  }
}

function mustBeSchema(schema: StandardSchemaV1, path: string): void {
  if (typeof schema['~standard']?.validate === 'function') return
  throw new ChordisError('request-invalid', 'must be a Standard Schema, such as those of zod, valibot and arktype', { path })
}

function refuse(args: Checked[], kwargs: Checked): void {
  const faults = [...args.flatMap((result, k) => faultsOf(result, `args[${k}]`)), ...faultsOf(kwargs, 'kwargs')]
  if (faults.length > 0) throw new TaskArgumentsInvalidError(faults.slice(0, MOST_FAULTS))
}

function faultsOf(result: Checked, path: string): ArgumentFault[] {
  return (result?.issues ?? []).map((issue) => ({ path: `${path}${(issue.path ?? []).map(step).join('')}`, rule: issue.message }))
}

function step(segment: PropertyKey | StandardSchemaV1.PathSegment): string {
  const key = typeof segment === 'object' ? segment.key : segment
  if (typeof key === 'number' || /^\d+$/.test(String(key))) return `[${String(key)}]`
  return /^[A-Za-z_$][\w$]*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`
}

const parsedOf = (result: Checked): unknown => (result as StandardSchemaV1.SuccessResult<unknown>).value

function replaced(args: Json[], checked: Checked[]): Json[] {
  const values = [...args]
  for (const [k, result] of checked.entries()) {
    const value = result === null ? undefined : parsedOf(result)
    if (k < args.length ? result !== null : value !== undefined) values[k] = value as Json
  }
  return values
}
