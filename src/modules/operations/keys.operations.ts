/** What can be done with API keys: those of the credential's tenant; of one of all tenants, all. Nobody gives, or gets, more than they have. */
import { Inject, Injectable } from '@nestjs/common'
import { type ApiKeyOptions, type ApiKeyView, ChordisError, Client, type NewApiKey } from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import { demandKey, grantedBy } from '../access/delegation.js'
import type { Principal } from '../access/principal.js'
import { type PageOptions, pageOf } from './paging.js'

/** A key that is asked for: by whom, and until when at the latest, the credential decides. */
export type OwnKey = Omit<ApiKeyOptions, 'by' | 'expiresBy'>

/** A part of the list of keys, the oldest first. */
export interface KeyPage {
  keys: ApiKeyView[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** What can be done with API keys. */
@Injectable()
export class KeyOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  /** Keys without their secrets, the oldest first. */
  async list(principal: Principal, options: PageOptions = {}): Promise<KeyPage> {
    principal.demand('keys:read')
    const all = await this.client.apiKeys.list()
    const own = principal.tenant === undefined ? all : all.filter(({ tenant }) => tenant === principal.tenant)
    const { part, cursor } = pageOf(own, orderOf, options)
    return { keys: part, cursor }
  }

  /** One without its secret. @throws ChordisError `not-found` */
  async get(principal: Principal, id: string): Promise<ApiKeyView> {
    principal.demand('keys:read')
    return this.owned(principal, id)
  }

  /** Makes one; its text is shown this once. What is left out is as the maker has it. @throws ChordisError `forbidden` with the path of what the maker does not have */
  async create(principal: Principal, asked: OwnKey): Promise<NewApiKey> {
    return this.change(
      principal,
      'key.create',
      ({ id }: NewApiKey) => id,
      () => this.client.apiKeys.create(grantedBy(principal, asked)),
      asked,
    )
  }

  /** Gives one another secret: only to who could have made it. `graceMs`: the old secret works so long. @throws ChordisError `not-found`, `forbidden` */
  async rotate(principal: Principal, id: string, options: { graceMs?: number } = {}): Promise<NewApiKey> {
    const work = async () => {
      demandKey(principal, await this.owned(principal, id))
      return this.client.apiKeys.rotate(id, options)
    }
    return this.change(principal, 'key.rotate', id, work, options)
  }

  /** Ends one. @throws ChordisError `not-found` */
  async revoke(principal: Principal, id: string): Promise<void> {
    await this.change(principal, 'key.revoke', id, async () => {
      await this.owned(principal, id)
      if (!(await this.client.apiKeys.revoke(id))) throw unknownKey(id)
    })
  }

  private change<T>(
    principal: Principal,
    action: string,
    target: string | ((done: T) => string),
    work: () => Promise<T>,
    detail: object = {},
  ): Promise<T> {
    const operation = async () => {
      principal.demand('keys:manage')
      await this.demandStanding(principal)
      return work()
    }
    return this.audit.follow(principal, action, target, operation, { ...detail })
  }

  /** Services remember a key for 5 s, longer while Redis is away: who has a revoked one must not make others of it meanwhile. */
  private async demandStanding({ id }: Principal): Promise<void> {
    const [, key] = KEY_OF_REDIS.exec(id) ?? []
    if (key === undefined) return
    const found = await this.client.apiKeys.find(key)
    if (found === null || found.secrets.length === 0) throw new ChordisError('forbidden', 'this credential was revoked or has expired')
  }

  private async owned(principal: Principal, id: string): Promise<ApiKeyView> {
    const key = await this.client.apiKeys.get(id)
    if (principal.tenant !== undefined && key.tenant !== principal.tenant) throw unknownKey(id)
    return key
  }
}

/** The principal of an API key; keys of the configuration are `static:<id>`. */
const KEY_OF_REDIS = /^key:([0-9a-z]{12})$/

/** Times have as many digits as this until the year 2286. */
const orderOf = ({ createdAt, id }: ApiKeyView): string => `${String(createdAt).padStart(13, '0')}:${id}`

const unknownKey = (id: string): ChordisError => new ChordisError('not-found', `there is no API key ${id}`)
