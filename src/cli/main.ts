#!/usr/bin/env node
/** The `chordis` command. Ends with the exit code that `--help` promises. */
import { failureLines, failureOf } from './failure.js'
import type { Failure } from './failure-shape.js'
import { createProgram } from './program.js'
import { paint, wantsColours } from './terminal.js'

// `chordis run show … | head` closes the pipe: whoever read has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

let exit = 0
try {
  await createProgram((code) => {
    exit = code
  }).parseAsync()
} catch (error) {
  const failure = failureOf(error)
  if (failure !== null) {
    report(failure)
    exit = failure.exit
  }
}
// What is still on its way into a pipe would be lost.
await Promise.all([process.stdout, process.stderr].map(written))
// A user's module may hold connections of its own, which would keep the process.
process.exit(exit)

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}

/** Options may be what went wrong, so that those of the output are looked for in the words themselves. */
function report(failure: Failure): void {
  if (failure.message === '') return
  if (process.argv.includes('--json')) process.stderr.write(`${JSON.stringify(failure)}\n`)
  else {
    const colours = wantsColours(process.stderr.isTTY === true, process.env.NO_COLOR) && !process.argv.includes('--no-color')
    process.stderr.write(`${failureLines(failure, paint(colours)).join('\n')}\n`)
  }
}
