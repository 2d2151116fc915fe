/** Who changed what: what was asked for with credentials of one's own tenant; of all tenants, everything. */
import { Inject, Injectable } from '@nestjs/common'
import { type AuditFilter, type AuditPage, Client } from '../../engine/index.js'
import type { Principal } from '../access/principal.js'
import { tenantOf } from './workflows.operations.js'

/** A filter without the tenant, which the credential decides. */
export type OwnAuditFilter = Omit<AuditFilter, 'tenant'>

/** What can be asked of the audit log. */
@Injectable()
export class AuditOperations {
  constructor(@Inject(Client) private readonly client: Client) {}

  /** Entries, the newest first. A part may be short, or empty, and not be the last: `cursor` says so. */
  async list(principal: Principal, options: OwnAuditFilter & { limit?: number; cursor?: string } = {}): Promise<AuditPage> {
    principal.demand('audit:read')
    return this.client.audit.list({ ...options, ...tenantOf(principal) })
  }
}
