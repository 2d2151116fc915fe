/** How the command line says what went wrong with a call over HTTP. The codes of the service are the engine's. */
import type { ChordisApiError } from '../api-client/index.js'
import { type CanvasFault, ERROR_RULES, type ErrorCode } from '../engine/index.js'
import type { Failure } from './failure-shape.js'
import { duration } from './terminal.js'

/** Exit codes of what only HTTP has. */
const EXITS: { readonly [code: string]: number } = { network: 3, 'certificate-invalid': 3, 'answer-invalid': 3, 'route-unknown': 3 }
const NOT_ALLOWED = 6

/** The same as `--json` shows it. */
export function apiFailure(error: ChordisApiError): Failure {
  const { status, path, workflow, problem, retryAfterMs } = error
  const code = codeOf(error)
  const detail = adviceOf(code, error)
  return {
    code,
    message: messageOf(code, error),
    exit: code in ERROR_RULES ? ERROR_RULES[code as ErrorCode].exit : status === 401 || status === 403 ? NOT_ALLOWED : (EXITS[code] ?? 1),
    ...(path === undefined ? {} : { path }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(problem?.errors === undefined ? {} : { faults: problem.errors as CanvasFault[] }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(detail.length === 0 ? {} : { detail }),
  }
}

/** What the service does not know, and what may have happened although nobody said so, have codes of their own. */
function codeOf({ code, status, message, inDoubt }: ChordisApiError): string {
  if (inDoubt) return 'outcome-unknown'
  const isRoute = status === 405 || (status === 404 && /^Cannot (GET|POST|PUT|DELETE) \//.test(message))
  return isRoute ? 'route-unknown' : code
}

function messageOf(code: string, { message, inDoubt }: ChordisApiError): string {
  if (inDoubt) return `nobody knows whether it was done: ${message}`
  if (code === 'route-unknown') return `the service does not know this: ${message}`
  return code === 'answer-invalid' ? `this is no answer of a Chordis service: ${message}` : message
}

/** What can be done about it, for people. */
function adviceOf(code: string, { retryAfterMs }: ChordisApiError): string[] {
  if (code === 'unauthenticated') return ['  the key comes from --key-file, or from CHORDIS_API_KEY']
  if (code === 'certificate-invalid') return ['  NODE_EXTRA_CA_CERTS names a file with authorities that are trusted as well']
  if (code === 'route-unknown') return ['  it may be of an earlier version than this command line']
  return retryAfterMs === undefined ? [] : [`  it may be asked again in ${duration(retryAfterMs)}`]
}
