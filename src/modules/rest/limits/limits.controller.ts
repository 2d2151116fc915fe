/** `/v1/limits`: what the service refuses. */
import { Get, Inject } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { FastifyInstance } from 'fastify'
import { DEFAULT_LIMITS } from '../../../engine/index.js'
import { DEFAULT_BODY_LIMIT } from '../../http/adapter.js'
import { Operation, RestController } from '../operation.js'
import { limits } from '../schemas/operations.js'
import { BULK_IDS, IDEMPOTENCY_KEY_MS, LINE_BYTES, type Limits, PAGE, WAIT_MS } from './limits.js'

@RestController('limits', 'limits')
export class LimitsController {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  @Get()
  @Operation('getLimits', { summary: 'What the service refuses', answer: limits })
  get(): Limits {
    const { bodyLimit = DEFAULT_BODY_LIMIT } = (this.host.httpAdapter.getInstance() as FastifyInstance).initialConfig
    const pages = { page: PAGE, bulkIds: BULK_IDS }
    return {
      bodyBytes: bodyLimit,
      lineBytes: LINE_BYTES,
      ...DEFAULT_LIMITS,
      ...pages,
      waitMs: WAIT_MS,
      idempotencyKeyMs: IDEMPOTENCY_KEY_MS,
    }
  }
}
