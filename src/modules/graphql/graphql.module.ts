/** GraphQL over the same operations as REST. Import it beside `ChordisModule.forRoot` in a process of role `api`, on Fastify. */
import { type DynamicModule, Module } from '@nestjs/common'
import { GraphQLModule } from '@nestjs/graphql'
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius'
import type { Logger } from '../../engine/index.js'
import { AccessGuard } from '../access/access.guard.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import { OperationsModule } from '../operations/operations.module.js'
import { type GraphqlOptions, settingsFrom } from './graphql.options.js'
import { driverOptions } from './mercurius.js'
import { RESOLVERS } from './resolvers/index.js'
import { Subscriptions } from './subscriptions.js'

/** The GraphQL interface. Import it beside `ChordisModule.forRoot`; one application has one GraphQL interface on Fastify. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a static method of a class
export class GraphqlModule {
  /** Serves it. @throws Error for a path or a limit that cannot be */
  static forRoot(options: GraphqlOptions = {}): DynamicModule {
    const settings = settingsFrom(options)
    const server = GraphQLModule.forRootAsync<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      inject: [CHORDIS_LOGGER, { token: AccessGuard, optional: true }],
      useFactory: (logger: Logger, guard?: AccessGuard) => driverOptions({ settings, logger, guard, include: [GraphqlModule] }),
    })
    return { module: GraphqlModule, imports: [OperationsModule, server], providers: [...RESOLVERS, Subscriptions] }
  }
}
