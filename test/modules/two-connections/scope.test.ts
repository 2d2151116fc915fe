/** Providers that are made per request are made per attempt, on both connections. */
import { type CanActivate, type ExecutionContext, Inject, Injectable, Scope, UseGuards } from '@nestjs/common'
import { APP_GUARD, type ContextId, ContextIdFactory, type ContextIdStrategy, REQUEST } from '@nestjs/core'
import { describe, expect, test } from 'vitest'
import { signature, type TaskContext } from '../../../src/engine/index.js'
import { getTaskContext, OnTask, Task } from '../../../src/modules/index.js'
import { useRedis } from '../../support/redis-server.js'
import { failureOf, success, TwoConnections } from './app.js'

const redis = useRedis()
let made = 0

@Injectable({ scope: Scope.REQUEST })
class Unit {
  readonly number = ++made
  constructor(@Inject(REQUEST) readonly ctx: TaskContext) {}
}

@Injectable()
class ScopedTasks {
  private calls = 0
  constructor(@Inject(Unit) private readonly unit: Unit) {}

  @Task({ name: 'scoped', retry: { auto: true, factorMs: 1 } })
  scoped(text: string): unknown[] {
    this.calls++
    const { ctx, number } = this.unit
    if (ctx.attempt < 3) throw new Error(String(number))
    return [text, this.calls, ctx.task, ctx.attempt, ctx.kwargs]
  }
}

describe('request scope', () => {
  test('every attempt has an instance of its own, and REQUEST is its context', async () => {
    const two = await TwoConnections.boot(redis.url, { main: [ScopedTasks, Unit], reports: [ScopedTasks, Unit] })
    const before = made
    const result = success(['x', 1, 'scoped', 3, { a: 1 }])
    expect(await two.both(signature('scoped', ['x'], { a: 1 }))).toEqual([result, result])
    expect(made - before).toBe(6)
  })

  test('attempts that run at the same time do not see one another', async () => {
    const waiting: (() => void)[] = []
    @Injectable({ scope: Scope.REQUEST })
    class Concurrent {
      private mine = ''
      constructor(@Inject(REQUEST) private readonly ctx: TaskContext) {}

      @Task('concurrent')
      async run(name: string): Promise<boolean> {
        this.mine = name
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
          if (waiting.length === 5) for (const go of waiting) go()
        })
        return this.mine === name && this.ctx.args[0] === name
      }
    }
    const two = await TwoConnections.boot(redis.url, { main: [Concurrent] })
    const outcomes = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => two.run(signature('concurrent', [name]))))
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => success(true)))
  })

  test('a guard that is made per request makes its task so, and sees the same instances', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class UnitGuard implements CanActivate {
      constructor(@Inject(Unit) private readonly unit: Unit) {}
      canActivate(context: ExecutionContext): boolean {
        return this.unit.ctx === getTaskContext(context) && this.unit.ctx.args[0] === 'yes'
      }
    }
    @Injectable()
    class Guarded {
      constructor(@Inject(Unit) private readonly unit: Unit) {}

      @Task('guarded')
      @UseGuards(UnitGuard)
      guarded(): string {
        return this.unit.ctx.id.split(':')[1] ?? ''
      }
    }
    const two = await TwoConnections.boot(redis.url, { main: [Guarded, Unit], reports: [Guarded, Unit] })
    expect(await two.both(signature('guarded', ['yes']))).toEqual([success('0'), success('0')])
    expect((await two.both(signature('guarded', ['no']))).map((one) => failureOf(one).type)).toEqual([
      'TaskForbiddenError',
      'TaskForbiddenError',
    ])
  })

  test('a global guard that is made per request guards tasks too', async () => {
    @Injectable()
    class GlobalGuard implements CanActivate {
      constructor(@Inject(REQUEST) private readonly ctx: TaskContext) {}
      canActivate(): boolean {
        return this.ctx.args[0] === 'yes'
      }
    }
    class Plain {
      @Task('plain')
      plain(): string {
        return 'plain'
      }
    }
    const guard = { provide: APP_GUARD, scope: Scope.REQUEST, useClass: GlobalGuard }
    const two = await TwoConnections.boot(redis.url, { main: [Plain], reports: [Plain], providers: [guard] })
    expect(await two.both(signature('plain', ['yes']))).toEqual([success('plain'), success('plain')])
    expect(failureOf(await two.run(signature('plain', ['no']))).type).toBe('TaskForbiddenError')
  })

  test('a transient provider is made anew for every attempt', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient {
      private calls = 0
      private readonly made = 'by its constructor'

      @Task('transient')
      run(): unknown[] {
        return [++this.calls, this.made]
      }
    }
    const two = await TwoConnections.boot(redis.url, { main: [Transient] })
    for (let k = 0; k < 2; k++) expect(await two.run(signature('transient'))).toEqual(success([1, 'by its constructor']))
  })

  test('a durable provider lives as long as its tenant, and REQUEST is what the strategy says', async () => {
    const tenants = new Map<string, ContextId>()
    const strategy: ContextIdStrategy<TaskContext> = {
      attach(contextId, ctx) {
        const tenant = String(ctx.kwargs?.tenant)
        const parent = tenants.get(tenant) ?? ContextIdFactory.create()
        tenants.set(tenant, parent)
        return { resolve: (info) => (info.isTreeDurable ? parent : contextId), payload: { tenant } }
      },
    }
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Durable {
      private calls = 0
      constructor(@Inject(REQUEST) private readonly of: { tenant: string }) {}

      @Task('durable')
      run(): unknown[] {
        return [this.of.tenant, ++this.calls]
      }
    }
    ContextIdFactory.apply(strategy as never)
    try {
      const two = await TwoConnections.boot(redis.url, { main: [Durable] })
      const call = (tenant: string) => two.run(signature('durable', [], { tenant }))
      expect([await call('a'), await call('a'), await call('b')]).toEqual([success(['a', 1]), success(['a', 2]), success(['b', 1])])
    } finally {
      ContextIdFactory.apply(undefined as never)
    }
  })

  test('a hook belongs on a singleton: elsewhere it is refused at boot', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Hooked {
      @OnTask('failed')
      told(): void {}
    }
    await expect(TwoConnections.boot(redis.url, { main: [Hooked] })).rejects.toThrow(
      'Hooked.told is a hook of a provider that is not a singleton',
    )
  })
})
