/** `/v1/limits`: what the service refuses. */
import { Get, Inject } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { FastifyInstance } from 'fastify'
import { DEFAULT_LIMITS } from '../../../engine/index.js'
import { DEFAULT_BODY_LIMIT } from '../../http/adapter.js'
import { GRAPH_LIMITS, type GraphLimits } from '../../operations/graph-limits.js'
import { Operation, RestController } from '../operation.js'
import { limits } from '../schemas/operations.js'
import { BULK_IDS, IDEMPOTENCY_KEY_MS, LINE_BYTES, type Limits, PAGE, WAIT_MS } from './limits.js'

@RestController('limits', 'limits')
export class LimitsController {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(GRAPH_LIMITS) private readonly canvases: GraphLimits,
  ) {}

  @Get()
  @Operation('getLimits', { summary: 'What the service refuses', answer: limits })
  get(): Limits {
    const { bodyLimit = DEFAULT_BODY_LIMIT } = (this.host.httpAdapter.getInstance() as FastifyInstance).initialConfig
    const pages = { page: PAGE, bulkIds: BULK_IDS }
    const canvas = { ...DEFAULT_LIMITS, ...this.canvases }
    return {
      bodyBytes: bodyLimit,
      lineBytes: LINE_BYTES,
      ...canvas,
      // Where nothing is set, the nodes and the body bound them.
      members: Math.min(canvas.members, canvas.nodes),
      payloadBytes: Math.min(canvas.payloadBytes, bodyLimit),
      ...pages,
      waitMs: WAIT_MS,
      idempotencyKeyMs: IDEMPOTENCY_KEY_MS,
    }
  }
}
