/**
 * The task decorators and the explorer, without Redis and without a worker: what ends up in the registry, and how it is called.
 */
import { Injectable, Module, type Provider } from '@nestjs/common'
import { DiscoveryModule, MetadataScanner } from '@nestjs/core'
import { Test } from '@nestjs/testing'
import { describe, expect, test } from 'vitest'
import type { Client, Json, Logger, TaskContext, TaskDefinition, TaskRegistry } from '../../src/engine/index.js'
import { ChordisConnection, Connections, Ctx, Task, Tasks } from '../../src/modules/index.js'
import { TaskAccessor } from '../../src/modules/tasks/task.accessor.js'
import { TaskExplorer } from '../../src/modules/tasks/task.explorer.js'
import { TaskRunner } from '../../src/modules/tasks/task.runner.js'

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const CONTEXT = { id: 'n1', kwargs: { factor: 10 } } as unknown as TaskContext

@Injectable()
@Tasks({ queue: 'sums', prefix: 'math' })
class MathTasks {
  private readonly offset = 1000

  @Task()
  add(a: number, b: number): number {
    return this.offset + a + b
  }

  @Task('scale')
  scale(a: number, @Ctx() ctx: TaskContext, b: number): unknown[] {
    return [a, ctx.kwargs.factor, b]
  }

  @Task({ name: 'bound', bind: true, queue: 'other', retry: { maxRetries: 7 } })
  bound(ctx: TaskContext, a: number): unknown[] {
    return [ctx.id, a]
  }

  @Task()
  late(a: number, b: number, @Ctx() ctx: TaskContext): unknown[] {
    return [a, b, ctx.id]
  }

  notATask(): string {
    return 'no'
  }
}

async function registryOf(
  providers: Provider[],
  options: { tasks?: TaskDefinition[] } = {},
  imports: (typeof Empty)[] = [],
): Promise<TaskRegistry> {
  const connection = new ChordisConnection('default', { redis: 'redis://127.0.0.1:1', ...options }, {} as Client, SILENT)
  const builder = Test.createTestingModule({
    imports: [DiscoveryModule, ...imports],
    providers: [
      Connections,
      TaskAccessor,
      TaskExplorer,
      TaskRunner,
      MetadataScanner,
      { provide: ChordisConnection, useValue: connection },
      ...providers,
    ],
  })
  await (await builder.compile()).init()
  return connection.tasks
}

function call(registry: TaskRegistry, name: string, ...args: Json[]): unknown {
  return registry.get(name)?.handler(CONTEXT, args)
}

class Empty {}

describe('@Task', () => {
  test('every decorated method of a provider becomes a task, named by its option, else by its prefix and its method', async () => {
    const registry = await registryOf([MathTasks])
    expect(registry.names().sort()).toEqual(['bound', 'math.add', 'math.late', 'scale'])
  })

  test('positional arguments are the parameters, and the method keeps its instance', async () => {
    expect(call(await registryOf([MathTasks]), 'math.add', 1, 2)).toBe(1003)
  })

  test('@Ctx() receives the context at its position and the arguments fill the parameters around it', async () => {
    expect(call(await registryOf([MathTasks]), 'scale', 1, 2)).toEqual([1, 10, 2])
  })

  test('@Ctx() keeps its position when fewer arguments come than stand before it', async () => {
    expect(call(await registryOf([MathTasks]), 'math.late', 1)).toEqual([1, undefined, 'n1'])
  })

  test('`bind` puts the context first', async () => {
    expect(call(await registryOf([MathTasks]), 'bound', 5)).toEqual(['n1', 5])
  })

  test('a queue comes from the method, else from the class, and retry options reach the registry', async () => {
    const registry = await registryOf([MathTasks])
    expect(registry.get('math.add')?.options?.queue).toBe('sums')
    expect(registry.get('bound')?.options).toMatchObject({ queue: 'other', retry: { maxRetries: 7 } })
  })

  test('a method inherited from a base class is still a task, one overridden without the decorator is not', async () => {
    @Injectable()
    class Derived extends MathTasks {
      override add(): number {
        return 0
      }
    }
    const registry = await registryOf([Derived])
    expect(registry.names().sort()).toEqual(['bound', 'math.late', 'scale'])
  })

  test('tasks written without Nest stand beside the decorated ones', async () => {
    const plain: TaskDefinition = { name: 'plain', handler: (_ctx, args) => args.length }
    const registry = await registryOf([MathTasks], { tasks: [plain] })
    expect(call(registry, 'plain', 1, 2, 3)).toBe(3)
  })
})

describe('what is refused at boot', () => {
  test('two methods of a provider under one name, naming both', async () => {
    @Injectable()
    class Twice {
      @Task('same')
      first(): void {}

      @Task('same')
      second(): void {}
    }
    await expect(registryOf([Twice])).rejects.toThrow('Chordis: the task "same" is defined twice: Twice.first and Twice.second')
  })

  test('a task of a provider under the name of a task from the options', async () => {
    const plain: TaskDefinition = { name: 'scale', handler: () => null }
    await expect(registryOf([MathTasks], { tasks: [plain] })).rejects.toThrow(
      /"scale" is defined twice: the `tasks` option and MathTasks\.scale/,
    )
  })

  test('one provider in two modules, with a hint', async () => {
    @Module({ providers: [MathTasks] })
    class Second {}
    await expect(registryOf([MathTasks], {}, [Second])).rejects.toThrow(
      /MathTasks\.add and MathTasks\.add; is the provider listed in two modules\?/,
    )
  })

  test('a task name with a colon', async () => {
    @Injectable()
    class Colon {
      @Task('a:b')
      run(): void {}
    }
    await expect(registryOf([Colon])).rejects.toThrow(/a:b/)
  })
})
