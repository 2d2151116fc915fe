/** The client of a service, as a backend uses it. */
import { ChordisApi } from '../../../api-client/index.js'
import type { Service } from '../../target.js'

/** Of what may be repeated: somebody waits at the terminal, and is told soon. */
const RETRIES = 2
/** Longest `Retry-After` that is waited for, ms: a rate limit is over within 10 s. */
const MAX_RETRY_AFTER_MS = 15_000

/** How long a call may go on that changes many things before it answers, ms: `fetch` of Node waits no longer. */
export const LONG_MS = 300_000

/** The client that acts for a tenant; without one, for whom the credential says. */
export type ApiOf = (tenant?: string) => ChordisApi

export const apiOf =
  ({ url, key }: Service): ApiOf =>
  (tenant) =>
    new ChordisApi({
      url,
      retries: RETRIES,
      maxRetryAfterMs: MAX_RETRY_AFTER_MS,
      ...(key === undefined ? {} : { token: key }),
      ...(tenant === undefined ? {} : { headers: { 'chordis-tenant': tenant } }),
    })
