/** A server of the HTTP workloads, in a process of its own: an empty NestJS route on Fastify, or our service of role `api` without a worker. */
import 'reflect-metadata'
import { Controller, HttpCode, Module, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { createService } from '../src/modules/service/index.js'
import type { Place } from './contract.js'

/** What the process is told. */
export interface ServerRequest {
  kind: 'empty' | 'service'
  place: Place
}

@Controller()
class EmptyController {
  @Post('empty')
  @HttpCode(202)
  empty(): object {
    return { id: '00-00000000000000000000', state: 'PENDING', duplicate: false }
  }
}

@Module({ controllers: [EmptyController] })
class EmptyModule {}

async function start({ kind, place }: ServerRequest): Promise<string> {
  if (kind === 'service') {
    const service = await createService({
      redis: place.url,
      namespace: place.prefix,
      roles: ['api'],
      port: 0,
      logLevel: 'warn',
      docs: false,
    })
    return service.url
  }
  const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter(), { logger: false })
  await app.listen(0, '127.0.0.1')
  return app.getUrl()
}

process.on('disconnect', () => process.exit(0))
process.send?.(await start(JSON.parse(process.argv[2] ?? '') as ServerRequest))
