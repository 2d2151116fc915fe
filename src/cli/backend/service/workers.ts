/** The workers of a service: listed, and told what to do. */
import type { ChordisApi, Schemas } from '../../../api-client/index.js'
import type { ControlOptions, Gathered, WorkerCommand, WorkerView } from '../../../engine/index.js'
import { everyPage } from './pages.js'

/** How long answers are gathered when nobody says so, ms. */
const TIMEOUT_MS = 3_000
/** How long a request may take beside that, ms. */
const BESIDE_MS = 30_000

export function allWorkers(api: ChordisApi): Promise<WorkerView[]> {
  return everyPage(
    (page) => api.listWorkers(page),
    ({ workers }) => workers as WorkerView[],
  )
}

/** Hands commands to workers through a service. */
export function sendOver(api: ChordisApi) {
  return async <T>(command: WorkerCommand, { workers, timeoutMs: given = TIMEOUT_MS }: ControlOptions): Promise<Gathered<T>> => {
    const timeoutMs = Math.max(1, Math.round(given))
    const query = { timeoutMs, ...(workers === undefined ? {} : { workers: [workers].flat() }) }
    // What runs may be asked for by who may only look.
    const { type, ...running } = command
    const answered =
      type === 'active'
        ? api.listRunning({ ...query, ...running }, { timeoutMs: timeoutMs + BESIDE_MS })
        : api.commandWorkers({ ...command, ...query } as Schemas['CommandRequest'])
    return (await answered) as Gathered<T>
  }
}
