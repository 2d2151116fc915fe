/**
 * A beat process of the nemesis. Writes to its journal what it heard of every item that it sent. Started as `process.js <WorkerSetup as JSON>`, of which it
 * uses a part; prints `ready <name>`; ends on SIGTERM.
 */
import { Beat, type Fired, type Logger } from '../../../../src/engine/index.js'
import { mutateScripts } from '../../../support/scripts.js'
import { clockFrom, type Event, writerTo } from '../history.js'
import type { WorkerSetup } from '../worker.js'

type BeatSetup = Pick<WorkerSetup, 'redis' | 'namespace' | 'slot' | 'journal' | 'origin' | 'library'>

const silent = (): void => undefined
const logger: Logger = { debug: silent, info: silent, warn: silent, error: (fields, message) => console.error(message, fields) }

function heard(beat: string, { schedule, run, answer, latenessMs, passed }: Fired): Event {
  return { op: 'heard', beat, schedule, kind: run?.kind ?? null, nominal: run?.nominalTime ?? null, answer, latenessMs, passed }
}

async function main({ redis, namespace, slot, journal, origin, library }: BeatSetup): Promise<void> {
  if (library) mutateScripts(library.find, library.replacement)
  const name = `beat-${slot}-${process.pid}`
  const write = writerTo(journal, clockFrom(origin))
  const beat = new Beat({ redis, namespace, logger, onFired: (fired) => write(heard(name, fired)) })
  process.once('SIGTERM', () => {
    write({ op: 'worker', type: 'stop', worker: name, slot })
    void beat.stop().then(() => process.exit(0))
  })
  await beat.start()
  write({ op: 'worker', type: 'ready', worker: name, slot })
  process.stdout.write(`ready ${name}\n`)
}

await main(JSON.parse(process.argv[2] ?? '{}') as BeatSetup)
