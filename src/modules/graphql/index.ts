/**
 * GraphQL for a Nest application: needs `@nestjs/graphql`, `@nestjs/mercurius`, `mercurius` and `graphql` beside it.
 *
 * @module chordis/nestjs/graphql
 */
export { GraphqlModule } from './graphql.module.js'
export type { GraphqlLimits, GraphqlOptions } from './graphql.options.js'
