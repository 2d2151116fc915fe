/** Child processes of a run, and the CPU that they used. They die with us. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** This child does not outlive us. */
export function keep(child: ChildProcess): ChildProcess {
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

/** Ends a child that takes too long; it takes its own workers along. */
function limit(child: ChildProcess, ms: number): void {
  const timer = setTimeout(() => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 2_000).unref()
  }, ms)
  child.once('exit', () => clearTimeout(timer))
}

/** Runs a compiled module of ours with one JSON argument; it answers with `process.send`. */
export async function ask<T>(module: string, request: unknown, limitMs: number): Promise<T> {
  const child = keep(fork(module, [JSON.stringify(request)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
  limit(child, limitMs)
  const from = performance.now()
  let answer: { value: T } | undefined
  child.once('message', (value) => {
    answer = { value: value as T }
  })
  const code = await ended(child)
  if (answer !== undefined) return answer.value
  throw new Error(performance.now() - from >= limitMs ? `not ended after ${limitMs / 1_000} s` : `ended with ${code} and no figures`)
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

function stat(pid: number | string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** CPU seconds of all child processes that have ended. */
export function childCpuSeconds(): number {
  const fields = stat('self')
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}

/** CPU seconds of the children that run, and of theirs. */
export function runningCpuSeconds(): number {
  return [...running].reduce((sum, { pid }) => sum + (pid === undefined ? 0 : treeSeconds(pid)), 0)
}

function treeSeconds(pid: number): number {
  try {
    const fields = stat(pid)
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    const own = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
    return children.reduce((sum, child) => sum + treeSeconds(Number(child)), own)
  } catch {
    return 0
  }
}
