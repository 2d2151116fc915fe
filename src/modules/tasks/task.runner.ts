/**
 * How a task's method is called: straight, or as a controller's, through guards, interceptors, pipes and filters; and on which instance: the
 * singleton, or one that is made for the attempt.
 *
 * A singleton's method around which nothing was put is called straight, without a promise.
 */
import { BadRequestException, ForbiddenException, Inject, Injectable } from '@nestjs/common'
import { EXCEPTION_FILTERS_METADATA, GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA } from '@nestjs/common/internal'
import { ApplicationConfig, type ContextId, ContextIdFactory, ExternalContextCreator, ModuleRef } from '@nestjs/core'
import {
  isTaskSignal,
  type Json,
  TaskArgumentsInvalidError,
  type TaskContext,
  type TaskDefinition,
  UnrecoverableError,
} from '../../engine/index.js'
import { ProblemFilter } from '../http/problem.filter.js'
import type { ProviderMethod, Wrapper } from './methods.js'
import { PARAMS_FACTORY, Parameters, withContext } from './parameters.js'
import type { TaskMethod } from './task.accessor.js'
import { CHORDIS_CONTEXT } from './task-host.js'

type Handler = TaskDefinition['handler']
type Instance = Record<string, (...args: unknown[]) => unknown>
/** A call through Nest. */
type Call = (args: Json[], ctx: TaskContext) => Promise<unknown>

const ENHANCERS = {
  [GUARDS_METADATA]: 'guard',
  [INTERCEPTORS_METADATA]: 'interceptor',
  [PIPES_METADATA]: 'pipe',
  [EXCEPTION_FILTERS_METADATA]: 'filter',
}

/** A guard said no, or a ForbiddenException came from elsewhere. Never retried: it would be said again. */
export class TaskForbiddenError extends UnrecoverableError {
  override readonly name = 'TaskForbiddenError'
  readonly code = 'forbidden'
}

@Injectable()
export class TaskRunner {
  constructor(
    @Inject(ExternalContextCreator) private readonly contexts: ExternalContextCreator,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
  ) {}

