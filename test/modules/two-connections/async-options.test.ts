/** Options that are known at boot only: of connections, from the real ConfigService, and of tasks. */
import { type INestApplicationContext, Inject, Injectable, Module } from '@nestjs/common'
import { ConfigModule, ConfigService } from '@nestjs/config'
import { NestFactory } from '@nestjs/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Client, type Logger, signature } from '../../../src/engine/index.js'
import {
  ChordisModule,
  type ChordisModuleOptions,
  type ChordisOptionsFactory,
  Connections,
  getChordisToken,
  Task,
  Tasks,
} from '../../../src/modules/index.js'
import { uniqueName, useRedis } from '../../support/redis-server.js'
import { failureOf, outcomeOn, success, TwoConnections } from './app.js'

const redis = useRedis()
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const config = () => ConfigModule.forRoot({ ignoreEnvFile: true, isGlobal: true, load: [settings] })
const settings = () => ({
  main: { redis: redis.url, namespace: uniqueName() },
  reports: { redis: redis.url, namespace: uniqueName(), queue: 'nightly' },
  retries: 2,
})

async function boot(root: object): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(root as never, { logger: false, abortOnError: false })
  onTestFinished(() => app.close())
  return app
}

const of = (config: ConfigService, name: string): ChordisModuleOptions => ({
  redis: config.getOrThrow<string>(`${name}.redis`),
  namespace: config.getOrThrow<string>(`${name}.namespace`),
  logger: silent,
})

class Echo {
  @Task('echo')
  echo(value: string): string {
    return value
  }
}

@Injectable()
class MainOptions implements ChordisOptionsFactory {
  constructor(@Inject(ConfigService) private readonly config: ConfigService) {}
  createChordisOptions(): ChordisModuleOptions {
    return of(this.config, 'main')
  }
}

describe('forRootAsync', () => {
  test('takes a factory, a class and an existing provider, each for a connection of its own', async () => {
    @Module({ providers: [MainOptions], exports: [MainOptions] })
    class OptionsModule {}
    const app = await boot({
      module: class Root {},
      imports: [
        config(),
        ChordisModule.forRootAsync({ useClass: MainOptions }),
        ChordisModule.forRootAsync({ name: 'reports', inject: [ConfigService], useFactory: async (c: ConfigService) => of(c, 'reports') }),
        ChordisModule.forRootAsync({ name: 'third', imports: [OptionsModule], useExisting: MainOptions }),
        ChordisModule.forFeature([Echo]),
        ChordisModule.forFeature([{ provide: 'echo', useClass: Echo }], { connection: 'reports' }),
      ],
    })
    const { all } = app.get(Connections)
    expect(all.map(({ name }) => name).sort()).toEqual(['default', 'reports', 'third'])
    for (const name of ['default', 'reports']) {
      const client = app.get<Client>(getChordisToken(name) as symbol)
      expect(await outcomeOn(client, signature('echo', [name]))).toEqual(success(name))
    }
    expect(all.find(({ name }) => name === 'reports')?.options.namespace).not.toBe(all[0]?.options.namespace)
  })
})

describe('options of a task from a provider', () => {
  @Tasks({ prefix: 'job', queue: 'overruled' })
  class Jobs {
    runs = 0

    @Task({
      inject: [ConfigService],
      useFactory: async (c: ConfigService) => ({
        queue: c.getOrThrow<string>('reports.queue'),
        retry: { auto: true, factorMs: 1, maxRetries: c.getOrThrow<number>('retries') },
      }),
    })
    nightly(): string {
      throw new Error(`run ${++this.runs}`)
    }
  }

  test('are made at boot, win over those of the class, and hold on both connections', async () => {
    const two = await TwoConnections.boot(redis.url, { imports: [config()], main: [Jobs], reports: [{ provide: 'jobs', useClass: Jobs }] })
    for (const { tasks } of two.app.get(Connections).all) expect(tasks.get('job.nightly')?.options?.queue).toBe('nightly')
    const canvas = signature('job.nightly', [], {}, { queue: 'nightly' })
    expect((await two.both(canvas)).map((outcome) => failureOf(outcome).message)).toEqual(['run 3', 'run 3'])
  })

  test.each([
    ['a queue that is no name', { queue: 'not a name' }, /the task "broken" of Broken\.run: queue: must be 1 to 128 characters/],
    ['a retry policy with a wrong number', { retry: { maxRetries: -1 } }, /the task "broken" of Broken\.run: retry\.maxRetries: must be/],
    ['a schema that is none', { args: [{ parse: 1 }] }, /the task "broken" of Broken\.run: .*args\[0\]: must be a Standard Schema/],
  ])('%s is refused at boot, with class and method', async (_what, options, message) => {
    class Broken {
      @Task({ name: 'broken', useFactory: () => options as never })
      run(): void {}
    }
    await expect(TwoConnections.boot(redis.url, { main: [Broken] })).rejects.toThrow(message)
  })

  test('a provider that is not there is refused at boot, with class and method', async () => {
    class Unknown {
      @Task({ name: 'unknown', inject: ['nothing'], useFactory: () => ({}) })
      run(): void {}
    }
    await expect(TwoConnections.boot(redis.url, { main: [Unknown] })).rejects.toThrow(/the task "unknown" of Unknown\.run: .*nothing/)
  })
})
