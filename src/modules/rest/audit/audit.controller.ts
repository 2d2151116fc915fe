/** `/v1/audit`: who changed what. */
import { Get, Inject } from '@nestjs/common'
import type { AuditPage } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { AuditOperations } from '../../operations/audit.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked } from '../parameters.js'
import * as schemas from '../schemas/access.js'
import { AuditDto } from './audit.dto.js'

@RestController('audit', 'audit')
export class AuditController {
  constructor(@Inject(AuditOperations) private readonly audit: AuditOperations) {}

  @Get()
  @Operation('listAudit', {
    summary: 'Changes that were asked for, done or refused, the newest first',
    description: 'A part may be short, or empty, and not be the last: 5,000 entries are looked at for one. `cursor` is null at the end.',
    answer: schemas.auditPage,
  })
  list(@Asking() by: Principal, @Asked(AuditDto) query: object): Promise<AuditPage> {
    return this.audit.list(by, query)
  }
}
