/**
 * A Nest application with two connections, `default` and `reports`, each with a namespace of its own and a worker: what the tests of this folder
 * put their tasks, guards, hooks and others into.
 */
import type { INestApplication, ModuleMetadata, Provider, Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { onTestFinished } from 'vitest'
import type { Canvas, Client, Logger, Outcome } from '../../../src/engine/index.js'
import { ChordisClient, ChordisModule, type ChordisModuleOptions, createAdapter, getChordisToken } from '../../../src/modules/index.js'
import { uniqueName } from '../../support/redis-server.js'

export interface Parts {
  /** Providers in a feature of the default connection. */
  main?: Provider[]
  /** Providers in a feature of the connection `reports`. */
  reports?: Provider[]
  providers?: Provider[]
  imports?: NonNullable<ModuleMetadata['imports']>
  controllers?: Type[]
  options?: Partial<ChordisModuleOptions>
  /** Before the application starts. */
  setUp?: (app: INestApplication) => void
}

export class TwoConnections {
  readonly log: { level: keyof Logger; message: string; fields: object }[] = []

  private constructor(readonly app: INestApplication) {}

  static async boot(redis: string, parts: Parts = {}): Promise<TwoConnections> {
    const { main = [], reports = [], providers = [], imports = [], controllers = [], options = {}, setUp } = parts
    const log: TwoConnections['log'] = []
    const at =
      (level: keyof Logger) =>
      (fields: object, message = '') =>
        void log.push({ level, message, fields })
    const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
    const root = {
      module: class Root {},
      imports: [
        ChordisModule.forRoot({ redis, namespace: uniqueName(), logger, ...options }),
        ChordisModule.forRoot({ name: 'reports', redis, namespace: uniqueName(), logger, ...options }),
        ChordisModule.forFeature(main),
        ChordisModule.forFeature(reports, { connection: 'reports' }),
        ...imports,
      ],
      controllers,
      providers,
    }
    const app = await NestFactory.create(root, createAdapter(), { logger: false, abortOnError: false })
    onTestFinished(() => app.close())
    setUp?.(app)
    await app.listen(0, '127.0.0.1')
    const two = new TwoConnections(app)
    two.log.push(...log)
    log.push = (...lines) => two.log.push(...lines)
    return two
  }

  get main(): Client {
    return this.app.get(ChordisClient)
  }

  get reports(): Client {
    return this.app.get<Client>(getChordisToken('reports') as symbol)
  }

  /** The outcome of a canvas on each of the connections. */
  async both(canvas: Canvas): Promise<Outcome[]> {
    return [await outcomeOn(this.main, canvas), await outcomeOn(this.reports, canvas)]
  }

  async run(canvas: Canvas): Promise<Outcome> {
    return outcomeOn(this.main, canvas)
  }
}

/** The outcome of a canvas that is run there. */
export async function outcomeOn(client: Client, canvas: Canvas): Promise<Outcome> {
  const handle = await client.submit(canvas as never)
  const outcome = await handle.outcome({ waitMs: 20_000 })
  if (outcome === null) throw new Error(`workflow ${handle.id} has no outcome: ${JSON.stringify(await handle.results())}`)
  return outcome
}

/** Type, code and message of the error of an outcome that failed. */
export function failureOf(outcome: Outcome): { type: string; message: string; code?: string } {
  if (outcome.state !== 'FAILURE') throw new Error(`expected FAILURE, got ${JSON.stringify(outcome)}`)
  const { type, message, code } = outcome.error
  return { type, message, ...(code === undefined ? {} : { code }) }
}

export const success = (result: unknown): Outcome => ({ state: 'SUCCESS', result }) as Outcome
