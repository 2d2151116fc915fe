/** The workflows of an inline client by id and by idempotency key, with the same conflicts as in Redis, for as long as they are kept. */
import type { Graph } from '../canvas/graph.js'
import type { SubmitOptions } from '../client/submission.js'
import { ChordisError } from '../protocol/errors.js'
import { fingerprint } from '../protocol/ids.js'
import { layoutGraph } from '../protocol/layout.js'
import type { GraphRun } from './graph-run.js'

/** How long an idempotency key is known, ms. */
const KEY_MS = 86_400_000

export interface WorkflowEntry {
  id: string
  key: string | undefined
  graph: Graph
  options: SubmitOptions
}

interface Known {
  run: GraphRun
  entry: WorkflowEntry
  digest?: string
}

export class Workflows {
  private readonly byId = new Map<string, Known>()
  private readonly byKey = new Map<string, { id: string; digest: string; until: number }>()

  constructor(private readonly now: () => number) {}

  /** Null when there is none, or no longer: its retention is over. */
  get(id: string): GraphRun | null {
    return this.known(id)?.run ?? null
  }

  /** Finds the workflow that this one repeats, or makes it. @throws ChordisError `id-conflict`, `idempotency-conflict` */
  accept(entry: WorkflowEntry, make: (entry: WorkflowEntry) => GraphRun): { id: string; duplicate: boolean } {
    const keyed = entry.key === undefined ? undefined : this.byKey.get(entry.key)
    if (keyed !== undefined && keyed.until > this.now()) {
      if (keyed.digest === digestOf(entry)) return { id: keyed.id, duplicate: true }
      throw new ChordisError('idempotency-conflict', 'the key was used with another canvas', { workflow: keyed.id })
    }
    const known = this.known(entry.id)
    if (known !== undefined) {
      known.digest ??= digestOf(known.entry)
      if (known.digest === digestOf(entry)) return { id: entry.id, duplicate: true }
      throw new ChordisError('id-conflict', 'the id is taken by another workflow', { workflow: entry.id })
    }
    if (entry.key !== undefined) this.byKey.set(entry.key, { id: entry.id, digest: digestOf(entry), until: this.now() + KEY_MS })
    this.byId.set(entry.id, { run: make(entry), entry })
    return { id: entry.id, duplicate: false }
  }

  /** Removes one that has ended; false when there is none. @throws ChordisError `not-ended` */
  forget(id: string): boolean {
    const known = this.known(id)
    if (known?.run.control.ended === 0) {
      throw new ChordisError('not-ended', 'a workflow can be forgotten when all its tasks are over', { workflow: id })
    }
    return this.byId.delete(id)
  }

  private known(id: string): Known | undefined {
    const known = this.byId.get(id)
    if (known === undefined) return undefined
    const { ended, keepMs } = known.run.control
    if (ended === 0 || this.now() <= ended + keepMs) return known
    this.byId.delete(id)
    return undefined
  }
}

/** Equal for canvases and labels that would be stored as the same bytes. */
function digestOf({ graph, options: { name, tags, tenant, onFailure } }: WorkflowEntry): string {
  const { roots, fields } = layoutGraph(graph)
  return fingerprint([JSON.stringify([name, tags ?? [], tenant, onFailure === 'cancel']), roots, ...fields.flat()])
}
