/**
 * A service over HTTP as a backend: `chordis/client` under the names of the engine's client. What the service answers are the engine's own views as JSON
 * (docs/openapi.json is made of them), so that nothing has to be translated but names.
 */
import { ChordisApi } from '../../../api-client/index.js'
import { WorkerControl } from '../../../engine/index.js'
import type { Service } from '../../target.js'
import type { Backend } from '../backend.js'
import { ServiceDeadLetters } from './dead-letters.js'
import { ServiceQueues } from './queues.js'
import { ServiceSchedules } from './schedules.js'
import { ServiceWatch } from './watch.js'
import { allWorkers, sendOver } from './workers.js'
import { ServiceWorkflow, submitTo } from './workflow.js'
import { ServiceWorkflows } from './workflows.js'

/** Of what may be repeated: somebody waits at the terminal, and is told soon. */
const RETRIES = 2

export function serviceBackend({ url, key }: Service): Backend {
  const apiOf: ApiOf = (tenant) =>
    new ChordisApi({
      url,
      retries: RETRIES,
      ...(key === undefined ? {} : { token: key }),
      ...(tenant === undefined ? {} : { headers: { 'chordis-tenant': tenant } }),
    })
  const api = apiOf()
  return {
    workflows: new ServiceWorkflows(apiOf),
    queues: new ServiceQueues(api),
    schedules: new ServiceSchedules(apiOf),
    deadLetters: new ServiceDeadLetters(apiOf),
    control: new WorkerControl(sendOver(api)),
    submit: (canvas, { tenant, ...options }) => submitTo(apiOf(tenant), canvas, options),
    workflow: (id) => new ServiceWorkflow(api, id),
    workers: () => allWorkers(api),
    watch: (id) => new ServiceWatch(api, id),
  }
}

/** The client that acts for a tenant; without one, for whom the credential says. */
export type ApiOf = (tenant?: string) => ChordisApi

/** How long a call may go on that changes many things before it answers, ms: `fetch` of Node waits no longer. */
export const LONG_MS = 300_000
