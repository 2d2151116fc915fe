/** `takeOver` and the rest of an application: the registry of @nestjs/schedule, its options, the order of modules, what is refused. Two replicas in one process. */
import { createRequire } from 'node:module'
import { type DynamicModule, Injectable, type Provider } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule'
import { Test } from '@nestjs/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BeatModule, type BeatModuleOptions, ChordisModule, TakeOver, tasksOf } from '../../../src/modules/index.js'
import { withInlineChordis } from '../../../src/modules/testing/index.js'
import { uniqueName, useRedis } from '../../support/redis-server.js'
import { startModule } from '../../support/typescript-child.js'
import { until } from '../../support/wait.js'

const redis = useRedis()
const schedule = createRequire(import.meta.url).resolve('@nestjs/schedule')
const { CronJob } = createRequire(schedule)('cron') as {
  CronJob: new (line: string, run: () => void) => Parameters<SchedulerRegistry['addCronJob']>[1]
}

/** Runs of this test, by job. */
const ran = new Map<string, number>()
const count = (job: string) => void ran.set(job, (ran.get(job) ?? 0) + 1)
const runs = (job: string) => ran.get(job) ?? 0

interface Parts {
  providers?: Provider[]
  beat?: BeatModuleOptions
  /** In place of all modules but ChordisModule. */
  modules?: DynamicModule[]
  namespace?: string
}

const rootOf = ({ providers = [], beat = { takeOver: true }, modules, namespace = uniqueName() }: Parts) => ({
  module: class Root {},
  imports: [
    ...(modules ?? [BeatModule.forRoot(beat), ScheduleModule.forRoot()]),
    ChordisModule.forRoot({
      redis: redis.url,
      namespace,
      roles: ['api'],
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    }),
  ],
  providers,
})

async function boot(parts: Parts) {
  const app = await NestFactory.createApplicationContext(rootOf(parts), { logger: false, abortOnError: false })
  onTestFinished(() => app.close())
  return { registry: app.get(SchedulerRegistry, { strict: false }), takeOver: app.get(TakeOver, { strict: false }), app }
}

async function bootTwo(parts: Parts) {
  const namespace = uniqueName()
  return [await boot({ ...parts, namespace }), await boot({ ...parts, namespace })] as const
}

type Replica = Awaited<ReturnType<typeof boot>>

const of = (replicas: readonly Replica[], job: string) =>
  replicas.flatMap(({ takeOver }) => takeOver.stats().filter((one) => one.job === job))
const sum = (replicas: readonly Replica[], job: string) => of(replicas, job).reduce((all, { ran }) => all + ran, 0)

test('intervals are found whatever the order of modules, and ticks of both replicas are those of the grid', async () => {
  class Poll {
    @Interval(100)
    first() {
      count('first')
    }
  }
  const orders = [
    [BeatModule.forRoot({ takeOver: true }), ScheduleModule.forRoot()],
    [ScheduleModule.forRoot(), BeatModule.forRootAsync({ useFactory: () => ({ takeOver: true }) })],
  ]
  const namespace = uniqueName()
  const replicas = await Promise.all(orders.map((modules) => boot({ providers: [Poll], modules, namespace })))
  await until(() => runs('first') >= 10)
  await Promise.all(replicas.map(({ app }) => app.close()))
  expect(runs('first')).toBe(sum(replicas, 'Poll.first'))
  for (const { leftToOthers, ran } of of(replicas, 'Poll.first')) expect(leftToOthers + ran).toBeGreaterThan(5)
})

test('providers of one class are told apart, and so are jobs of one method name', async () => {
  class Twice {
    @Interval(100)
    again() {
      count('again')
    }
  }
  const replicas = await bootTwo({ providers: [Twice, { provide: 'other', useClass: Twice }] })
  await until(() => sum(replicas, 'Twice.again') >= 3 && sum(replicas, 'Twice.again#2') >= 3)
})

