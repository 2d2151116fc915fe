/** Schedules from a file or standard input: one, a list, a line each, or Celery's `beat_schedule`. */
import { checkSchedule, isCelerySchedule, readCelerySchedule, type ScheduleDefinition } from '../engine/index.js'
import { nameOf, parse, readText } from './canvas-file.js'
import { CliError } from './failure.js'

/** Reads and checks all of them before anything is sent. Throws CliError, and what `checkSchedule` and `readCelerySchedule` throw. */
export function schedulesFrom(file: string): ScheduleDefinition[] {
  const given = valuesOf(readText(file), nameOf(file))
  const definitions = given.flatMap((value) => (isCelerySchedule(value) ? readCelerySchedule(value) : [value as ScheduleDefinition]))
  if (definitions.length === 0) throw new CliError('usage', `${nameOf(file)}: has no schedule`)
  definitions.forEach((definition, k) => {
    checkSchedule(definition, definitions.length === 1 ? 'schedule' : `schedules[${k}]`)
  })
  return definitions
}

/** The values of a list, of lines, or the only one. */
function valuesOf(text: string, name: string): unknown[] {
  const lines = text.split('\n')
  if (isLines(lines)) return lines.flatMap((line, k) => (line.trim() === '' ? [] : [lineOf(line, k, name)]))
  const value = parse(text, name)
  return Array.isArray(value) ? value : [value]
}

/** JSON lines: the first line is a whole value, and another one follows. No JSON text is so. */
function isLines(lines: readonly string[]): boolean {
  const [first, second] = lines.filter((line) => line.trim() !== '')
  return second !== undefined && isJson(first as string)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The empty lines in front have faults told by the line of the file. */
const lineOf = (line: string, k: number, name: string): unknown =>
  isJson(line) ? (JSON.parse(line) as unknown) : parse(`${'\n'.repeat(k)}${line}`, name)
