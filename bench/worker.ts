/** A worker process: opens a contestant's session, works until its parent goes, and reports every few milliseconds what it has run. */
import { contestants } from './contestants/index.js'
import type { WorkerReport, WorkerRequest } from './lib/pool.js'
import type { Counter } from './lib/tally.js'

const REPORT_MS = 4

const request = JSON.parse(process.argv[2] ?? '') as WorkerRequest
const contestant = contestants.find(({ name }) => name === request.contestant)
if (!contestant?.open) throw new Error(`no such contestant: ${request.contestant}`)
process.on('disconnect', () => process.exit(0))

const report = (message: WorkerReport): void => void process.send?.(message)
const session = await contestant.open(request.place)
await session.startWorkers({ concurrency: request.concurrency })
report({ ready: true })

let reported = 0
let late = 0
let scheduled = false
const tally = session.tally as Counter
// Only when something ran: an idle worker must be idle.
tally.changed = () => {
  if (scheduled) return
  scheduled = true
  setTimeout(() => {
    scheduled = false
    const { count, lateness } = tally
    report({ count: count - reported, lateness: lateness.slice(late) })
    reported = count
    late = lateness.length
  }, REPORT_MS)
}
if (tally.count > 0) tally.changed()