test('a job of the registry is stopped, cleared and deleted as ever, a cleared one also while its timer is not to keep the process alive', async () => {
  class Stops {
    @Interval('cleared', 50)
    cleared() {
      count('cleared')
    }
    @Interval('deleted', 50)
    deleted() {
      count('deleted')
    }
    @Interval('unref', 50)
    unref() {
      count('unref')
    }
    @Interval('lasting', 50)
    lasting() {
      count('lasting')
    }
    @Cron('* * * * * *', { name: 'disabled', disabled: true })
    disabled() {
      count('disabled')
    }
    @Cron('* * * * * *', { name: 'delayed', initialDelay: 100 })
    delayed() {
      count('delayed')
    }
  }
  const { registry, takeOver } = await boot({ providers: [Stops] })
  const names = ['cleared', 'deleted', 'unref', 'lasting']
  registry.getInterval('unref').unref()
  await until(() => names.every((name) => runs(name) >= 2))
  clearInterval(registry.getInterval('cleared'))
  registry.deleteInterval('deleted')
  // A claim that was under way may still be answered.
  const settled = runs('lasting')
  await until(() => runs('lasting') >= settled + 4)
  const [cleared, deleted, lasting, unref] = [runs('cleared'), runs('deleted'), runs('lasting'), runs('unref')]
  await until(() => runs('lasting') >= lasting + 10)
  expect([runs('cleared'), runs('deleted')]).toEqual([cleared, deleted])
  expect(runs('unref')).toBeGreaterThan(unref)
  await until(() => runs('delayed') >= 1)
  expect(runs('disabled')).toBe(0)
  expect(takeOver.stats().find(({ job }) => job === 'disabled')).toMatchObject({ ran: 0, skipped: 0 })
  registry.getCronJob('disabled').start()
  await until(() => runs('disabled') >= 1)
})

test('cron jobs that are added later run in one replica per tick, by hand where they are called, and those that are excepted everywhere', async () => {
  const replicas = await bootTwo({ beat: { takeOver: { except: ['everywhere'] } } })
  for (const { registry } of replicas) {
    for (const name of ['added', 'everywhere']) {
      const job = new CronJob('* * * * * *', () => count(name))
      registry.addCronJob(name, job)
      job.start()
    }
  }
  await until(() => runs('added') >= 3)
  await replicas[0].registry.getCronJob('added').fireOnTick()
  await replicas[1].registry.getCronJob('added').fireOnTick()
  for (const { registry } of replicas) for (const name of ['added', 'everywhere']) registry.deleteCronJob(name)
  await until(() => of(replicas, 'added').reduce((all, { ran, leftToOthers }) => all + ran + leftToOthers, 0) % 2 === 0)
  // Two of them by hand.
  expect(runs('added')).toBe(sum(replicas, 'added') + 2)
  expect(runs('everywhere')).toBeGreaterThanOrEqual(2 * (sum(replicas, 'added') - 1))
  expect(of(replicas, 'everywhere')).toEqual([])
})

test('what is left alone ticks as without it: kinds that are off, timeouts without a deployment, and methods by class and name', async () => {
  class Alone {
    @Interval(50)
    interval() {
      count('alone')
    }
    @Timeout(50)
    timeout() {
      count('timeout')
    }
    @Interval(50)
    excepted() {
      count('excepted')
    }
  }
  const alone = await bootTwo({ providers: [Alone], beat: { takeOver: { intervals: false } } })
  await until(() => runs('timeout') === 2 && runs('alone') >= 4)
  expect(alone.flatMap(({ takeOver }) => takeOver.stats())).toEqual([])
  await Promise.all(alone.map(({ app }) => app.close()))
  const excepted = await bootTwo({ providers: [Alone], beat: { takeOver: { except: ['Alone.excepted'] } } })
  expect(excepted.flatMap(({ takeOver }) => takeOver.stats().map(({ job }) => job))).toEqual(['Alone.interval', 'Alone.interval'])
})

