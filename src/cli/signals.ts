/** SIGINT and SIGTERM for commands that run until they are told to end. */

/** One Ctrl-C may arrive twice: from the terminal, and from npx, which passes it on. */
const ECHO_MS = 250

const EXITS = { SIGINT: 130, SIGTERM: 143 } as const

/** From here on signals end nothing by themselves: `told` hears which one this is, counted from 1, and the exit code that it stands for. */
export function onSignals(told: (count: number, exit: number) => void): void {
  let count = 0
  let last = { name: '', at: 0 }
  for (const [name, exit] of Object.entries(EXITS)) {
    process.on(name, () => {
      const again = last.name === name && performance.now() - last.at < ECHO_MS
      last = { name, at: performance.now() }
      if (!again) told(++count, exit)
    })
  }
}
