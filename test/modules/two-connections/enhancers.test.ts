/** Guards, interceptors, pipes and filters run around tasks as around the handlers of controllers, on both connections. */
import {
  type ArgumentMetadata,
  type ArgumentsHost,
  BadRequestException,
  type CallHandler,
  type CanActivate,
  Catch,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  ParseIntPipe,
  type PipeTransform,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common'
import { APP_GUARD, APP_INTERCEPTOR, Reflector } from '@nestjs/core'
import { catchError, map, type Observable, of } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { isTaskSignal, type Json, signature, type TaskContext } from '../../../src/engine/index.js'
import { Arg, Ctx, getTaskArguments, getTaskContext, isTaskHost, ProblemFilter, Task } from '../../../src/modules/index.js'
import { useRedis } from '../../support/redis-server.js'
import { failureOf, success, TwoConnections } from './app.js'

const redis = useRedis()
const ALWAYS = { auto: true, maxRetries: 3, factorMs: 1 } as const

@Injectable()
class Tenants {
  knows(tenant: unknown): boolean {
    return tenant === 'acme'
  }
}

/** Injects, reads metadata of the handler, looks at the context and the arguments. */
@Injectable()
class TenantGuard implements CanActivate {
  constructor(
    @Inject(Tenants) private readonly tenants: Tenants,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.get<boolean>('open', context.getHandler())) return true
    const { kwargs } = getTaskContext(context)
    return this.tenants.knows(kwargs.tenant ?? getTaskArguments(context)[0])
  }
}

@UseGuards(TenantGuard)
class GuardedTasks {
  runs = 0

  @Task({ name: 'bill', retry: ALWAYS })
  bill(tenant: string): string {
    this.runs++
    return `billed ${tenant}`
  }

  @Task('free')
  @SetMetadata('open', true)
  free(): string {
    return 'free'
  }
}

describe('guards', () => {
  const boot = () => TwoConnections.boot(redis.url, { main: [GuardedTasks, Tenants], reports: [GuardedTasks, Tenants] })

  test('one that says yes lets the task run, by its arguments, its keyword arguments and the metadata of the method', async () => {
    const two = await boot()
    expect(await two.both(signature('bill', ['acme']))).toEqual([success('billed acme'), success('billed acme')])
    expect(await two.both(signature('bill', ['x'], { tenant: 'acme' }))).toEqual([success('billed x'), success('billed x')])
    expect(await two.both(signature('free'))).toEqual([success('free'), success('free')])
  })

  test('one that says no ends the task FAILURE at the first attempt, without calling it', async () => {
    const two = await boot()
    const refused = { type: 'TaskForbiddenError', code: 'forbidden', message: 'bill was refused: Forbidden resource' }
    expect((await two.both(signature('bill', ['other']))).map(failureOf)).toEqual([refused, refused])
    const handle = await two.main.submit(signature('bill', ['other']))
    await handle.outcome({ waitMs: 20_000 })
    expect((await handle.results())[0]?.attempts).toBe(1)
    expect(two.app.get(GuardedTasks, { strict: false }).runs).toBe(0)
  })

  test('a class whose instance comes from a factory is refused at boot, for its guard would be left out', async () => {
    const provider = { provide: 'made', useFactory: () => new GuardedTasks() }
    await expect(TwoConnections.boot(redis.url, { main: [provider, Tenants] })).rejects.toThrow(
      'the guard TenantGuard of GuardedTasks.bill cannot be made',
    )
  })

  test('a class under another token (useClass) keeps its guard', async () => {
    const two = await TwoConnections.boot(redis.url, { main: [{ provide: 'billing', useClass: GuardedTasks }, Tenants] })
    expect(failureOf(await two.run(signature('bill', ['other']))).type).toBe('TaskForbiddenError')
    expect(await two.run(signature('bill', ['acme']))).toEqual(success('billed acme'))
  })

  test('global ones run around tasks too, whether made by hand or provided as APP_GUARD', async () => {
    class NoTasks implements CanActivate {
      canActivate = (context: ExecutionContext) => !isTaskHost(context) || getTaskContext(context).task !== 'bill'
    }
    class Plain {
      @Task('bill')
      bill(): string {
        return 'billed'
      }
      @Task('other')
      other(): string {
        return 'other'
      }
    }
    const byHand = await TwoConnections.boot(redis.url, { main: [Plain], setUp: (app) => app.useGlobalGuards(new NoTasks()) })
    expect(failureOf(await byHand.run(signature('bill'))).type).toBe('TaskForbiddenError')
    expect(await byHand.run(signature('other'))).toEqual(success('other'))
    const provided = await TwoConnections.boot(redis.url, { reports: [Plain], providers: [{ provide: APP_GUARD, useClass: NoTasks }] })
    const handle = await provided.reports.submit(signature('bill'))
    expect((await handle.outcome({ waitMs: 20_000 }))?.state).toBe('FAILURE')
  })
})

