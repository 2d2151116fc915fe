/** What `fetch` throws when there is no answer: what it was, and whether the request may have been received. */
import { ChordisApiError } from './error.js'

/** Codes of Node for certificates that nobody here trusts, or that are of another host. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/
/** Codes of Node for connections that never came about. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/

/** As the client throws it: `network`, or `certificate-invalid`. */
export function networkError(cause: unknown): ChordisApiError {
  const { message, code = '' } = rootOf(cause)
  if (CERTIFICATE.test(code))
    return new ChordisApiError(0, 'certificate-invalid', `the service’s certificate is not valid: ${message}`, { cause })
  return new ChordisApiError(0, 'network', `the service cannot be reached: ${message}`, { cause })
}

/** Whether the service may have done what it was asked for, although nobody heard of it. Browsers do not say; then it may have. */
export function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof ChordisApiError)) return false
  // A proxy that gave up on the service answers so; the service itself says `outcome-unknown`.
  if (error.status !== 0) return error.problem === undefined && (error.status === 502 || error.status === 504)
  return error.code === 'timeout' || (error.code === 'network' && !NEVER_SENT.test(rootOf(error.cause).code ?? ''))
}

interface Caused {
  message: string
  code?: string
  cause?: unknown
  errors?: unknown
}

/** What lies at the bottom: Node wraps it, and several addresses of one name in a list. */
function rootOf(error: unknown): Caused {
  let root: Caused = error instanceof Error ? error : { message: String(error) }
  for (let next: unknown = root; next instanceof Error; next = innerOf(next)) root = next
  return root
}

const innerOf = ({ cause, errors }: Caused): unknown => (Array.isArray(errors) ? errors[0] : cause)
