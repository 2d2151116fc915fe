/** `/v1/keys`: API keys of the service. A secret is in the answer that makes it, and nowhere else. */
import { Delete, Get, Inject, Post } from '@nestjs/common'
import type { ApiKeyView, NewApiKey } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { KeyOperations, type KeyPage, type OwnKey } from '../../operations/keys.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, Sent } from '../parameters.js'
import * as schemas from '../schemas/access.js'
import { keyId } from '../schemas/common.js'
import { PageDto } from '../workflows/workflows.dto.js'
import { CreateKeyDto, RotateKeyDto } from './keys.dto.js'

const EXAMPLES = { 'for a pipeline': { label: 'ci', scopes: ['workflows:read', 'workflows:submit'], expiresInMs: 7_776_000_000 } }

@RestController('keys', 'keys')
export class KeysController {
  constructor(@Inject(KeyOperations) private readonly keys: KeyOperations) {}

  @Get()
  @Operation('listKeys', { summary: 'Keys without their secrets, the oldest first', answer: schemas.keyPage })
  list(@Asking() by: Principal, @Asked(PageDto) query: object): Promise<KeyPage> {
    return this.keys.list(by, query)
  }

  @Post()
  @Operation('createKey', {
    summary: 'Make one; its text is shown this once',
    description:
      'Nobody gives more than they have: 403 with the `path` of what it is. A 503 `outcome-unknown`: look for its `label`, and revoke it.',
    status: 201,
    answer: schemas.newKey,
  })
  create(@Asking() by: Principal, @Sent(CreateKeyDto, { examples: EXAMPLES }) sent: OwnKey): Promise<NewApiKey> {
    return this.keys.create(by, sent)
  }

  @Get(':id')
  @Operation('getKey', { summary: 'One without its secret', answer: schemas.key })
  get(@Asking() by: Principal, @At('id', keyId) id: string): Promise<ApiKeyView> {
    return this.keys.get(by, id)
  }

  @Post(':id/rotate')
  @Operation('rotateKey', {
    summary: 'Give it another secret, which is shown this once',
    description: 'Who could not have made it is refused (403). Of two rotations only the last secret before goes on working for a while.',
    answer: schemas.newKey,
  })
  rotate(
    @Asking() by: Principal,
    @At('id', keyId) id: string,
    @Sent(RotateKeyDto, { examples: { 'within an hour': { graceMs: 3_600_000 } } }) sent: object,
  ): Promise<NewApiKey> {
    return this.keys.rotate(by, id, sent)
  }

  @Delete(':id')
  @Operation('revokeKey', { summary: 'End it: every service refuses it within 5 seconds', status: 204 })
  revoke(@Asking() by: Principal, @At('id', keyId) id: string): Promise<void> {
    return this.keys.revoke(by, id)
  }
}
