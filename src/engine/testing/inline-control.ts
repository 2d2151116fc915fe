/**
 * What of {@link ControlsWorkflows} there is in memory: the same moves as on Redis, each at once where Redis takes steps. Not running again: a retry or a rerun
 * opens a new run of what is stored, and what an inline client keeps is one run; a test submits the canvas again.
 */
import { type ControlsWorkflows, checkReason, checkUrgency, type RevokeOptions } from '../control/workflow-control.js'
import { awaitedChild } from '../protocol/children.js'
import { ChordisError } from '../protocol/errors.js'
import { revocation } from '../protocol/revoked.js'
import type { GraphRun } from './graph-run.js'
import type { InlineWorker } from './inline-worker.js'
import type { Workflows } from './workflows.js'

export class InlineControl implements ControlsWorkflows {
  constructor(
    private readonly workflows: Workflows,
    private readonly worker: InlineWorker,
  ) {}

  async forget(id: string): Promise<boolean> {
    return this.workflows.forget(id)
  }

  async revoke(id: string, { reason, terminate = false }: RevokeOptions, nodes?: readonly string[]): Promise<boolean> {
    const why = JSON.stringify(revocation(checkReason(reason), terminate))
    const run = this.run(id)
    return nodes === undefined ? this.revokeAll(run, why) : nodes.map((node) => this.revokeTask(run, node, why)).includes(true)
  }

  /** With it those of its children that go with it. */
  private revokeAll(run: GraphRun, why: string): boolean {
    if (!run.revoke(why)) return false
    this.worker.moved(run)
    this.revokeChildren(run, why)
    return true
  }

  private revokeTask(run: GraphRun, name: string, why: string): boolean {
    const child = awaitedChild(run.node(name)?.record ?? '')
    if (!run.revokeTask(name, why)) return false
    this.worker.moved(run)
    if (child !== undefined) this.revokeChildren(run, why, child)
    return true
  }

  private revokeChildren(run: GraphRun, why: string, only?: string): void {
    for (const { id, cancelPolicy } of run.lineage.children) {
      const child = cancelPolicy === 'cancel' && (only ?? id) === id ? this.workflows.get(id) : null
      if (child !== null) this.revokeAll(child, why)
    }
  }

  async pause(id: string, reason?: string): Promise<boolean> {
    return this.run(id).course.pause(checkReason(reason) ?? null)
  }

  async resume(id: string): Promise<boolean> {
    const run = this.run(id)
    if (!run.course.resume()) return false
    this.worker.resume(run)
    return true
  }

  async setPriority(id: string, priority: number, nodes?: readonly string[]): Promise<boolean> {
    const run = this.run(id)
    const named = nodes?.flatMap((node) => run.node(node) ?? [])
    const changed = run.course.setPriority(checkUrgency(priority), named)
    if (changed) this.worker.reorder()
    return changed
  }

  async rerun(id: string): Promise<number | null> {
    const message = 'the inline client keeps one run of a workflow: submit the canvas again, or use a client on Redis'
    throw new ChordisError('request-invalid', message, { workflow: this.run(id).id })
  }

  private run(id: string): GraphRun {
    const run = this.workflows.get(id)
    if (run === null) throw new ChordisError('not-found', `there is no workflow ${id}`, { workflow: id })
    return run
  }
}
