/**
 * ChordisModule inside an application that is not ours: no HTTP, options from a factory, tasks in feature modules.
 */
import { type INestApplicationContext, Inject, Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { afterEach, describe, expect, test } from 'vitest'
import { type Logger, signature } from '../../src/engine/index.js'
import { ChordisClient, ChordisConnection, ChordisModule, Task } from '../../src/modules/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

const redis = useRedis()
const open: INestApplicationContext[] = []
const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

async function boot(root: object): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(root as never, { logger: false, abortOnError: false })
  open.push(app)
  return app
}

@Injectable()
class Prices {
  of(article: string): number {
    return article.length
  }
}

@Module({ providers: [Prices], exports: [Prices] })
class PricesModule {}

@Injectable()
class OrderTasks {
  constructor(
    @Inject(Prices) private readonly prices: Prices,
    @Inject(ChordisClient) private readonly chordis: ChordisClient,
  ) {}

  @Task('order.price')
  price(article: string): number {
    return this.prices.of(article)
  }

  @Task('order.follow')
  async follow(): Promise<string> {
    const { id } = await this.chordis.submit(signature('order.price', ['abc']), { id: 'follow-up' })
    return id
  }
}

const options = () => ({ redis: redis.url, namespace: redis.ns(), logger: SILENT })

describe('ChordisModule', () => {
  test('a worker that is shut down from elsewhere leaves the application running, and its connection not working', async () => {
    const app = await boot({
      module: class Root {},
      imports: [ChordisModule.forRootAsync({ useFactory: options }), ChordisModule.forFeature([OrderTasks], [PricesModule])],
    })
    const client = app.get(ChordisClient)
    const connection = app.get(ChordisConnection)
    expect(connection.working).toBe(true)
    const { answers } = await client.control.shutdown({ timeoutMs: 10_000 })
    expect(answers.map(({ value }) => value)).toEqual([{ state: 'stopping' }])
    await until(() => !connection.working, { what: 'the connection has no worker any more' })
    await until(async () => (await client.workers()).length === 0, { what: 'it has left' })
    expect(await client.ping()).toBeGreaterThan(0)
  })

  test('runs the tasks of a feature module, with what they inject, in an application without HTTP', async () => {
    const app = await boot({
      module: class Root {},
      imports: [ChordisModule.forRootAsync({ useFactory: options }), ChordisModule.forFeature([OrderTasks], [PricesModule])],
    })
    const chordis = app.get(ChordisClient)
    const handle = await chordis.submit(signature('order.follow'))
    expect(await handle.result({ timeoutMs: 20_000 })).toBe('follow-up')
    expect(await chordis.workflow('follow-up').result({ timeoutMs: 20_000 })).toBe(3)
  })

  test('refuses to boot when a task is defined twice', async () => {
    const twice = {
      module: class Root {},
      imports: [ChordisModule.forRoot(options()), ChordisModule.forFeature([OrderTasks], [PricesModule])],
    }
    const again = { module: class Other {}, imports: [PricesModule], providers: [OrderTasks] }
    await expect(boot({ module: class Both {}, imports: [twice, again] })).rejects.toThrow(/"order\.price" is defined twice/)
  })

  test('says which role does not exist', async () => {
    const root = { module: class Root {}, imports: [ChordisModule.forRoot({ ...options(), roles: ['web' as 'api'] })] }
    await expect(boot(root)).rejects.toThrow('"web" is not a role')
  })
})
