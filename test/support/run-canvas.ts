/** Compiles a canvas of the conformance tasks and runs its graph in the interpreter, with the marks that its callbacks made. */
import { compile } from '../../src/engine/canvas/compile.js'
import type { Canvas, Json } from '../../src/engine/canvas/types.js'
import { type Call, type Interpretation, type InterpretOptions, interpret, type Reply } from './graph-interpreter.js'
import { Failure, meaningOf } from './meanings.js'

export type Mark = [string, unknown]

export interface CanvasRun extends Interpretation {
  marks: Mark[]
}

export function runCanvas(canvas: Canvas, options: InterpretOptions = {}): CanvasRun {
  const marks: Mark[] = []
  const result = interpret(compile(canvas), (call) => reply(call, (mark) => void marks.push(mark)), options)
  return { ...result, marks }
}

/** The tasks of the conformance cases, and for our own: `grow` adds its keyword `members` to the chord, `revoked` ends REVOKED. */
function reply({ task, args, kwargs, attempt }: Call, record: (mark: Mark) => void): Reply {
  const retries = task === 'flaky' ? Number(kwargs.fails) : task === 'exhaust' ? 1 : 0
  if (attempt <= retries) return { retry: true }
  if (task === 'revoked') return { revoke: { type: 'TaskRevokedError', message: String(kwargs.tag) } }
  if (task === 'grow') return { value: String(kwargs.tag), add: kwargs.members as Json[] as unknown as Canvas[] }
  try {
    const given = meaningOf(task, args, kwargs, record)
    return 'value' in given ? { value: given.value } : { replace: given.canvas }
  } catch (error) {
    if (error instanceof Failure) return { fail: { type: error.type, message: error.message } }
    throw error
  }
}
