/**
 * One line per step of set-up, with its time, on stderr: stdout belongs to the program that is being set up.
 *
 *     chordis  packages  installing with npm ci … 312 installed  14.2 s
 *     chordis  build     up to date  0.02 s
 */

/** A failure with a message for the user. The launchers print it without a stack. */
export class SetupError extends Error {}

const seconds = (ms) => (ms < 9_950 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`)

/**
 * Runs `work(say)` as one step. `say(text)` announces something slow at once, on the same line; what `work` returns ends the line.
 *
 * @param {string} name first column
 * @param {(say: (text: string) => void) => Promise<string> | string} work
 * @param {{ write?: (text: string) => void, now?: () => number }} [io]
 */
export async function step(name, work, { write = (text) => process.stderr.write(text), now = () => performance.now() } = {}) {
  const began = now()
  let opened = false
  const open = () => {
    if (!opened) write(`chordis  ${name.padEnd(8)}  `)
    opened = true
  }
  const say = (text) => {
    open()
    write(`${text} … `)
  }
  try {
    const done = await work(say)
    open()
    write(`${done}  ${seconds(now() - began)}\n`)
  } catch (error) {
    open()
    write(`failed  ${seconds(now() - began)}\n`)
    throw error
  }
}

/** Prints an error for the user and ends with 1: a SetupError as its message, anything else whole. */
export function fail(error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error)
  process.exit(1)
}
