/** Where workers write what they notice. pino and Nest's loggers fit; the default writes warnings and errors to standard error as JSON lines. */

export interface Logger {
  debug(fields: object, message?: string): void
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
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
