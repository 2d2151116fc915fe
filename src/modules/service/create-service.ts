/**
 * A whole Chordis service in one call: Nest on Fastify, the REST face by role, health, and the caller's tasks.
 *
 * Used by `src/main.ts`, the examples and the tests. It reads no environment variable and installs no signal handler; the caller does.
 */
import 'reflect-metadata'
import type { AddressInfo } from 'node:net'
import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Logger as Pino } from 'pino'
import { AccessGuard } from '../access/access.guard.js'
import { AccessModule } from '../access/access.module.js'
import type { AccessOptions } from '../access/access.options.js'
import { OpenMode } from '../access/open-mode.js'
import { ChordisModule } from '../chordis.module.js'
import { type ChordisModuleOptions, rolesOf } from '../chordis.options.js'
import type { GraphqlOptions } from '../graphql/graphql.options.js'
import { HealthModule } from '../health/health.module.js'
import { createAdapter, type HttpOptions } from '../http/adapter.js'
import { ProblemFilter } from '../http/problem.filter.js'
import { createPino, type LogLevel, PinoLogger } from '../logging/pino.logger.js'
import { logRequests } from '../logging/request-log.js'
import { MetricsModule } from '../metrics/metrics.module.js'
import type { MetricsModuleOptions } from '../metrics/metrics.options.js'
import { RateGuard, ratesModule } from '../rates/rates.module.js'
import { serveDocs } from '../rest/docs.js'
import { RestModule } from '../rest/rest.module.js'
import { WebhooksModule } from '../webhooks/webhooks.module.js'
import type { WebhooksOptions } from '../webhooks/webhooks.options.js'

/** What `createService` takes. */
export interface ServiceOptions extends Omit<ChordisModuleOptions, 'logger'> {
  /** Default 127.0.0.1. While no credential is configured a process of role `api` listens there, whatever is said here. */
  host?: string
  /** Who may use it. Default: who has an API key of the namespace; while there is none, everybody on this machine. */
  access?: AccessOptions
  /** Default 3000; 0 takes a free one. */
  port?: number
  /** Modules with tasks, such as `ChordisModule.forFeature([…])`. */
  imports?: NonNullable<ModuleMetadata['imports']>
  /** Providers with tasks. */
  providers?: Provider[]
  /** Bytes of a request body. Default 4 MiB. */
  bodyLimit?: number
  /** How long clients may take, and which proxies are trusted. */
  http?: HttpOptions
  /** Serve the OpenAPI document and its page at `/docs`, without a credential: they hold nothing of the installation. Default true, in a process of role `api`. */
  docs?: boolean
  /** GraphQL, in a process of role `api`. `false`: none. Default: with its defaults, where its packages are installed. */
  graphql?: GraphqlOptions | false
  /** The ends of workflows are told over HTTPS to whom credentials with `webhooks:write` name. Default false: to nobody. */
  webhooks?: WebhooksOptions | false
  /** Default `info`. */
  logLevel?: LogLevel
  /** How `/metrics` is served; `false`: not at all, which spares a worker the counting. Default: with all defaults. */
  metrics?: (MetricsModuleOptions & { path?: string }) | false
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
  const app = await NestFactory.create<NestFastifyApplication>(
    await rootModule({ ...options, logger: pino }),
    createAdapter(options.bodyLimit, options.http),
    {
      logger: new PinoLogger(pino),
      bodyParser: false,
      abortOnError: false,
    },
  )
  try {
    app.useGlobalFilters(app.get(ProblemFilter))
    logRequests(app.getHttpAdapter().getInstance(), pino)
    if (options.docs !== false && rolesOf(options).includes('api')) await serveDocs(app)
    await app.listen(options.port ?? 3000, await hostOf(app, options))
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

/** A worker pod serves health checks alone, which need no credential. */
async function hostOf(app: NestFastifyApplication, options: ServiceOptions): Promise<string> {
  const { host = '127.0.0.1' } = options
  return rolesOf(options).includes('api') ? app.get(OpenMode).hostFor(host) : host
}

type Parts = Pick<ServiceOptions, 'access' | 'imports' | 'providers' | 'graphql' | 'metrics' | 'webhooks'>

async function rootModule(options: ChordisModuleOptions & Parts): Promise<DynamicModule> {
  const { access, imports = [], providers = [], graphql, metrics, webhooks = false, ...chordis } = options
  const measured = metrics === false ? [] : [MetricsModule.forRoot(metrics ?? {})]
  const faces = rolesOf(chordis).includes('api') ? [RestModule, ...(await graphqlModule(graphql))] : []
  return {
    module: ServiceModule,
    imports: [
      ChordisModule.forRoot(chordis),
      AccessModule.forRoot(access ?? {}),
      ratesModule(access?.rate),
      HealthModule,
      ...measured,
      ...(webhooks === false ? [] : [WebhooksModule.forRoot(webhooks)]),
      ...faces,
      ...imports,
    ],
    // The order counts: who asks is known before it is counted.
    providers: [
      ProblemFilter,
      { provide: APP_GUARD, useExisting: AccessGuard },
      { provide: APP_GUARD, useExisting: RateGuard },
      ...providers,
    ],
  }
}

/** Its packages are optional peers, and take 100 ms to load: who has none of it, or wants none, does not load them. */
async function graphqlModule(options: ServiceOptions['graphql']): Promise<DynamicModule[]> {
  if (options === false) return []
  try {
    const { GraphqlModule } = await import('../graphql/graphql.module.js')
    return [GraphqlModule.forRoot(options)]
  } catch (error) {
    if (options === undefined && (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return []
    throw error
  }
}

function urlOf(app: NestFastifyApplication): string {
  const { address, family, port } = app.getHttpServer().address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
