/** Two connections of one application share nothing but the process. */
import { Controller, Get, Inject, Injectable } from '@nestjs/common'
import { afterEach, describe, expect, test } from 'vitest'
import { type Client, chain, signature } from '../../../src/engine/index.js'
import { ChordisClient, ChordisConnection, Connections, InjectChordis, Task, TaskRegistry, Tasks } from '../../../src/modules/index.js'
import { uniqueName, useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { outcomeOn, success, TwoConnections } from './app.js'

const redis = useRedis()

class Same {
  @Task('same')
  same(): string {
    return 'same'
  }
}

@Tasks({ connection: 'reports', queue: 'heavy' })
class Heavy {
  @Task('heavy')
  heavy(): string {
    return 'heavy'
  }

  @Task({ name: 'light', connection: 'default', queue: 'light' })
  light(): string {
    return 'light'
  }
}

describe('tasks belong to a connection', () => {
  test('by forFeature, by @Tasks and by @Task; one name may stand on each', async () => {
    const two = await TwoConnections.boot(redis.url, { main: [Same, Heavy], reports: [{ provide: 'same', useClass: Same }] })
    const names = two.app.get(Connections).all.map(({ name, tasks }) => [name, tasks.names()])
    expect(names).toEqual([
      ['default', ['light', 'same']],
      ['reports', ['heavy', 'same']],
    ])
    expect(await two.both(signature('same'))).toEqual([success('same'), success('same')])
    expect(await outcomeOn(two.reports, signature('heavy', [], {}, { queue: 'heavy' }))).toEqual(success('heavy'))
    expect(await two.run(signature('light', [], {}, { queue: 'light' }))).toEqual(success('light'))
  })

  test('a connection that does not exist is refused at boot, with the method', async () => {
    class Lost {
      @Task({ name: 'lost', connection: 'elsewhere' })
      run(): void {}
    }
    await expect(TwoConnections.boot(redis.url, { main: [Lost] })).rejects.toThrow(
      'Chordis: the task "lost" of Lost.run: there is no connection "elsewhere"; there is default, reports',
    )
  })

  test('two connections of one name are refused at boot', async () => {
    const { ChordisModule } = await import('../../../src/modules/index.js')
    const third = ChordisModule.forRoot({ name: 'reports', redis: redis.url, namespace: uniqueName() })
    await expect(TwoConnections.boot(redis.url, { imports: [third] })).rejects.toThrow('there are two connections "reports"')
  })
})

describe('what is injected', () => {
  @Injectable()
  class Both {
    constructor(
      @Inject(ChordisClient) readonly main: Client,
      @InjectChordis('reports') readonly reports: Client,
      @InjectChordis() readonly unnamed: Client,
    ) {}
  }

  test('is the client of that name, in every module and wherever the application is asked', async () => {
    const two = await TwoConnections.boot(redis.url, { providers: [Both], main: [Same] })
    const { main, reports, unnamed } = two.app.get(Both)
    const [first, second] = two.app.get(Connections).all
    expect(unnamed).toBe(main)
    expect(main).toBe(first?.client)
    expect(reports).toBe(second?.client)
    expect(two.app.get(ChordisClient)).toBe(main)
    expect(two.app.get(ChordisConnection).name).toBe('default')
    expect(two.app.get(TaskRegistry)).toBe(first?.tasks)
  })
})

describe('roles and workers', () => {
  test('each connection has roles and worker options of its own', async () => {
    const { ChordisModule } = await import('../../../src/modules/index.js')
    const third = ChordisModule.forRoot({ name: 'web', redis: redis.url, namespace: uniqueName(), roles: ['api'] })
    const fourth = ChordisModule.forRoot({
      name: 'narrow',
      redis: redis.url,
      namespace: uniqueName(),
      roles: ['worker'],
      worker: { queues: ['q'], concurrency: 1, leaseMs: 3_000 },
    })
    const two = await TwoConnections.boot(redis.url, { imports: [third, fourth] })
    expect(two.app.get(Connections).all.map(({ name, working, roles }) => [name, working, roles])).toEqual([
      ['default', true, ['api', 'worker']],
      ['reports', true, ['api', 'worker']],
      ['web', false, ['api']],
      ['narrow', true, ['worker']],
    ])
  })
})

describe('shutdown', () => {
  let open: (() => void) | undefined
  afterEach(() => open?.())

  test('HTTP ends first, the workers of all connections finish side by side, then Redis is closed', async () => {
    const order: string[] = []
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    class Slow {
      @Task('slow')
      async slow(where: string): Promise<string> {
        order.push(`${where} runs`)
        await gate
        order.push(`${where} done`)
        return where
      }

      onApplicationShutdown(): void {
        order.push('shutdown hooks')
      }
    }
    @Controller()
    class Web {
      @Get('ping')
      ping(): string {
        return 'pong'
      }
    }
    const two = await TwoConnections.boot(redis.url, { main: [Slow], reports: [{ provide: 'slow', useClass: Slow }], controllers: [Web] })
    const url = await two.app.getUrl()
    await two.main.submit(signature('slow', ['main']))
    await two.reports.submit(signature('slow', ['reports']))
    await until(() => order.length === 2)
    const closed = two.app.close()
    await until(async () => (await fetch(`${url}/ping`).catch(() => 'refused')) === 'refused')
    expect(order.filter((line) => line.endsWith('done'))).toEqual([])
    open?.()
    await closed
    expect(order.slice(2, 4).sort()).toEqual(['main done', 'reports done'])
    expect(order[4]).toBe('shutdown hooks')
    await expect(two.main.submit(chain(signature('slow')))).rejects.toMatchObject({ code: 'redis-unavailable' })
    await expect(two.reports.submit(chain(signature('slow')))).rejects.toMatchObject({ code: 'redis-unavailable' })
  })
})
