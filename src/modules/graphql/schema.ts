/** The schema by itself, without a server or a Redis: what `npm run generate` writes to docs/schema.graphql. */
import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { RESOLVERS } from './resolvers/index.js'

/** The schema in GraphQL's own language, sorted by name. */
export async function schemaText(): Promise<string> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: ['error'] })
  try {
    const schema = await app.get(GraphQLSchemaFactory).create(RESOLVERS)
    return `${printSchema(lexicographicSortSchema(schema))}\n`
  } finally {
    await app.close()
  }
}