test('an error of a method is logged by the library, and the next tick comes', async () => {
  class Fails {
    @Interval(50)
    fails() {
      count('fails')
      throw new Error('no')
    }
  }
  await boot({ providers: [Fails] })
  await until(() => runs('fails') >= 3)
})

test('in a test that runs inline nobody is asked', async () => {
  @Injectable()
  class Inline {
    @Interval(50)
    inline() {
      count('inline')
    }
  }
  const module = await withInlineChordis(Test.createTestingModule({ imports: [rootOf({ providers: [Inline] })] })).compile()
  onTestFinished(() => module.close())
  await module.init()
  await until(() => runs('inline') >= 2)
  expect(module.get(TakeOver, { strict: false }).stats()).toEqual([])
})

test('a method that is waited for is not called again meanwhile, and its ticks are left to others', async () => {
  let end = () => {}
  class Waits {
    @Cron('* * * * * *', { name: 'waits', waitForCompletion: true })
    waits() {
      count('waits')
      return new Promise<void>((resolve) => {
        end = resolve
      })
    }
  }
  const { takeOver } = await boot({ providers: [Waits] })
  const left = () => takeOver.stats().find(({ job }) => job === 'waits')!.leftToOthers
  await until(() => left() >= 2)
  expect(runs('waits')).toBe(1)
  end()
  await until(() => runs('waits') === 2)
  end()
})

test('a job that is deleted before its delay is over never starts', async () => {
  class Delayed {
    @Cron('* * * * * *', { name: 'late', initialDelay: 100 })
    late() {
      count('late')
    }
    @Cron('* * * * * *', { name: 'later', initialDelay: 200 })
    later() {
      count('later')
    }
  }
  const { registry } = await boot({ providers: [Delayed] })
  registry.deleteCronJob('late')
  await until(() => runs('later') >= 2)
  expect(runs('late')).toBe(0)
})

test('nothing ticks in an application that is booted for its tasks', async () => {
  class Quiet {
    @Interval(50)
    quiet() {
      count('quiet')
    }
  }
  class Loud {
    @Interval(50)
    loud() {
      count('loud')
    }
  }
  const opened = await tasksOf(rootOf({ providers: [Quiet] })).openTasks()
  onTestFinished(() => opened.close?.())
  await boot({ providers: [Loud] })
  await until(() => runs('loud') >= 10)
  expect(runs('quiet')).toBe(0)
})

test('an application without @nestjs/schedule boots, and says what is missing when it is to take over', async () => {
  const program = new URL('./without-schedule.js', import.meta.url)
  const child = await startModule(program, { env: { REDIS: redis.url, NAMESPACE: uniqueName() }, timeoutMs: 50_000 })
  expect(child.output).toContain('booted')
  expect(child.output).toContain('refused: Chordis: takeOver needs the package @nestjs/schedule, version 12')
})

describe('it is refused at boot', () => {
  test.each<[string, Parts, RegExp]>([
    ['without ScheduleModule', { modules: [BeatModule.forRoot({ takeOver: true })] }, /no ScheduleModule/],
    ['with a word that is no choice', { beat: { takeOver: { onRedisDown: 'wait' as never } } }, /neither skip nor run/],
    ['with a connection that is not there', { beat: { takeOver: true, connection: 'other' } }, /no connection "other"/],
    ['with a scope that is too long', { beat: { takeOver: { scope: 'x'.repeat(129) } } }, /scope: must be at most 128/],
    [
      'when it is said twice',
      {
        modules: [ScheduleModule.forRoot(), BeatModule.forRoot({ takeOver: true }), BeatModule.forRoot({ takeOver: { scope: 'b' } })],
      },
      /taken over already/,
    ],
  ])('%s', async (_, parts, message) => {
    await expect(boot(parts)).rejects.toThrow(message)
  })
})
