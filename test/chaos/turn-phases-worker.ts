/**
 * A worker that can be told to die by its own hand, at a moment that nobody outside could hit: after a grant before any handler, inside a
 * handler, after handlers before anything was told. What it ran stands in a file. Started as `turn-phases-worker.js <PhaseWorkerSetup as
 * JSON>`; prints `ready <incarnation>`; on SIGUSR2 it reads a {@link Death} from its order file.
 */
import { readFileSync } from 'node:fs'
import { Worker } from '../../src/engine/index.js'
import { journalled, listening, toFile } from '../property/journal.js'

export interface PhaseWorkerSetup {
  redis: string
  namespace: string
  /** Where it writes what it runs. */
  journal: string
  order: string
  leaseMs: number
  concurrency: number
}

export interface Death {
  moment: 'granted' | 'in a handler' | 'handlers ran'
  /** At the how-manieth of these, from now. */
  nth: number
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

async function main({ journal, order, ...options }: PhaseWorkerSetup): Promise<void> {
  let death: Death | undefined
  const reached = (moment: Death['moment']): boolean => death?.moment === moment && --death.nth === 0
  const write = toFile(journal)
  const tasks = journalled(write, () => worker.process, {
    before: () => void (reached('in a handler') && die()),
    // Queued before the turn that would tell of this handler, behind the others of its slice.
    after: () => void (reached('handlers ran') && queueMicrotask(die)),
  })
  const lookUp = tasks.get.bind(tasks)
  // The executor looks a task up when it starts an attempt: the lease is known, no handler of it has run.
  tasks.get = (name) => {
    if (reached('granted')) die()
    return lookUp(name)
  }
  const worker: Worker = new Worker({ ...options, tasks, logger: listening(write), maxDeliveries: 10 })
  process.on('SIGUSR2', () => {
    death = JSON.parse(readFileSync(order, 'utf8')) as Death
  })
  process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
  await worker.start()
  process.stdout.write(`ready ${worker.process}\n`)
}

await main(JSON.parse(process.argv[2] ?? '{}') as PhaseWorkerSetup)
