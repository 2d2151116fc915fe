/** Workflows that tasks of an inline client start, and the nodes that wait for them: what redis/lua/spawn.lua and lib/child.lua do, in memory. */
import type { Canvas } from '../canvas/types.js'
import type { SubmitOptions } from '../client/submission.js'
import { MOST_CHILDREN, MOST_DEPTH } from '../protocol/children.js'
import { ChordisError } from '../protocol/errors.js'
import { type ChildOptions, checkChildOptions, type StartedChild } from '../worker/child-options.js'
import { childOutcome } from '../worker/children.js'
import type { GraphRun } from './graph-run.js'
import type { RunNode } from './run-node.js'
import { RunSource } from './run-source.js'

export interface InlineChildrenHost {
  /** Null when there is none, or no longer. */
  find(id: string): GraphRun | null
  /** Makes a workflow and starts it. */
  make(canvas: Canvas, options: SubmitOptions): GraphRun
  /** The node of this run ended by its child. */
  ended(run: GraphRun): void
}

interface Waiting {
  run: GraphRun
  node: RunNode
}

export class InlineChildren {
  /** Who waits, by the child. */
  private readonly waiting = new Map<string, Waiting>()
  /** Ids by parent, node and call. */
  private readonly started = new Map<string, string>()
  /** Outcomes that are being read. */
  private reading = 0

  constructor(private readonly host: InlineChildrenHost) {}

  get busy(): boolean {
    return this.reading > 0
  }

  /** @param ordinal which call of the node it is; 0: the one that it waits for */
  start({ run, node }: Waiting, canvas: Canvas, options: ChildOptions, ordinal: number): StartedChild {
    const call = `${run.id} ${node.id} ${ordinal}`
    const known = this.started.get(call)
    if (known !== undefined) return { id: known, duplicate: true }
    const { keepMs, cancelPolicy, ...given } = checkChildOptions(options)
    this.check(run)
    const { tenant } = run.meta
    const child = this.host.make(canvas, { ...given, retentionMs: keepMs, ...(tenant === undefined ? {} : { tenant }) })
    const rootId = run.lineage.origin?.rootId ?? run.id
    child.lineage.origin = { parentId: run.id, parentTask: node.id, rootId, cancelPolicy }
    run.lineage.children.push({ id: child.id, cancelPolicy })
    this.started.set(call, child.id)
    return { id: child.id, duplicate: false }
  }

  private check(run: GraphRun): void {
    if (run.lineage.children.length >= MOST_CHILDREN)
      throw new ChordisError('limit-exceeded', `a workflow starts ${MOST_CHILDREN} children at most`, { workflow: run.id })
    let depth = 0
    for (let at: GraphRun | null = run; at?.lineage.origin; at = this.host.find(at.lineage.origin.parentId)) depth++
    if (depth >= MOST_DEPTH)
      throw new ChordisError('limit-exceeded', `workflows start each other ${MOST_DEPTH} deep at most`, { workflow: run.id })
  }

  /** The node waits from now on; the child may have ended already. */
  awaits(run: GraphRun, node: RunNode, child: string): void {
    this.waiting.set(child, { run, node })
    const found = this.host.find(child)
    if (found === null || found.control.outcome > 0) this.take(child)
  }

  /** The outcome of a workflow is known. */
  known(id: string): void {
    if (this.waiting.has(id)) this.take(id)
  }

  private take(child: string): void {
    const waiting = this.waiting.get(child)
    if (waiting === undefined) return
    this.waiting.delete(child)
    this.reading++
    const found = this.host.find(child)
    void childOutcome(new RunSource(child, () => found)).then((outcome) => {
      this.reading--
      waiting.run.childEnded(waiting.node, child, outcome)
      this.host.ended(waiting.run)
    })
  }
}
