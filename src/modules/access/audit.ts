/**
 * Who changed what: every mutation that somebody asks for through a surface, whether it was done or refused.
 */
import { Inject, Injectable } from '@nestjs/common'
import { ChordisError, type Logger } from '../../engine/index.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import type { Principal } from './principal.js'

/** One line of the audit log. */
export interface AuditEntry {
  /** Of the credential: `key:3f2a…`. */
  principal: string
  /** The tenant that was acted for; `*`: all. */
  tenant: string
  /** `workflow.revoke`, `queue.pause`, … */
  action: string
  /** Id or name of what was changed. */
  target: string
  /** What else was asked for, without payloads. */
  detail?: Readonly<Record<string, unknown>>
  /** `ok`, or the code of the error. */
  outcome: string
}

/** Writes the audit log. */
@Injectable()
export class AuditTrail {
  constructor(@Inject(CHORDIS_LOGGER) private readonly logger: Logger) {}

  /** Does something for somebody and writes down that it was asked for, and what became of it. Throws what it throws. */
  async follow<T>(
    principal: Principal,
    action: string,
    target: string,
    work: () => Promise<T>,
    detail?: Readonly<Record<string, unknown>>,
  ): Promise<T> {
    const asked = { principal: principal.id, tenant: principal.grant.tenant, action, target, ...(detail === undefined ? {} : { detail }) }
    try {
      const done = await work()
      this.record({ ...asked, outcome: 'ok' })
      return done
    } catch (error) {
      this.record({ ...asked, outcome: error instanceof ChordisError ? error.code : 'internal' })
      throw error
    }
  }

  /** One line. */
  record(entry: AuditEntry): void {
    this.logger.info({ audit: entry }, 'audit')
  }
}