describe('interceptors', () => {
  @Injectable()
  class Twice implements NestInterceptor {
    intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
      const [first] = getTaskArguments(context)
      return next.handle().pipe(map((value) => ({ value, first, task: getTaskContext(context).task })))
    }
  }

  @Injectable()
  class Rescue implements NestInterceptor {
    intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
      return next.handle().pipe(
        catchError((error: unknown) => {
          if (isTaskSignal(error)) throw error
          return of(`rescued from ${(error as Error).message}`)
        }),
      )
    }
  }

  class Tasks {
    @Task('wrapped')
    @UseInterceptors(Twice)
    wrapped(n: number): number {
      return n * 10
    }

    @Task('saved')
    @UseInterceptors(Rescue)
    saved(@Ctx() ctx: TaskContext): never {
      if (ctx.attempt === 1) ctx.retry({ countdownMs: 0 })
      throw new Error(`attempt ${ctx.attempt}`)
    }
  }

  test('they see the result as an Observable, may change it, and may turn an error into a result', async () => {
    const two = await TwoConnections.boot(redis.url, { main: [Tasks], reports: [Tasks] })
    const wrapped = success({ value: 40, first: 4, task: 'wrapped' })
    expect(await two.both(signature('wrapped', [4]))).toEqual([wrapped, wrapped])
    expect(await two.run(signature('saved'))).toEqual(success('rescued from attempt 2'))
  })

  test('a global one runs around tasks that have none', async () => {
    class Plain {
      @Task('plain')
      plain(): string {
        return 'plain'
      }
    }
    const two = await TwoConnections.boot(redis.url, { main: [Plain], providers: [{ provide: APP_INTERCEPTOR, useClass: Twice }] })
    expect(await two.run(signature('plain', [1]))).toEqual(success({ value: 'plain', first: 1, task: 'plain' }))
  })
})

describe('pipes and parameters', () => {
  const Tenant = createParamDecorator((key: string, host: ExecutionContext) => getTaskContext(host).kwargs[key])

  class Shout implements PipeTransform {
    transform(value: unknown, { type }: ArgumentMetadata): unknown {
      return type === 'body' && typeof value === 'string' ? `${value}!` : value
    }
  }

  class Tasks {
    @Task('mixed')
    mixed(
      @Tenant('tenant') tenant: string,
      @Arg(ParseIntPipe) n: number,
      @Ctx() ctx: TaskContext,
      text = 'none',
      ...rest: Json[]
    ): unknown[] {
      return [tenant, n, ctx.task, text, rest]
    }

    @Task('shouted')
    @UsePipes(Shout)
    shouted(a: string, b: number, @Ctx() ctx: TaskContext): unknown[] {
      return [a, b, ctx.task]
    }

    @Task('refused')
    @UsePipes(
      class implements PipeTransform {
        transform(): never {
          throw new BadRequestException(['url must be a URL address', 'depth must be a number'])
        }
      },
    )
    refused(_page: string): void {}
  }
  const boot = () => TwoConnections.boot(redis.url, { main: [Tasks], reports: [Tasks] })

  test('a pipe of one parameter, a custom decorator, the context and plain arguments stand side by side', async () => {
    const two = await boot()
    const call = (...args: Json[]) => two.both(signature('mixed', args, { tenant: 'acme' }))
    const twice = (value: unknown) => [success(value), success(value)]
    expect(await call('7')).toEqual(twice(['acme', 7, 'mixed', 'none', []]))
    expect(await call('7', 'text')).toEqual(twice(['acme', 7, 'mixed', 'text', []]))
    expect(await call('7', 'text', 8, 9)).toEqual(twice(['acme', 7, 'mixed', 'text', [8, 9]]))
    expect((await call('x')).map(failureOf)[0]).toEqual({
      type: 'BadRequestException',
      message: 'Validation failed (numeric string is expected)',
    })
  })

  test('a pipe of the method sees every argument', async () => {
    const two = await boot()
    expect(await two.run(signature('shouted', ['a', 1]))).toEqual(success(['a!', 1, 'shouted']))
  })

  test('the faults that a ValidationPipe lists are those of the arguments', async () => {
    const two = await boot()
    expect(failureOf(await two.run(signature('refused', ['x'])))).toEqual({
      type: 'TaskArgumentsInvalidError',
      code: 'arguments-invalid',
      message: 'args: url must be a URL address; args: depth must be a number',
    })
  })
})

