/**
 * Child processes and temporary folders of the tests, none of which outlives the test process.
 * Invariant: every pid started here is known to a watchdog (one `sh` per test process) that reads a pipe from us. When the pipe
 * closes, however we died (end, crash, SIGKILL), it kills what is left and removes the folders. Callers: startRedis, and every file of our
 * own tests that spawns.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Lines in: "+ pid", "- pid", "d folder". It lives in a session of its own, so Ctrl-C reaches us and not it.
const WATCHDOG = `
trap '' INT TERM HUP
pids=' '; dirs=''
while read -r op arg; do
  case $op in
    +) pids="$pids$arg " ;;
    -) case $pids in *" $arg "*) pids="\${pids%% $arg *} \${pids#* $arg }" ;; esac ;;
    d) dirs="$dirs $arg" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
for dir in $dirs; do rm -rf "$dir"; done
`

let watchdog: ChildProcess | undefined

function tellWatchdog(op: '+' | '-' | 'd', arg: string | number): void {
  watchdog ??= startWatchdog()
  watchdog.stdin?.write(`${op} ${arg}\n`)
}

function startWatchdog(): ChildProcess {
  const child = spawn('sh', ['-c', WATCHDOG], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.unref()
  // The pipe is a socket at run time; without unref it would keep the test process alive.
  ;(child.stdin as unknown as { unref(): void }).unref()
  child.stdin?.on('error', () => undefined)
  return child
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A running child that the watchdog knows. `exited` always resolves, also when the program could not be started (code -1). */
export interface Child {
  process: ChildProcess
  pid: number
  exited: Promise<Exit>
}

/** Starts a program that ends with us at the latest. Throws when it cannot be started. */
export function spawnChild(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', () => resolve({ code: -1, signal: null }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  if (child.pid === undefined) throw new Error(`cannot start ${command}: is it on PATH?`)
  const pid = child.pid
  tellWatchdog('+', pid)
  void exited.then(() => tellWatchdog('-', pid))
  return { process: child, pid, exited }
}

/** A signal to exactly this child; false if it has ended. */
export function signal(child: Child, name: NodeJS.Signals): boolean {
  if (child.process.exitCode !== null || child.process.signalCode !== null) return false
  return child.process.kill(name)
}

/** SIGKILL works on stopped processes too. */
export async function killNow(child: Child): Promise<Exit> {
  signal(child, 'SIGKILL')
  return child.exited
}

/** A folder that is removed with the test process at the latest. */
export function temporaryFolder(label: string): string {
  const dir = mkdtempSync(join(tmpdir(), `chordis-test-${label}-`))
  tellWatchdog('d', dir)
  return dir
}

/** Removes a folder and all in it; one that is not there is removed. */
export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
}

/** A free port below the ephemeral range, so that no outgoing connection takes it while a server restarts. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await canListen(port)) return port
  }
  throw new Error('no free port found between 20000 and 32000')
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
