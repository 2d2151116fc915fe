/** What a worker logs: lines for people on a terminal, JSON lines for machines. */
import { type Logger, redactFields, redactText } from '../engine/index.js'
import { type Paint, safe } from './terminal.js'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]

export interface LogOptions {
  level: Level
  json: boolean
  style: Paint
  write(line: string): void
  now(): Date
}

export function createLogger({ level, json, style, write, now }: LogOptions): Logger {
  const at = (one: Level) => (fields: object, message?: string) => {
    if (LEVELS.indexOf(one) < LEVELS.indexOf(level)) return
    write(json ? jsonLine(one, now(), fields, message) : plainLine(one, now(), fields, message, style))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** `{"time", "level", "message", …fields}`. An error is `{type, message, stack}`. */
export function jsonLine(level: Level, time: Date, fields: object, message?: string): string {
  return JSON.stringify({ time: time.toISOString(), level, message: message && redactText(message), ...redactFields(fields) })
}

/** `12:30:01  ready  pid=17`. The level is shown where it is not `info`. */
export function plainLine(level: Level, time: Date, fields: object, message: string | undefined, style: Paint): string {
  const colours = { debug: style.faint, info: style.strong, warn: style.warn, error: style.bad }
  const rest = Object.entries(redactFields(fields, ({ name, message: text }) => `${name}: ${text}`)).map(
    ([key, value]) => `${key}=${shown(value)}`,
  )
  const clock = time.toTimeString().slice(0, 8)
  return [
    style.faint(clock),
    ...(level === 'info' ? [] : [colours[level](level)]),
    ...(message === undefined ? [] : [safe(message)]),
    ...(rest.length === 0 ? [] : [style.faint(rest.join(' '))]),
  ].join('  ')
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return safe(/\s/.test(text) && typeof value === 'string' ? JSON.stringify(text) : text)
}