describe('filters', () => {
  const seen: unknown[] = []
  class Missing extends Error {}

  @Catch(Missing)
  class Instead implements ExceptionFilter {
    catch(error: Missing, host: ArgumentsHost): unknown {
      seen.push(error)
      return { missing: getTaskArguments(host)[0], task: getTaskContext(host).task }
    }
  }

  @Catch()
  class Other implements ExceptionFilter {
    catch(error: unknown): never {
      seen.push(error)
      throw new RangeError(`other: ${(error as Error).message}`)
    }
  }

  class Tasks {
    @Task('found')
    @UseFilters(Instead)
    found(name: string): never {
      throw name === 'odd' ? new TypeError('odd') : new Missing(name)
    }

    @Task('renamed')
    @UseFilters(Other)
    renamed(@Ctx() ctx: TaskContext): never {
      if (ctx.attempt === 1) ctx.retry({ countdownMs: 0 })
      throw new Error('first')
    }
  }

  test('one may turn an error into a result, or leave it alone', async () => {
    const two = await TwoConnections.boot(redis.url, { main: [Tasks], reports: [Tasks] })
    const result = success({ missing: 'x', task: 'found' })
    expect(await two.both(signature('found', ['x']))).toEqual([result, result])
    expect(failureOf(await two.run(signature('found', ['odd'])))).toEqual({ type: 'TypeError', message: 'odd' })
  })

  test('one may turn an error into another; what ctx.retry() throws never reaches it', async () => {
    seen.length = 0
    const two = await TwoConnections.boot(redis.url, { main: [Tasks] })
    const handle = await two.main.submit(signature('renamed'))
    expect(failureOf((await handle.outcome({ waitMs: 20_000 }))!)).toEqual({ type: 'RangeError', message: 'other: first' })
    expect((await handle.results())[0]?.attempts).toBe(2)
    expect(seen).toHaveLength(1)
  })

  test('a global one answers for tasks; the one of problem documents lets their errors pass', async () => {
    class Plain {
      @Task('plain')
      plain(): never {
        throw new Error('plain')
      }
    }
    const problems = { main: [Plain], providers: [ProblemFilter] }
    const two = await TwoConnections.boot(redis.url, {
      ...problems,
      setUp: (app) => app.useGlobalFilters(app.get(ProblemFilter), new Other()),
    })
    expect(failureOf(await two.run(signature('plain'))).type).toBe('RangeError')
    const narrow = await TwoConnections.boot(redis.url, {
      main: [Tasks],
      providers: [ProblemFilter],
      setUp: (app) => app.useGlobalFilters(app.get(ProblemFilter)),
    })
    expect(failureOf(await narrow.run(signature('found', ['odd'])))).toEqual({ type: 'TypeError', message: 'odd' })
    const only = await TwoConnections.boot(redis.url, { ...problems, setUp: (app) => app.useGlobalFilters(app.get(ProblemFilter)) })
    expect(failureOf(await only.run(signature('plain')))).toEqual({ type: 'Error', message: 'plain' })
  })
})
