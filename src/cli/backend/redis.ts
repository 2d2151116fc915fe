/** The engine's client as a backend: commands that speak to Redis itself. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../engine/index.js'
import type { Backend, Watch } from './backend.js'

/** Between two looks at a workflow, ms. Its outcome is pushed. */
const LOOK_MS = 150

export function redisBackend(client: Client): Backend {
  return {
    workflows: client.workflows,
    queues: client.queues,
    schedules: client.schedules,
    deadLetters: client.deadLetters,
    apiKeys: client.apiKeys,
    audit: client.audit,
    control: client.control,
    submit: (canvas, options) => client.submit(canvas, options),
    workflow: (id) => client.workflow(id),
    workers: () => client.workers(),
    watch: () => looks,
  }
}

const looks: Watch = { next: (withinMs) => sleep(Math.min(LOOK_MS, withinMs)), close() {} }
