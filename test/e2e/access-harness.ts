/** A route that says who asks, for the tests of access. */
import { Controller, Get, Post } from '@nestjs/common'
import { Asking, type Principal } from '../../src/modules/service/index.js'

/** What a test sees of a principal. */
export const shown = ({ kind, id, grant }: Principal) => ({ kind, id, tenant: grant.tenant })

@Controller('v1')
export class WhoController {
  @Get('who')
  who(@Asking() principal: Principal) {
    return shown(principal)
  }

  @Post('who')
  change(@Asking() principal: Principal) {
    principal.demand('queues:pause')
    return shown(principal)
  }
}
