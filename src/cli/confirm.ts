/** Asks somebody at a terminal before something that cannot be taken back. */
import { createInterface } from 'node:readline/promises'

/** Where the answer comes from and where the question goes: standard input and standard error. */
export interface Talk {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
}

/** Whether somebody can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** True for `y` or `yes`; whatever else is said, also nothing, is a no. */
export async function confirm(
  question: string,
  { input, output }: Talk = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  const lines = createInterface({ input, output })
  // Who closes the input answers nothing.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    return /^\s*y(es)?\s*$/i.test(await Promise.race([lines.question(`${question} [y/N] `), closed]))
  } finally {
    lines.close()
  }
}
