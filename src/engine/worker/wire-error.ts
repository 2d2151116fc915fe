/** Whatever a handler threw, as an error that can be stored: bounded, plain, never revived by class name. */
import type { WireError } from '../protocol/errors.js'

const MESSAGE_CHARS = 4_000
const STACK_CHARS = 8_000
const MAX_CAUSES = 5

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text)

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'object' ? (JSON.stringify(thrown) ?? 'undefined') : String(thrown)
  } catch {
    return text(safely(() => Object.prototype.toString.call(thrown))) ?? 'something that cannot be read'
  }
}

/** Reads a property of something hostile. */
function safely(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function toWireError(thrown: unknown, depth = 0): WireError {
  if (safely(() => thrown instanceof Error) !== true)
    return { type: 'Error', message: cut(`${describe(thrown)} was thrown`, MESSAGE_CHARS) }
  const error = thrown as Error & { code?: unknown; cause?: unknown }
  const wire: WireError = {
    type: text(safely(() => error.name)) ?? 'Error',
    message: cut(text(safely(() => error.message)) ?? '', MESSAGE_CHARS),
  }
  const stack = text(safely(() => error.stack))
  if (stack) wire.stack = cut(stack, STACK_CHARS)
  const code = safely(() => error.code)
  if (typeof code === 'string' || typeof code === 'number') wire.code = String(code)
  const cause = safely(() => error.cause)
  if (cause !== undefined && cause !== null && depth < MAX_CAUSES) wire.cause = toWireError(cause, depth + 1)
  return wire
}
