/** Child processes of a run, and the CPU that they used. They die with us. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

function keep(child: ChildProcess): ChildProcess {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done(code ?? 1))
  })
}

/** Runs a compiled module of ours with one JSON argument; it answers with `process.send`. */
export async function ask<T>(module: string, request: unknown): Promise<T> {
  const child = keep(fork(module, [JSON.stringify(request)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
  let answer: { value: T } | undefined
  child.once('message', (value) => {
    answer = { value: value as T }
  })
  const code = await ended(child)
  if (answer === undefined) throw new Error(`${module} ended with ${code} and no figures: ${JSON.stringify(request)}`)
  return answer.value
}

/** Runs a program to its end and answers what it printed. */
export async function output(command: string, args: string[], options: { cwd: string }): Promise<string> {
  const child = keep(spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] }))
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const code = await ended(child)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  return text
}

const TICKS_PER_SECOND = 100

/** CPU seconds of all child processes that have ended. */
export function childCpuSeconds(): number {
  const text = readFileSync('/proc/self/stat', 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}
