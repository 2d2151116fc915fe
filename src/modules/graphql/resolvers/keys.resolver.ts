/** API keys and the audit log. */
import { Inject } from '@nestjs/common'
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql'
import type { ApiKeyView, NewApiKey as MadeKey } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { AuditOperations } from '../../operations/audit.operations.js'
import { KeyOperations } from '../../operations/keys.operations.js'
import { given, type Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { ApiKey, ApiKeyConnection, ApiKeyInput, ApiKeyRevocation, AuditConnection, AuditFilterInput, NewApiKey } from '../types/keys.js'
import { AFTER, FIRST, pageInfo, pageOf } from '../types/page.js'
import { MsScalar } from '../types/scalars.js'

@Resolver(() => ApiKey)
export class KeyResolver {
  constructor(@Inject(KeyOperations) private readonly keys: KeyOperations) {}

  @Query(() => ApiKeyConnection, { complexity: 10, description: 'API keys without their secrets, the oldest first.' })
  async apiKeys(@Asking() principal: Principal, @Args(FIRST) first: number, @Args(AFTER) after: Maybe<string>): Promise<ApiKeyConnection> {
    const { keys, cursor } = await located(pagePath, () => this.keys.list(principal, pageOf({ first, after })))
    return { nodes: keys, pageInfo: pageInfo(cursor, after) }
  }

  @Query(() => ApiKey, { nullable: true, complexity: 2, description: 'One; an error of code not-found where there is none.' })
  apiKey(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<ApiKeyView> {
    return this.keys.get(principal, id)
  }

  @Mutation(() => NewApiKey, { complexity: 10, description: 'Makes one; its text is shown this once.' })
  async createApiKey(
    @Asking() principal: Principal,
    @Args('input', { type: () => ApiKeyInput }) { scopes, ...rest }: Readonly<ApiKeyInput>,
  ): Promise<NewApiKey> {
    return located(
      (path) => `input.${path}`,
      async () => shownOnce(await this.keys.create(principal, { scopes, ...given(rest) })),
    )
  }

  @Mutation(() => NewApiKey, {
    complexity: 10,
    description: 'Gives it another secret, which is shown this once. Refused to who could not have made it.',
  })
  async rotateApiKey(
    @Asking() principal: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('graceMs', { type: () => MsScalar, nullable: true, description: 'The old secret works so long. Default: 24 h; at most 30 days.' })
    graceMs: Maybe<number>,
  ): Promise<NewApiKey> {
    return shownOnce(await this.keys.rotate(principal, id, given({ graceMs })))
  }

  @Mutation(() => ApiKeyRevocation, { complexity: 10, description: 'Ends it: every service refuses it within 5 seconds.' })
  async revokeApiKey(@Asking() principal: Principal, @Args('id', { type: () => ID }) id: string): Promise<ApiKeyRevocation> {
    await this.keys.revoke(principal, id)
    return { id, revoked: true }
  }
}

@Resolver()
export class AuditQueries {
  constructor(@Inject(AuditOperations) private readonly audit: AuditOperations) {}

  @Query(() => AuditConnection, {
    complexity: 20,
    description: 'Changes that were asked for, done or refused, the newest first. A page looks at 5,000 entries.',
  })
  async auditEntries(
    @Asking() principal: Principal,
    @Args('filter', { type: () => AuditFilterInput, nullable: true }) filter: Maybe<Readonly<AuditFilterInput>>,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<AuditConnection> {
    const asked = { ...given({ ...filter }), ...pageOf({ first, after }) }
    const { entries, cursor } = await located(auditPath, () => this.audit.list(principal, asked))
    return { nodes: entries, pageInfo: pageInfo(cursor, after) }
  }
}

const shownOnce = ({ key: secret, ...key }: MadeKey): NewApiKey => ({ secret, key })

/** What is no part of the page is of the filter. */
const auditPath = (path: string): string => (pagePath(path) === path ? `filter.${path}` : pagePath(path))
