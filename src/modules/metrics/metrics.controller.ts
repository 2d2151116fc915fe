/** Prometheus's text of all metrics. Where requests have a principal, it needs `metrics:read`, of all tenants. */
import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { AskingRequest } from '../access/asking.js'
import { MetricsRegistry } from './metrics.registry.js'

/** The controller at a path. */
export function metricsController(path: string): Type {
  @Controller(path)
  class MetricsController {
    constructor(@Inject(MetricsRegistry) private readonly registry: MetricsRegistry) {}

    @Get()
    async metrics(@Req() { principal }: AskingRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
      principal?.demandAll('metrics:read')
      reply.header('content-type', this.registry.contentType).header('cache-control', 'no-store')
      return this.registry.metrics()
    }
  }
  return MetricsController
}
