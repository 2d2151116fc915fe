/**
 * A problem document as a reply, with the headers that belong to its error.
 */
import type { FastifyReply } from 'fastify'
import { RateLimitedError } from '../access/rate-limited.js'
import { UnauthenticatedError } from '../access/unauthenticated.js'
import { MethodNotAllowed } from './method.js'
import { PROBLEM_TYPE, type Problem } from './problem.js'

/** Seconds after which a 503 may be tried again. */
export const RETRY_AFTER_S = 1

export function sendProblem(reply: FastifyReply, problem: Problem, error: unknown): void {
  if (reply.sent) return
  setErrorHeaders(reply, problem.status, error)
  reply.status(problem.status).header('content-type', PROBLEM_TYPE).send(JSON.stringify(problem))
}

/** The headers that belong to an error, whatever its answer looks like. */
export function setErrorHeaders(reply: FastifyReply, status: number, error: unknown): void {
  if (status === 503) reply.header('retry-after', String(RETRY_AFTER_S))
  if (error instanceof RateLimitedError) reply.header('retry-after', String(error.retryAfterS))
  if (error instanceof UnauthenticatedError) reply.header('www-authenticate', error.challenge)
  if (error instanceof MethodNotAllowed) reply.header('allow', error.allow)
}
