/**
 * The parameters of a task method: which get the context, which a custom decorator fills, and which positional argument each of the others gets.
 */
import type { PipeTransform, Type } from '@nestjs/common'
import { CUSTOM_ROUTE_ARGS_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/internal'
import type { Json, TaskContext } from '../../engine/index.js'
import { ARGUMENT } from './task.decorator.js'

/** One parameter as Nest's decorators note it. */
interface Noted {
  index: number
  data?: unknown
  pipes?: (Type<PipeTransform> | PipeTransform)[]
}

/** Kind of the context among Nest's parameters: none that HTTP has, so that pipes take it for a custom one and let it pass. */
const CONTEXT = 100

/** The parameters of a call: the arguments in order, the context at its positions. */
export function withContext(ctx: TaskContext, args: readonly Json[], positions: readonly number[]): unknown[] {
  const parameters: unknown[] = [...args]
  for (const position of positions) {
    while (parameters.length < position) parameters.push(undefined)
    parameters.splice(position, 0, ctx)
  }
  return parameters
}

/** Hands Nest the value of a parameter. `args`: as {@link getTaskArguments} and {@link getTaskContext} find them. */
export const PARAMS_FACTORY = {
  exchangeKeyForValue: (type: number, position: number, [args, ctx]: [Json[], TaskContext]): unknown =>
    type === CONTEXT ? ctx : args[position],
}

export class Parameters {
  private readonly noted: { [kind: string]: Noted }
  private readonly declared: number
  /** Positional arguments among those declared. */
  private readonly positions: number
  /** Keys of what was written, by the arguments beyond the declared ones. */
  private readonly described: string[] = []

  constructor(
    private readonly owner: object,
    private readonly key: string,
    private readonly context: readonly number[],
  ) {
    this.noted = (Reflect.getMetadata(ROUTE_ARGS_METADATA, owner.constructor, key) as { [kind: string]: Noted } | undefined) ?? {}
    const method = Reflect.get(owner, key) as (...args: never[]) => unknown
    const indices = Object.values(this.noted).map(({ index }) => index)
    this.declared = Math.max(method.length, ...[...indices, ...context].map((index) => index + 1))
    this.positions = Array.from({ length: this.declared }, (_, index) => index).filter((index) => this.isArgument(index)).length
  }

  /** Whether a decorator asks for more than the arguments as they are. */
  get special(): boolean {
    return Object.keys(this.noted).length > 0
  }

  /** Whether a parameter has a pipe of its own, or is filled by a custom decorator. */
  private custom(index: number): [string, Noted] | undefined {
    return Object.entries(this.noted).find(([kind, noted]) => kind.includes(CUSTOM_ROUTE_ARGS_METADATA) && noted.index === index)
  }

  /**
   * Writes what Nest reads for a call with so many arguments: one entry per parameter; answers the key under which it stands.
   * More arguments than are declared reach a rest parameter, so calls of different lengths have entries of their own.
   */
  describe(count: number): string {
    const surplus = Math.max(0, count - this.positions)
    this.described[surplus] ??= this.write(surplus)
    return this.described[surplus]
  }

  private write(surplus: number): string {
    const metadataKey = `chordis:parameters:${surplus}`
    const entries: { [kind: string]: Noted } = {}
    let position = 0
    for (let index = 0; index < this.declared + surplus; index++) {
      const custom = this.custom(index)
      if (custom !== undefined) entries[custom[0]] = custom[1]
      else if (this.context.includes(index)) entries[`${CONTEXT}:${index}`] = { index, pipes: [] }
      else entries[`${ARGUMENT}:${index}`] = { index, data: position++, pipes: this.noted[`${ARGUMENT}:${index}`]?.pipes ?? [] }
    }
    Reflect.defineMetadata(metadataKey, entries, this.owner.constructor, this.key)
    return metadataKey
  }

  private isArgument(index: number): boolean {
    return !this.context.includes(index) && this.custom(index) === undefined
  }
}
