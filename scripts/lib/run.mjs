/** Child processes of set-up: quiet ones whose output is shown only if they fail, and the one that the launcher is about. */
import { spawn } from 'node:child_process'
import { SetupError } from './steps.mjs'

/** Runs a command to its end and returns what it printed. Fails with its last lines. */
export function quiet(command, args, options = {}) {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { ...options, stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return done(output)
      const tail = output.trimEnd().split('\n').slice(-30).join('\n')
      reject(new SetupError(`\`${[command, ...args].join(' ').slice(0, 200)}\` ended with ${signal ?? code}:\n${tail}`))
    })
  })
}

/** Runs a command with our stdio and returns its exit code (128 + 15 if a signal ended it). */
export function live(command, args, options = {}) {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    child.on('error', reject)
    child.on('close', (code) => done(code ?? 143))
  })
}

/** Runs a command and returns its exit code and what it printed. */
export function heard(command, args, options = {}) {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code) => done({ code: code ?? 143, output }))
  })
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs the service and hands our signals on to it. It has a process group of its own, so that Ctrl-C reaches it once, through us.
 * A terminal and npm both send the same signal: what follows within half a second is the same wish.
 */
export function supervise(command, args, options = {}) {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', detached: true, ...options })
    let last = Number.NEGATIVE_INFINITY
    const forward = (signal) => {
      if (performance.now() - last < 500) return
      last = performance.now()
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
    }
    // A shell between npm and us does not hand a signal on: when it dies, its child must not live on unseen.
    const parent = process.ppid
    const orphaned = setInterval(() => {
      if (process.ppid !== parent) forward('SIGTERM')
    }, 1_000)
    orphaned.unref()
    const end = (settle) => {
      clearInterval(orphaned)
      for (const signal of FORWARDED) process.off(signal, forward)
      settle()
    }
    for (const signal of FORWARDED) process.on(signal, forward)
    child.on('error', (error) => end(() => reject(error)))
    child.on('close', (code) => end(() => done(code ?? 143)))
  })
}
