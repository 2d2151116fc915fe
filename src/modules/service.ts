/**
 * A whole Chordis service in one call: Nest on Fastify, the REST face by role, health, and the caller's tasks.
 *
 * Used by `src/main.ts`, the examples and the tests. It reads no environment variable and installs no signal handler; the caller does.
 */
import 'reflect-metadata'
import type { AddressInfo } from 'node:net'
import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Logger as Pino } from 'pino'
import { ChordisModule } from './chordis.module.js'
import { type ChordisModuleOptions, rolesOf } from './chordis.options.js'
import { EventsModule } from './events/events.module.js'
import { HealthModule } from './health/health.module.js'
import { createAdapter } from './http/adapter.js'
import { ProblemFilter } from './http/problem.filter.js'
import { createPino, type LogLevel, PinoLogger } from './logging/pino.logger.js'
import { WorkflowsModule } from './workflows/workflows.module.js'

/** What `createService` takes. */
export interface ServiceOptions extends Omit<ChordisModuleOptions, 'logger'> {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 3000; 0 takes a free one. */
  port?: number
  /** Modules with tasks, such as `ChordisModule.forFeature([…])`. */
  imports?: NonNullable<ModuleMetadata['imports']>
  /** Providers with tasks. */
  providers?: Provider[]
  /** Bytes of a request body. Default 4 MiB. */
  bodyLimit?: number
  /** Default `info`. */
  logLevel?: LogLevel
  /** A pino logger of your own, or `false` for silence. Default: JSON lines on stdout. */
  logger?: Pino | false
}

/** A running service. */
export interface Service {
  app: NestFastifyApplication
  /** `http://host:port`, without a slash at the end. */
  url: string
  /** Not ready, HTTP drained, worker stopped, Redis closed; in that order. Safe to repeat. */
  close(): Promise<void>
}

@Module({})
class ServiceModule {}

/** Boots, listens, and starts the worker where the roles say so. Throws, with everything closed again, when it cannot. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const pino = options.logger || createPino(options.logger === false ? 'silent' : options.logLevel)
  const app = await NestFactory.create<NestFastifyApplication>(rootModule({ ...options, logger: pino }), createAdapter(options.bodyLimit), {
    logger: new PinoLogger(pino),
    bodyParser: false,
    abortOnError: false,
  })
  try {
    app.useGlobalFilters(app.get(ProblemFilter))
    await app.listen(options.port ?? 3000, options.host ?? '127.0.0.1')
  } catch (error) {
    await app.close()
    throw error
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= app.close()
    return closing
  }
  return { app, url: urlOf(app), close }
}

function rootModule(options: ChordisModuleOptions & Pick<ServiceOptions, 'imports' | 'providers'>): DynamicModule {
  const { imports = [], providers = [], ...chordis } = options
  const faces = rolesOf(chordis).includes('api') ? [WorkflowsModule, EventsModule] : []
  return {
    module: ServiceModule,
    imports: [ChordisModule.forRoot(chordis), HealthModule, ...faces, ...imports],
    providers: [ProblemFilter, ...providers],
  }
}

function urlOf(app: NestFastifyApplication): string {
  const { address, family, port } = app.getHttpServer().address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
