/** A canvas from a file or from standard input, with faults by line and column where it is no JSON, and by path where it is no canvas. */
import { readFileSync } from 'node:fs'
import { readCanvas } from '../engine/index.js'
import { CliError } from './failure.js'
import { cut, safe } from './terminal.js'

/** Reads, parses and checks the canvas of a file, `-` for standard input. Throws CliError, CanvasInvalidError. */
export function canvasFrom(file: string): unknown {
  const name = nameOf(file)
  const canvas = parse(readText(file), name)
  // Here already, so that a bad canvas is told whether or not there is a Redis.
  readCanvas(canvas)
  return canvas
}

/** A file as messages call it. */
export const nameOf = (file: string): string => (file === '-' ? 'standard input' : file)

/** The text of a file, `-` for standard input. Throws CliError `file-unreadable`. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CliError('file-unreadable', `${nameOf(file)}: ${code === 'ENOENT' ? 'there is no such file' : message}`)
  }
}

/** JSON, or an error as compilers write it. */
export function parse(text: string, name: string): unknown {
  if (text.trim() === '') throw new CliError('json-invalid', `${name}: is empty`)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const { message } = error as Error
    const at = Number(/at position (\d+)/.exec(message)?.[1] ?? text.trimEnd().length)
    const before = text.slice(0, at).split('\n')
    const column = (before.at(-1) ?? '').length
    const what = message.replace(/ in JSON at position \d+.*$/s, '').replace(/, "?[\s\S]*is not valid JSON$/, '')
    throw new CliError('json-invalid', `${name}:${before.length}:${column + 1}: ${what}`, pointer(text, before.length, column))
  }
}

const WIDTH = 100

/** The line in question and a mark below the place; of a long line, what is around it. */
function pointer(text: string, line: number, column: number): string[] {
  const whole = text.split('\n')[line - 1] ?? ''
  const from = column > WIDTH - 20 ? column - WIDTH / 2 : 0
  return [`    ${cut(safeLine(whole.slice(from)), WIDTH)}`, `    ${' '.repeat(column - from)}^`]
}

/** One character each, so that the mark stands where it should. */
const safeLine = (text: string): string => [...safe(text.replace(/\t/g, ' ')).replace(/\\x[0-9a-f]{2}/g, '?')].join('')
