/** API keys as credentials: looked up by their id, compared by their hash in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type ApiKeys, apiKeyIdOf, isScope } from '../../engine/index.js'
import { Answers, type AnswersOptions } from './answers.js'
import { Principal } from './principal.js'

interface KnownSecret {
  hash: Buffer
  /** By the clock of this process: what Redis's clock said was left when it was read. */
  until: number
  principal: Principal
}

/** Says whose an API key is. */
export class ApiKeyVerifier {
  private readonly answers: Answers<readonly KnownSecret[]>
  private readonly clock: () => number

  constructor(
    private readonly keys: Pick<ApiKeys, 'find' | 'touch'>,
    options: AnswersOptions = {},
  ) {
    this.clock = options.clock ?? (() => performance.now())
    this.answers = new Answers((id) => this.read(id), options)
  }

  /**
   * Whose key it is; null: nobody's, or it has expired.
   * @throws ChordisError `redis-unavailable`, when Redis did not answer and nothing is known of it
   */
  async verify(text: string): Promise<Principal | null> {
    const id = apiKeyIdOf(text)
    if (id === undefined) return null
    const secrets = await this.answers.get(id)
    const hash = createHash('sha256').update(text).digest()
    const known = secrets?.find((secret) => timingSafeEqual(secret.hash, hash) && this.clock() < secret.until)
    if (known === undefined) return null
    this.keys.touch(id)
    return known.principal
  }

  private async read(id: string): Promise<readonly KnownSecret[] | null> {
    const askedAt = this.clock()
    const found = await this.keys.find(id)
    if (found === null) return null
    const { tenant, queues, tasks, rate, scopes, expiresAt } = found.view
    const grant = {
      tenant,
      // A later release may have made it, with scopes that mean nothing here.
      scopes: scopes.filter(isScope),
      ...(queues === undefined ? {} : { queues }),
      ...(tasks === undefined ? {} : { tasks }),
      ...(rate === undefined ? {} : { rate }),
    }
    const principal = new Principal('key', `key:${id}`, grant, expiresAt)
    return found.secrets.map(({ hash, goodForMs }) => ({ hash: Buffer.from(hash, 'hex'), until: askedAt + goodForMs, principal }))
  }
}
