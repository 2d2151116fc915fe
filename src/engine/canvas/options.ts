/**
 * Options in: Celery's names (seconds) and ours (`…Ms`), checked, to milliseconds. The same table serves every form; in Celery's
 * form null means absent and keys that Celery writes for itself are passed over.
 */
import type { Place, ReadContext } from './context.js'
import { checkFields, type Fields, isFields, LATEST_MS, readBoolean, readDuration, readInteger, readName } from './fields.js'
import { parseIso, unwrapDate } from './instants.js'
import { keyed } from './paths.js'
import { readRetryPolicy } from './retry-policy.js'
import type { Canvas, CanvasOptions, FailurePolicy } from './types.js'

type OptionReader = (context: ReadContext, value: unknown, path: string, place: Place) => CanvasOptions

const READERS: { readonly [name: string]: OptionReader } = {
  queue: (context, value, path) => ({ queue: readName(context, value, path) }),
  priority: (context, value, path) => ({ priority: readInteger(context, value, path, 0, 9) }),
  countdown: (context, value, path) => ({ countdownMs: readDuration(context, value, path, 1000) }),
  countdownMs: (context, value, path) => ({ countdownMs: readDuration(context, value, path, 1) }),
  eta: (context, value, path) => ({ etaMs: readInstant(context, value, path, 1000) }),
  etaMs: (context, value, path) => ({ etaMs: readInstant(context, value, path, 1) }),
  expires: readExpires,
  expiresInMs: (context, value, path) => ({ expiresInMs: readDuration(context, value, path, 1) }),
  expiresAtMs: (context, value, path) => ({ expiresAtMs: readInstant(context, value, path, 1) }),
  retry: (context, value, path) => ({ retry: readRetryPolicy(context, value, path) }),
  ignoreResult: (context, value, path) => ({ ignoreResult: readBoolean(context, value, path) }),
  ignore_result: (context, value, path) => ({ ignoreResult: readBoolean(context, value, path) }),
  timeLimitMs: (context, value, path) => ({ timeLimitMs: readDuration(context, value, path, 1) }),
  time_limit: (context, value, path) => ({ timeLimitMs: readDuration(context, value, path, 1000) }),
  softTimeLimitMs: (context, value, path) => ({ softTimeLimitMs: readDuration(context, value, path, 1) }),
  soft_time_limit: (context, value, path) => ({ softTimeLimitMs: readDuration(context, value, path, 1000) }),
  taskId: (context, value, path) => ({ taskId: readName(context, value, path) }),
  task_id: (context, value, path) => ({ taskId: readName(context, value, path) }),
  onFailure: (context, value, path) => ({ onFailure: readFailurePolicy(context, value, path) }),
  on_failure: (context, value, path) => ({ onFailure: readFailurePolicy(context, value, path) }),
  link: (context, value, path, place) => ({ link: readCallbacks(context, value, path, place) }),
  linkError: (context, value, path, place) => ({ linkError: readCallbacks(context, value, path, place) }),
  link_error: (context, value, path, place) => ({ linkError: readCallbacks(context, value, path, place) }),
}

const KNOWN = Object.keys(READERS)

/** Written by Celery for its own message, or about its own pools and transport; without meaning here. */
const CELERYS_OWN = new Set(
  (
    'reply_to root_id parent_id group_id group_index shadow headers stamps stamped_headers argsrepr kwargsrepr origin lang correlation_id ' +
    'hostname delivery_info replaced_task_nesting add_to_parent serializer compression exchange exchange_type routing_key delivery_mode ' +
    'retry_policy producer connection publisher declare mandatory properties message_id expiration user_id timeout confirm_timeout ' +
    'interval max_retries retries timelimit chord_size task_type task_name'
  ).split(' '),
)

/** What a frozen signature carries of the canvas around it: silently losing nodes would be worse than refusing. */
const FROZEN = new Set(['chain', 'chord', 'callbacks', 'errbacks'])

