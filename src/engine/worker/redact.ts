/**
 * Keeps secrets out of what is logged: values under names that sound like one, at any depth, and passwords in URLs. What a program knows by no such name
 * is written as it is. Callers: our loggers; an application's own may use it too.
 */

/** Names whose values are not written: texts, lists and objects. Numbers and flags are: `tokens: 17` is a count. */
const SECRET = /passw(or)?d|passphrase|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key/i
/** `scheme://user:` and the password behind it. */
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'\\]*:)[^\s/?#@"'\\]+@/gi
const REDACTED = '[redacted]'
/** How deep one looks, and at how many values of a line. What lies behind is left out: it was not looked at. */
const MOST_DEPTH = 10
const MOST_VALUES = 10_000
const LEFT_OUT = '[left out]'

/** A text without the passwords of its URLs. */
export function redactText(text: string): string {
  return text.includes('://') ? text.replace(URL_PASSWORD, `$1${REDACTED}@`) : text
}

/**
 * The fields of a log line without secrets. Nothing of `fields` is changed.
 * @param errorOf how an error is written; default type, message, stack and cause
 */
export function redactFields<T extends object>(fields: T, errorOf: (error: Error) => unknown = describe): T {
  return new Redaction(errorOf).copy(fields, 0) as T
}

class Redaction {
  private values = 0

  constructor(private readonly errorOf: (error: Error) => unknown) {}

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return redactText(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > MOST_DEPTH || ++this.values > MOST_VALUES) return LEFT_OUT
    if (value instanceof Error) return this.error(value, depth)
    if (Array.isArray(value)) return value.map((item) => this.copy(item, depth + 1))
    // What writes itself (a Date, a Buffer) does that.
    if ('toJSON' in value) return value
    return this.object(value, depth)
  }

  private object(value: object, depth: number): object {
    const entries = Object.entries('stack' in value ? withoutRequest(value) : value)
    return Object.fromEntries(entries.map(([key, item]) => [key, isSecret(key, item) ? REDACTED : this.copy(item, depth + 1)])) as object
  }

  /** With its causes, which are written in the same way. */
  private error(error: Error, depth: number): unknown {
    const written = this.errorOf(error)
    return typeof written === 'object' && written !== null ? this.object(written, depth) : this.copy(written, depth + 1)
  }
}

function isSecret(key: string, value: unknown): boolean {
  return (typeof value === 'string' || (typeof value === 'object' && value !== null)) && SECRET.test(key)
}

/**
 * An error as it is written. That of a Redis client has its command with it, an AUTH or the arguments and results of tasks: its name is enough. That of a URL
 * that cannot be read has the URL.
 */
function withoutRequest(error: { stack: unknown; command?: unknown; input?: unknown }): object {
  const { command, input: _input, ...rest } = error
  return typeof command === 'object' && command !== null && 'name' in command ? { ...rest, command: command.name } : rest
}

function describe({ name, message, stack, cause }: Error): object {
  return { type: name, message, stack, ...(cause === undefined ? {} : { cause }) }
}
