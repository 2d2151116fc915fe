/**
 * Answers every error of a request with a problem document and logs those that are the server's fault. Errors of tasks pass.
 */
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Injectable } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../../engine/index.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import { type Problem, toProblem } from './problem.js'
import { sendProblem } from './send.js'

/** Answers every error with a problem document and logs those that are the server's fault. */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(CHORDIS_LOGGER) private readonly logger: Logger) {}

  /** Answers the request that failed with its problem document. */
  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error
    const http = host.switchToHttp()
    const request = http.getRequest<FastifyRequest>()
    const problem = toProblem(error, request.url)
    this.log(error, problem, request)
    sendProblem(http.getResponse<FastifyReply>(), problem, error)
  }

  private log(error: unknown, { status, code, workflow }: Problem, { id, method, url }: FastifyRequest): void {
    if (status >= 500)
      this.logger.error({ err: error, requestId: id, method, path: url.split('?', 1)[0], status, code, workflow }, 'request failed')
  }
}
