/**
 * Nest's LoggerService over pino: one JSON line per message, the class that logged as `context`.
 *
 * Nest passes `(message, ...rest)` where the last string is the context and, for errors, the one before it a stack.
 */
import type { LoggerService } from '@nestjs/common'
import { type DestinationStream, type Logger as Pino, pino } from 'pino'
import { redactFields, redactText } from '../../engine/index.js'

/** Levels of pino; `silent` for none. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** What a child logger may be bound to, which pino does not show us: only names that are told. */
const BOUND_SECRETS = [
  'password',
  'passwd',
  'secret',
  'token',
  'authorization',
  'cookie',
  '["set-cookie"]',
  'apiKey',
  'api_key',
  'privateKey',
  'private_key',
]

const errorOf = (error: Error): unknown => pino.stdSerializers.errWithCause(error)

/**
 * A pino logger that writes errors with their stack and cause, and no secrets: nothing under names such as `password`, `token`, `cookie`, however deep
 * ({@link redactFields}), and no passwords of URLs. Of what a child logger is bound to, only the usual names are left out, and only at its top.
 * @param destination default: standard output
 */
export function createPino(level: LogLevel = 'info', destination?: DestinationStream): Pino {
  const redact = (fields: Record<string, unknown>) => redactFields(fields, errorOf)
  const options = {
    level,
    base: null,
    formatters: { log: redact },
    // Errors have been written by then.
    serializers: { err: (err: unknown) => err },
    redact: { paths: BOUND_SECRETS, censor: '[redacted]' },
    hooks: { streamWrite: redactText },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** What Nest says about its own boot, a line per module and route: `debug`, so that `info` is about the service. */
const BOOT = new Set(['InstanceLoader', 'NestApplication', 'NestFactory', 'RouterExplorer', 'RoutesResolver'])

/** Nest's logger over pino: one JSON line per message. `verbose` is pino's `trace`. */
export class PinoLogger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(BOOT.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest)
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest)
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest)
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest)
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest)
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest)
  }

  private write(level: Exclude<LogLevel, 'silent'>, message: unknown, rest: unknown[]): void {
    const fields = describe(rest)
    if (message instanceof Error) this.pino[level]({ ...fields, err: message }, message.message)
    else if (typeof message === 'object' && message !== null) this.pino[level]({ ...fields, ...message })
    else this.pino[level](fields, String(message))
  }
}

function describe(rest: readonly unknown[]): { context?: string; stack?: string } {
  const strings = rest.filter((item) => typeof item === 'string')
  const context = strings.at(-1)
  const stack = strings.slice(0, -1).find((text) => text.includes('\n    at '))
  return { ...(context === undefined ? {} : { context }), ...(stack === undefined ? {} : { stack }) }
}
