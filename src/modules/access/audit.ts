/**
 * Who changed what: every mutation that somebody asks for through a surface, whether it was done or refused.
 */
import { Inject, Injectable, Optional } from '@nestjs/common'
import { type AuditEntry, ChordisError, Client, type Logger } from '../../engine/index.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import { Drain } from '../worker/drain.js'
import { AuditWriter } from './audit-writer.js'
import type { Principal } from './principal.js'

/** Writes the audit log: a line in the log of the process, and an entry in Redis (`client.audit`). */
@Injectable()
export class AuditTrail {
  private readonly writer: AuditWriter | undefined

  /** Without a client nothing is kept in Redis. */
  constructor(
    @Inject(CHORDIS_LOGGER) private readonly logger: Logger,
    @Optional() @Inject(Client) client?: Client,
    @Optional() @Inject(Drain) drain?: Drain,
  ) {
    if (client === undefined) return
    const writer = new AuditWriter(client.audit, logger)
    this.writer = writer
    drain?.atEnd(() => writer.close())
  }

  /**
   * Does something for somebody and writes down that it was asked for, and what became of it. Throws what it throws.
   * @param target what is changed; of what gets its id while it is made, how it is read from the answer: '' stands there for one that was refused
   */
  async follow<T>(
    principal: Principal,
    action: string,
    target: string | ((done: T) => string),
    work: () => Promise<T>,
    detail?: Readonly<Record<string, unknown>>,
  ): Promise<T> {
    const asked = { principal: principal.id, tenant: principal.grant.tenant, action, ...(detail === undefined ? {} : { detail }) }
    try {
      const done = await work()
      this.record({ ...asked, target: typeof target === 'string' ? target : target(done), outcome: 'ok' })
      return done
    } catch (error) {
      const outcome = error instanceof ChordisError ? error.code : 'internal'
      this.record({ ...asked, target: typeof target === 'string' ? target : '', outcome })
      throw error
    }
  }

  /** One entry. Nobody waits for it. */
  record(entry: AuditEntry): void {
    this.logger.info({ audit: entry }, 'audit')
    this.writer?.push(entry)
  }
}
