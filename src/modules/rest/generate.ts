/** The OpenAPI document without a running application: `npm run generate` writes it to docs/openapi.json. */
import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { OpenAPIObject } from '@nestjs/swagger'
import { AccessModule } from '../access/access.module.js'
import { ChordisModule } from '../chordis.module.js'
import { createAdapter } from '../http/adapter.js'
import { openApiDocument } from './docs.js'
import { RestModule } from './rest.module.js'

/** In a preview nothing is made, and nothing connects. */
@Module({ imports: [ChordisModule.forRoot({ redis: 'redis://127.0.0.1:1', roles: ['api'] }), AccessModule.forRoot({}), RestModule] })
class DocumentedModule {}

/** Makes it from the controllers: nothing is started, nothing is connected. */
export async function generateOpenApi(): Promise<OpenAPIObject> {
  const app = await NestFactory.create<NestFastifyApplication>(DocumentedModule, createAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  })
  return openApiDocument(app)
}
