/** The API keys and the audit log of a service. */
import type { ChordisApi, Schemas } from '../../../api-client/index.js'
import type { ApiKeyOptions, ApiKeyView, AuditFilter, AuditPage, NewApiKey } from '../../../engine/index.js'
import type { Backend } from '../backend.js'
import type { ApiOf } from './api.js'
import { everyPage } from './pages.js'
import { wasThere } from './workflow.js'

export class ServiceKeys implements Pick<Backend['apiKeys'], keyof Backend['apiKeys']> {
  constructor(private readonly api: ChordisApi) {}

  create(options: ApiKeyOptions): Promise<NewApiKey> {
    return this.api.createKey(options as Schemas['CreateKeyRequest']) as Promise<NewApiKey>
  }

  list(): Promise<ApiKeyView[]> {
    return everyPage(
      (page) => this.api.listKeys(page),
      ({ keys }) => keys as ApiKeyView[],
    )
  }

  rotate(id: string, options: { graceMs?: number } = {}): Promise<NewApiKey> {
    return this.api.rotateKey(id, options) as Promise<NewApiKey>
  }

  revoke(id: string): Promise<boolean> {
    return wasThere(this.api.revokeKey(id))
  }
}

export class ServiceAudit implements Pick<Backend['audit'], 'list'> {
  constructor(private readonly apiOf: ApiOf) {}

  list({ tenant, ...query }: AuditFilter & { limit?: number; cursor?: string } = {}): Promise<AuditPage> {
    return this.apiOf(tenant).listAudit(query) as Promise<AuditPage>
  }
}
