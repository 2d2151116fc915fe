/**
 * Nest's LoggerService over pino: one JSON line per message, the class that logged as `context`.
 *
 * Nest passes `(message, ...rest)` where the last string is the context and, for errors, the one before it a stack.
 */
import type { LoggerService } from '@nestjs/common'
import { type Logger as Pino, pino } from 'pino'

/** Levels of pino; `silent` for none. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** A pino logger that writes errors with their stack and cause. */
export function createPino(level: LogLevel = 'info'): Pino {
  return pino({ level, base: null, serializers: { err: pino.stdSerializers.errWithCause } })
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
