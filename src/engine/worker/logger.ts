/** Where workers write what they notice. pino and Nest's loggers fit; the default writes warnings and errors to standard error as JSON lines. */

import { redactFields, redactText } from './redact.js'

/** Where workers write what they notice. pino fits as it is. */
export interface Logger {
  /** What only somebody who looks for a fault wants to read. */
  debug(fields: object, message?: string): void
  /** What happened, in few words. */
  info(fields: object, message?: string): void
  /** What somebody should look at. */
  warn(fields: object, message?: string): void
  /** What went wrong. */
  error(fields: object, message?: string): void
  /** One that writes these fields with every line; where there is none, they are added to each. */
  child?(fields: object): Logger
}

/** A logger that writes these fields with every line. */
export function withFields(logger: Logger, fields: object): Logger {
  if (logger.child !== undefined) return logger.child(fields)
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (more: object, message?: string) =>
    logger[level]({ ...fields, ...more }, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function line(level: string): (fields: object, message?: string) => void {
  return (fields, message) => {
    const safe = redactFields(fields, ({ message: text }) => text)
    process.stderr.write(`${JSON.stringify({ level, message: message && redactText(message), ...safe })}\n`)
  }
}

const nothing = (): void => {}

export const DEFAULT_LOGGER: Logger = { debug: nothing, info: nothing, warn: line('warn'), error: line('error') }
