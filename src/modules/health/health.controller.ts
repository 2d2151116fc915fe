/**
 * `/livez`: the process answers. `/readyz`: it can do its work now: Redis answers, its roles run, it is not going away.
 */
import { Controller, Get, Inject, Res } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { ChordisError, Client } from '../../engine/index.js'
import { CHORDIS_OPTIONS, type ChordisModuleOptions, type Role, rolesOf } from '../chordis.options.js'
import { PROBLEM_TYPE, type Problem, toProblem } from '../http/problem.js'
import { Drain } from '../worker/drain.js'
import { WorkerOrchestrator } from '../worker/worker.orchestrator.js'

export interface Ready {
  ready: true
  roles: Role[]
  /** Milliseconds of one PING. */
  redis: { pingMs: number }
}

export interface NotReady extends Problem {
  ready: false
  roles: Role[]
  reasons: string[]
}

@Controller()
export class HealthController {
  constructor(
    @Inject(CHORDIS_OPTIONS) private readonly options: ChordisModuleOptions,
    @Inject(Client) private readonly client: Client,
    @Inject(Drain) private readonly drain: Drain,
    @Inject(WorkerOrchestrator) private readonly worker: WorkerOrchestrator,
  ) {}

  @Get('livez')
  live(): { live: true } {
    return { live: true }
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Ready | NotReady> {
    const roles = rolesOf(this.options)
    const faults = this.localFaults(roles)
    const ping = await this.client.ping().catch((error: unknown) => asChordis(error))
    if (typeof ping === 'number' && faults.length === 0) return { ready: true, roles, redis: { pingMs: ping } }
    if (typeof ping !== 'number') faults.push(ping)
    reply.status(503).header('content-type', PROBLEM_TYPE)
    return { ...toProblem(faults[0], '/readyz'), status: 503, ready: false, roles, reasons: faults.map(({ message }) => message) }
  }

  private localFaults(roles: readonly Role[]): ChordisError[] {
    if (this.drain.isDraining) return [new ChordisError('closed', 'this process is shutting down')]
    if (roles.includes('worker') && !this.worker.working) return [new ChordisError('closed', 'the worker of this process is not running')]
    return []
  }
}

function asChordis(error: unknown): ChordisError {
  return error instanceof ChordisError ? error : new ChordisError('redis-unavailable', 'Redis did not answer a PING', { cause: error })
}