/** Options of one signature or compound; `place` is that canvas's. */
export function readOptions(context: ReadContext, value: unknown, place: Place, path = `${place.path}.options`): CanvasOptions {
  if (value === undefined || (value === null && place.dialect === 'celery')) return {}
  if (!isFields(value)) {
    context.fail(path, 'must be an object')
    return {}
  }
  const options: CanvasOptions = {}
  for (const name of Object.keys(value)) {
    if (isPassedOver(context, name, value, path, place)) continue
    const part = readOption(context, name, value, path, place)
    for (const target of Object.keys(part)) {
      if (Object.hasOwn(options, target)) context.fail(keyed(path, name), `says ${target} a second time`)
    }
    Object.assign(options, part)
  }
  return options
}

/** Refuses what only a chord may be told. */
export function checkPolicy(context: ReadContext, canvas: Canvas, path: string): void {
  if (canvas.kind === 'chord' || canvas.options.onFailure === undefined) return
  context.fail(`${path}.options.onFailure`, 'belongs to a chord: what a header followed by a body does when a member fails')
}

function readOption(context: ReadContext, name: string, options: Fields, path: string, place: Place): CanvasOptions {
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined
  if (reader !== undefined) return reader(context, options[name], keyed(path, name), place)
  checkFields(context, { [name]: null }, path, KNOWN)
  return {}
}

function isPassedOver(context: ReadContext, name: string, options: Fields, path: string, place: Place): boolean {
  const value = options[name]
  if (value === undefined) return true
  if (place.dialect !== 'celery') return false
  if (value === null || CELERYS_OWN.has(name) || isStamp(name, options)) return true
  if (name === 'retry' && typeof value === 'boolean') return true
  if (!FROZEN.has(name)) return false
  if (!Array.isArray(value) || value.length > 0)
    context.fail(keyed(path, name), 'belongs to a canvas that Celery already applied: send the canvas itself')
  return true
}

/** Stamps stand among the options under the names that `stamped_headers` lists. A name with a meaning keeps it. */
function isStamp(name: string, options: Fields): boolean {
  const stamped = options.stamped_headers
  return !Object.hasOwn(READERS, name) && Array.isArray(stamped) && stamped.includes(name)
}

const POLICIES: readonly unknown[] = ['fail', 'cancel', 'collect'] satisfies FailurePolicy[]

function readFailurePolicy(context: ReadContext, value: unknown, path: string): FailurePolicy {
  if (POLICIES.includes(value)) return value as FailurePolicy
  context.fail(path, `must be one of ${POLICIES.map((policy) => JSON.stringify(policy)).join(', ')}`)
  return 'fail'
}

/** A number counts from when the node became ready; text is an instant. */
function readExpires(context: ReadContext, value: unknown, path: string): CanvasOptions {
  const expires = unwrapDate(value)
  if (typeof expires === 'number') return { expiresInMs: readDuration(context, expires, path, 1000) }
  return { expiresAtMs: readInstant(context, expires, path, 1000, 'seconds from when the node is ready') }
}

function readInstant(context: ReadContext, value: unknown, path: string, unitMs: 1 | 1000, numberMeans?: string): number {
  const instant = unwrapDate(value)
  const ms =
    typeof instant === 'number'
      ? Math.round(instant * unitMs)
      : typeof instant === 'string' && unitMs === 1000
        ? parseIso(instant)
        : undefined
  if (ms !== undefined && ms >= 0 && ms <= LATEST_MS) return ms === 0 ? 0 : ms
  const number = numberMeans ?? `Unix ${unitMs === 1 ? 'milliseconds' : 'seconds'}`
  context.fail(path, unitMs === 1 ? `must be an instant in ${number}` : `must be a number (${number}) or an ISO 8601 date and time`)
  return 0
}

/** A list of canvases, or one alone. */
function readCallbacks(context: ReadContext, value: unknown, path: string, place: Place): Canvas[] {
  const deeper = { level: place.level + 1, dialect: place.dialect }
  if (!Array.isArray(value)) return [context.read(value, { path, ...deeper })]
  return value.map((callback: unknown, i) => context.read(callback, { path: `${path}[${i}]`, ...deeper }))
}
