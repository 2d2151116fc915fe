/** An application whose tasks have guards, interceptors, pipes, filters and injected services: the same for every pool. */
import { threadId } from 'node:worker_threads'
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  ParseIntPipe,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common'
import { APP_INTERCEPTOR, REQUEST } from '@nestjs/core'
import { map } from 'rxjs'
import type { PoolKind, TaskContext } from '../../../src/engine/index.js'
import { Arg, ChordisModule, Ctx, getTaskContext, Task, Tasks } from '../../../src/modules/index.js'

@Injectable()
export class Prices {
  private readonly prices = new Map([['tea', 3]])

  of(what: string): number {
    const price = this.prices.get(what)
    if (price === undefined) throw new RangeError(`no price for ${what}`)
    return price
  }
}

@Injectable()
class OpeningHours implements CanActivate {
  constructor(@Inject(Prices) private readonly prices: Prices) {}

  canActivate(context: ExecutionContext): boolean {
    return getTaskContext(context).kwargs.closed !== true && this.prices.of('tea') > 0
  }
}

/** Around every task: says where it ran. */
@Injectable()
class Where implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((value: unknown) => ({ value, pid: process.pid, threadId })))
  }
}

@Injectable()
class Twice implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((value: number) => value * 2))
  }
}

@Catch(RangeError)
class Free implements ExceptionFilter {
  catch(_error: RangeError, _host: ArgumentsHost): number {
    return 0
  }
}

@Injectable()
@Tasks({ prefix: 'shop' })
class ShopTasks {
  constructor(@Inject(Prices) private readonly prices: Prices) {}

  @Task()
  @UseGuards(OpeningHours)
  @UseInterceptors(Twice)
  @UseFilters(Free)
  price(what: string, @Arg(ParseIntPipe) pieces: number): number {
    return this.prices.of(what) * pieces
  }

  @Task({ bind: true })
  spin(ctx: TaskContext): unknown {
    if (ctx.attempt > 1) return 'stopped once'
    for (;;);
  }
}

/** Made anew for every attempt. */
@Injectable({ scope: Scope.REQUEST })
class PerAttempt {
  constructor(@Inject(REQUEST) private readonly attempt: TaskContext) {}

  @Task('attempt.id')
  id(@Ctx() ctx: TaskContext): boolean {
    return this.attempt.id === ctx.id
  }
}

export interface Settings {
  redis: string
  namespace: string
  pool: PoolKind
}

/** Threads and processes of the pool are told in the environment. */
export const settings = (): Settings => JSON.parse(process.env.POOL_APP ?? '{}') as Settings

@Module({})
class AppModule {}

/** The root module. @param modules what its pool loads */
export function appModule({ redis, namespace, pool }: Settings, modules: string[] = []): DynamicModule {
  return {
    module: AppModule,
    imports: [ChordisModule.forRoot({ redis, namespace, worker: { pool, modules, concurrency: 1 } })],
    providers: [Prices, OpeningHours, ShopTasks, PerAttempt, { provide: APP_INTERCEPTOR, useClass: Where }],
  }
}
