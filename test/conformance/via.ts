/**
 * The two public doors through which the runner submits: the engine's Client, and the REST service started in the runner's process with
 * role `api` alone. Both answer in the outcome forms of canvas-semantics 8.
 */
import { Client, type RedisOptions } from '../../src/engine/index.js'
import type { SeenOutcome } from './cases.js'

export interface Door {
  /** Gives the workflow's id. */
  submit(canvas: unknown, name: string): Promise<string>
  /** `null`: not terminal within `waitMs`. */
  outcome(id: string, waitMs: number): Promise<SeenOutcome | null>
  /** Whether every node is terminal, callbacks included. */
  ended(id: string): Promise<boolean>
  close(): Promise<void>
}

export interface DoorOptions {
  redis: string | RedisOptions
  namespace: string
  partitions: number
}

export async function engineDoor(options: DoorOptions): Promise<Door> {
  const client = await Client.connect(options)
  return {
    submit: async (canvas, name) => (await client.submit(canvas, { name })).id,
    outcome: async (id, waitMs) => client.workflow(id).outcome({ waitMs }),
    ended: async (id) => (await client.workflow(id).status()).ended,
    close: () => client.close(),
  }
}

export async function httpDoor(options: DoorOptions): Promise<Door> {
  const { createService } = await import('../../src/modules/service/index.js')
  const service = await createService({ ...options, roles: ['api'], host: '127.0.0.1', port: 0, logLevel: 'warn' })
  const workflows = `${service.url}/v1/workflows`
  return {
    submit: async (canvas, name) => {
      const body = JSON.stringify({ canvas, name })
      const { id } = await call(workflows, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
      return String(id)
    },
    outcome: async (id, waitMs) => {
      const seen = await call(`${workflows}/${id}/result?waitMs=${waitMs}`)
      return 'id' in seen ? null : (seen as unknown as SeenOutcome)
    },
    ended: async (id) => (await call(`${workflows}/${id}`)).ended === true,
    close: () => service.close(),
  }
}

async function call(url: string, init: RequestInit = {}): Promise<{ [field: string]: unknown }> {
  const response = await fetch(url, init)
  const text = await response.text()
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${response.status} ${text.slice(0, 500)}`)
  return JSON.parse(text) as { [field: string]: unknown }
}
