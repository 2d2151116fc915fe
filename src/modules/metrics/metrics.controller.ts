/** Prometheus's text of all metrics. Who may read it is no matter of this controller. */
import { Controller, Get, Inject, Res, type Type } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { MetricsRegistry } from './metrics.registry.js'

/** The controller at a path. */
export function metricsController(path: string): Type {
  @Controller(path)
  class MetricsController {
    constructor(@Inject(MetricsRegistry) private readonly registry: MetricsRegistry) {}

    @Get()
    async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
      reply.header('content-type', this.registry.contentType).header('cache-control', 'no-store')
      return this.registry.metrics()
    }
  }
  return MetricsController
}
