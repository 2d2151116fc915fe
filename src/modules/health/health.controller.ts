/**
 * `/livez`: the process answers. `/readyz`: it can do its work now: Redis answers, its roles run, it is not going away.
 */
import { Controller, Get, Inject, Res } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { ChordisError } from '../../engine/index.js'
import { Public } from '../access/public.decorator.js'
import { ROLES, type Role } from '../chordis.options.js'
import type { ChordisConnection } from '../connections/connection.js'
import { Connections } from '../connections/connections.js'
import { PROBLEM_TYPE, type Problem, toProblem } from '../http/problem.js'
import { Drain } from '../worker/drain.js'

export interface Ready {
  ready: true
  roles: Role[]
  /** Milliseconds of one PING; of several connections the slowest. */
  redis: { pingMs: number }
}

export interface NotReady extends Problem {
  ready: false
  roles: Role[]
  reasons: string[]
}

@Public()
@Controller()
export class HealthController {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(Drain) private readonly drain: Drain,
  ) {}

  @Get('livez')
  live(): { live: true } {
    return { live: true }
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Ready | NotReady> {
    const { all } = this.connections
    const roles = ROLES.filter((role) => all.some((connection) => connection.roles.includes(role)))
    const faults = this.localFaults(all)
    const pings = await Promise.all(all.map(({ client }) => client.ping().catch((error: unknown) => asChordis(error))))
    faults.push(...pings.filter((ping) => typeof ping !== 'number'))
    if (faults.length === 0) return { ready: true, roles, redis: { pingMs: Math.max(...(pings as number[])) } }
    reply.status(503).header('content-type', PROBLEM_TYPE)
    return { ...toProblem(faults[0], '/readyz'), status: 503, ready: false, roles, reasons: faults.map(({ message }) => message) }
  }

  private localFaults(all: readonly ChordisConnection[]): ChordisError[] {
    if (this.drain.isDraining) return [new ChordisError('closed', 'this process is shutting down')]
    return all
      .filter((connection) => connection.roles.includes('worker') && !connection.working)
      .map(({ name }) => new ChordisError('closed', `the worker of this process is not running${all.length > 1 ? ` (${name})` : ''}`))
  }
}

function asChordis(error: unknown): ChordisError {
  return error instanceof ChordisError ? error : new ChordisError('redis-unavailable', 'Redis did not answer a PING', { cause: error })
}
