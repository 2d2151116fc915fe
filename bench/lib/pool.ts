/** Worker processes of a session: each opens the same contestant, works, and reports what it has run. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Place, WorkerChoice } from '../contract.js'
import { keep } from './child.js'
import type { Counter } from './tally.js'

export interface WorkerRequest {
  contestant: string
  place: Place
  concurrency: number
}

export type WorkerReport = { ready: true } | { count: number; lateness: number[] }

const MODULE = join(import.meta.dirname, '../worker.js')

export async function forkWorkers(contestant: string, place: Place, choice: WorkerChoice, tally: Counter): Promise<void> {
  const request: WorkerRequest = { contestant, place, concurrency: choice.concurrency }
  await Promise.all(Array.from({ length: choice.processes ?? 1 }, () => forkOne(request, tally)))
}

function forkOne(request: WorkerRequest, tally: Counter): Promise<void> {
  const child: ChildProcess = keep(fork(MODULE, [JSON.stringify(request)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
  return new Promise((done, fail) => {
    child.on('message', (report: WorkerReport) => {
      if ('ready' in report) done()
      else tally.add(report.count, report.lateness)
    })
    child.once('exit', (code) => fail(new Error(`a worker ended with ${code}`)))
  })
}
