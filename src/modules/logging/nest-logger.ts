/**
 * The engine's Logger over Nest's: what an application gets when it passes no logger of its own.
 */
import { Logger as NestLogger } from '@nestjs/common'
import { type Logger, redactFields, redactText } from '../../engine/index.js'

/** Engine messages through Nest's logger, under the context `Chordis`. */
export function nestEngineLogger(): Logger {
  const nest = new NestLogger('Chordis')
  return {
    debug: (fields: object, message?: string) => nest.debug(line(fields, message)),
    info: (fields: object, message?: string) => nest.log(line(fields, message)),
    warn: (fields: object, message?: string) => nest.warn(line(fields, message)),
    error: (fields: object, message?: string) => nest.error(line(fields, message), stackOf(fields)),
  }
}

function line(fields: object, message = ''): string {
  const rest = Object.entries(fields).filter(([key]) => key !== 'err')
  return rest.length === 0 ? message : `${message} ${JSON.stringify(redactFields(Object.fromEntries(rest)))}`
}

function stackOf(fields: object): string | undefined {
  const { err } = fields as { err?: unknown }
  return err instanceof Error && err.stack !== undefined ? redactText(err.stack) : undefined
}
