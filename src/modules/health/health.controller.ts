/**
 * `/livez`: the process answers. `/readyz`: it can do its work now: Redis answers, its roles run, it is not going away.
 *
 * A Redis that is full leaves it ready, `degraded`: looking, waiting and running go on, and to take every process out of service would end these too.
 */
import { Controller, Get, Inject, Res } from '@nestjs/common'
import { ModuleRef } from '@nestjs/core'
import type { FastifyReply } from 'fastify'
import { ChordisError, Client } from '../../engine/index.js'
import { Public } from '../access/public.decorator.js'
import { BeatRunner } from '../beat/beat.runner.js'
import { ROLES, type Role } from '../chordis.options.js'
import type { ChordisConnection } from '../connections/connection.js'
import { Connections } from '../connections/connections.js'
import { foundIn } from '../connections/found-in.js'
import { PROBLEM_TYPE, type Problem, toProblem } from '../http/problem.js'
import { Drain } from '../worker/drain.js'

/** A beat that has not looked for so long has stalled, ms: forty times its pace. */
const STALLED_MS = 10_000
const FULL = {
  full: 'Redis is above 80 % of its memory: new workflows are refused',
  stop: 'Redis is above 95 % of its memory: workers take nothing new',
} as const

export interface Ready {
  ready: true
  roles: Role[]
  /** Milliseconds of one PING; of several connections the slowest. */
  redis: { pingMs: number }
  /** What does not work as it should and keeps nobody from asking this process; not there when all is well. */
  degraded?: string[]
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
    @Inject(ModuleRef) private readonly modules: ModuleRef,
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
    if (faults.length === 0) {
      const degraded = await degradations(all)
      return { ready: true, roles, redis: { pingMs: Math.max(...(pings as number[])) }, ...(degraded.length === 0 ? {} : { degraded }) }
    }
    reply.status(503).header('content-type', PROBLEM_TYPE)
    return { ...toProblem(faults[0], '/readyz'), status: 503, ready: false, roles, reasons: faults.map(({ message }) => message) }
  }

  private localFaults(all: readonly ChordisConnection[]): ChordisError[] {
    if (this.drain.isDraining) return [new ChordisError('closed', 'this process is shutting down')]
    return [...workerFaults(all), ...this.beatFaults()]
  }

  /** A beat that hangs fires nothing; other processes may fire in its place. */
  private beatFaults(): ChordisError[] {
    const ms = foundIn(this.modules, BeatRunner)?.sinceLookMs() ?? 0
    return ms < STALLED_MS
      ? []
      : [new ChordisError('closed', `the beat of this process has looked at no schedule for ${Math.round(ms / 1_000)} s`)]
  }
}

function workerFaults(all: readonly ChordisConnection[]): ChordisError[] {
  return all
    .filter((connection) => connection.roles.includes('worker') && !connection.working)
    .map(({ name }) => new ChordisError('closed', `the worker of this process is not running${all.length > 1 ? ` (${name})` : ''}`))
}

/** Of a Redis that answered a moment ago. */
async function degradations(all: readonly ChordisConnection[]): Promise<string[]> {
  const asked = all.map(async ({ name, client }) => {
    const memory = client instanceof Client ? await client.memory().catch(() => null) : null
    return memory === null ? [] : [`${FULL[memory]}${all.length > 1 ? ` (${name})` : ''}`]
  })
  return (await Promise.all(asked)).flat()
}

function asChordis(error: unknown): ChordisError {
  return error instanceof ChordisError ? error : new ChordisError('redis-unavailable', 'Redis did not answer a PING', { cause: error })
}