  /** The handler of a task method. @throws Error for a guard, interceptor, pipe or filter that Nest could not make */
  handlerOf(found: ProviderMethod, method: TaskMethod): Handler {
    const { wrapper, prototype, key } = found
    this.mustBeMade(found)
    const parameters = new Parameters(prototype, key, method.context)
    if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) return this.scoped(found, parameters)
    const instance = found.instance as Instance
    const { context } = method
    const straight: Handler = (ctx, args) => instance[key]?.(...withContext(ctx, args, context))
    // What is global is known when the application has started, which is before the first task.
    let handler: Handler | undefined
    return (ctx, args) => {
      handler ??= parameters.special || this.isWrapped(found) ? this.wrapped(found, parameters) : straight
      return handler(ctx, args)
    }
  }

  /** An instance for every attempt. `REQUEST` is its context; in a durable tree, what the strategy's payload says. */
  private scoped(found: ProviderMethod, parameters: Parameters): Handler {
    const { wrapper, key } = found
    const modules = wrapper.host?.providers.get(ModuleRef)?.instance as ModuleRef
    return async (ctx, args) => {
      const contextId: ContextId = ContextIdFactory.getByRequest(ctx)
      modules.registerRequestByContextId(wrapper.isDependencyTreeDurable() ? contextId.payload : ctx, contextId)
      const instance = (await modules.resolve(wrapper.token as string, contextId, { strict: true })) as Instance
      const call = this.contexts.create(
        instance,
        instance[key] as never,
        key,
        parameters.describe(args.length),
        PARAMS_FACTORY as never,
        contextId,
        wrapper.id,
        WITHOUT_FILTERS,
        CHORDIS_CONTEXT,
      ) as Call
      return this.filtered(found, instance, call, args, ctx, contextId)
    }
  }

  /** Calls through Nest on the singleton; made once per number of arguments. */
  private wrapped(found: ProviderMethod, parameters: Parameters): Handler {
    const instance = found.instance as Instance
    const calls = new Map<string, Call>()
    const { key } = found
    return (ctx, args) => {
      const metadata = parameters.describe(args.length)
      let call = calls.get(metadata)
      if (call === undefined) {
        const options = [metadata, PARAMS_FACTORY as never, undefined, undefined, WITHOUT_FILTERS, CHORDIS_CONTEXT] as const
        call = this.contexts.create(instance, instance[key] as never, key, ...options) as Call
        calls.set(metadata, call)
      }
      return this.filtered(found, instance, call, args, ctx)
    }
  }

  private async filtered(found: ProviderMethod, instance: Instance, call: Call, args: Json[], ctx: TaskContext, contextId?: ContextId) {
    try {
      return await call(args, ctx)
    } catch (error) {
      // What ctx.retry() and its like throw is none of a filter's business.
      if (isTaskSignal(error)) throw error
      try {
        return await this.filter(error, found, instance, args, ctx, contextId)
      } catch (left) {
        throw clear(left, ctx)
      }
    }
  }

  /** The filters' answer to an error: a result, or an error that they throw or let pass. */
  private filter(error: unknown, found: ProviderMethod, instance: Instance, args: Json[], ctx: TaskContext, contextId?: ContextId) {
    const { wrapper, key } = found
    if (contextId === undefined && !this.hasFilters(found)) throw error
    // Filters are found through the method: what stands in for it inherits its metadata.
    const rethrow = Object.setPrototypeOf(() => {
      throw error
    }, instance[key] as object)
    const inquirer = contextId === undefined ? undefined : wrapper.id
    const call = this.contexts.create(instance, rethrow, key, undefined, undefined, contextId, inquirer, ONLY_FILTERS, CHORDIS_CONTEXT)
    return call(args, ctx) as Promise<unknown>
  }

  private isWrapped(found: ProviderMethod): boolean {
    const { config } = this
    return (
      Object.keys(ENHANCERS).some((metadata) => listed(found, metadata).length > 0) ||
      config.getGlobalGuards().length > 0 ||
      config.getGlobalInterceptors().length > 0 ||
      config.getGlobalPipes().length > 0 ||
      this.hasFilters(found)
    )
  }

  private hasFilters(found: ProviderMethod): boolean {
    // Our own filter answers HTTP and lets everything else pass.
    const global = this.config.getGlobalFilters().filter((filter) => !(filter instanceof ProblemFilter))
    return global.length > 0 || listed(found, EXCEPTION_FILTERS_METADATA).length > 0
  }

  /** Nest makes the guards and others of classes that it makes itself. For an instance from a factory it would leave them out without a word. */
  private mustBeMade(found: ProviderMethod): void {
    const { wrapper, origin } = found
    for (const [metadata, kind] of Object.entries(ENHANCERS)) {
      for (const type of listed(found, metadata)) {
        if (typeof type === 'function' && !isMade(wrapper, type)) {
          throw new Error(
            `Chordis: the ${kind} ${type.name} of ${origin} cannot be made: list the class itself as a provider, or with useClass`,
          )
        }
      }
    }
  }
}

const WITHOUT_FILTERS = { guards: true, interceptors: true, filters: false }
const ONLY_FILTERS = { guards: false, interceptors: false, filters: true }

const isMade = ({ host }: Wrapper, type: object): boolean => host?.injectables.has(type as never) === true

/** What decorators of the class and of the method name under this metadata. */
function listed({ prototype, key }: ProviderMethod, metadata: string): unknown[] {
  const method = Reflect.get(prototype, key) as object
  return [prototype.constructor, method].flatMap((target) => (Reflect.getMetadata(metadata, target) as unknown[] | undefined) ?? [])
}

/** Errors that Nest's own parts throw for HTTP, in the words of a task. */
function clear(error: unknown, { task }: TaskContext): unknown {
  if (error instanceof ForbiddenException) {
    return new TaskForbiddenError(`${task} was refused: ${error.message}`, { cause: error })
  }
  const { message } = error instanceof BadRequestException ? (error.getResponse() as { message?: unknown }) : {}
  // A ValidationPipe's list of faults.
  return Array.isArray(message) ? new TaskArgumentsInvalidError(message.map((rule) => ({ path: 'args', rule: String(rule) }))) : error
}
