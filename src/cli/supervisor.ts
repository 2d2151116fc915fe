/**
 * The small process above `chordis worker`: it starts the worker as a child and starts it again when it is gone for no reason of its own, so that a
 * worker that had to be killed comes back. Signals go to the child, whose exit code is the command's.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../engine/index.js'

/** Set for the child. */
const SUPERVISED = 'CHORDIS_SUPERVISED'
/** A worker that ends with this asks for another one: sysexits' EX_TEMPFAIL. */
export const EXIT_AGAIN = 75
/** A worker that lived this long had started well, ms. */
const WELL_MS = 10_000
/** Between deaths that follow one another, ms: nothing after the first one, then doubled. */
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000

/** Whether this process is the child. */
export const isSupervised = (): boolean => process.env[SUPERVISED] === '1' && process.send !== undefined

/** The child says that it works: from here on it is started again when it dies. */
export function tellReady(): void {
  if (isSupervised()) process.send?.('ready')
}

/** `then` is called when the process above is gone. */
export function onAbandoned(then: () => void): void {
  if (isSupervised()) process.on('disconnect', then)
}

/** Runs this very command as a child until it ends by itself; answers its exit code. */
export async function supervise(logger: Logger): Promise<number> {
  const watched = new Watched()
  for (let deaths = 0; ; ) {
    const began = performance.now()
    const end = await watched.run()
    const why = end.signal ?? `code ${end.code}`
    if (watched.stopping || !end.ready || end.code === 0) return end.code ?? 1
    deaths = performance.now() - began > WELL_MS ? 1 : deaths + 1
    const delayMs = deaths === 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (deaths - 2))
    logger.warn({ why, delayMs }, 'the worker process ended; another one is started')
    await sleep(delayMs)
    if (watched.stopping) return end.code ?? 1
  }
}

interface End {
  code: number | null
  signal: NodeJS.Signals | null
  /** It had begun to work. */
  ready: boolean
}

class Watched {
  stopping = false
  private child: ChildProcess | null = null

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        this.stopping = true
        this.child?.kill(name)
      })
    }
  }

  run(): Promise<End> {
    const [, file = '', ...args] = process.argv
    const child = fork(file, args, { env: { ...process.env, [SUPERVISED]: '1' }, stdio: 'inherit' })
    this.child = child
    let ready = false
    child.on('message', () => {
      ready = true
    })
    return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code: code ?? numberOf(signal), signal, ready })))
  }
}

/** As shells count: 128 and the number of the signal. */
const NUMBERS: { readonly [signal: string]: number } = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGABRT: 6 }
const numberOf = (signal: NodeJS.Signals | null): number => 128 + (NUMBERS[signal ?? ''] ?? 0)
