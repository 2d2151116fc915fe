/** Where workers write what they notice. pino and Nest's loggers fit; the default writes warnings and errors to standard error as JSON lines. */

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
}

function line(level: string): (fields: object, message?: string) => void {
  return (fields, message) => {
    process.stderr.write(
      `${JSON.stringify({ level, message, ...fields }, (_, value: unknown) => (value instanceof Error ? value.message : value))}\n`,
    )
  }
}

const nothing = (): void => {}

export const DEFAULT_LOGGER: Logger = { debug: nothing, info: nothing, warn: line('warn'), error: line('error') }
