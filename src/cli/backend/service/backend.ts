/**
 * A service over HTTP as a backend: `chordis/client` under the names of the engine's client. What the service answers are the engine's own views as JSON
 * (docs/openapi.json is made of them), so that nothing has to be translated but names.
 */
import { WorkerControl } from '../../../engine/index.js'
import type { Service } from '../../target.js'
import type { Backend } from '../backend.js'
import { ServiceAudit, ServiceKeys } from './access.js'
import { apiOf } from './api.js'
import { ServiceDeadLetters } from './dead-letters.js'
import { ServiceQueues } from './queues.js'
import { ServiceSchedules } from './schedules.js'
import { ServiceWatch } from './watch.js'
import { allWorkers, sendOver } from './workers.js'
import { ServiceWorkflow, submitTo } from './workflow.js'
import { ServiceWorkflows } from './workflows.js'

export function serviceBackend(service: Service): Backend {
  const clientOf = apiOf(service)
  const api = clientOf()
  return {
    workflows: new ServiceWorkflows(clientOf),
    queues: new ServiceQueues(api),
    schedules: new ServiceSchedules(clientOf),
    deadLetters: new ServiceDeadLetters(clientOf),
    apiKeys: new ServiceKeys(api),
    audit: new ServiceAudit(clientOf),
    control: new WorkerControl(sendOver(api)),
    submit: (canvas, { tenant, ...options }) => submitTo(clientOf(tenant), canvas, options),
    workflow: (id) => new ServiceWorkflow(api, id),
    workers: () => allWorkers(api),
    watch: (id) => new ServiceWatch(api, id),
  }
}
