/** What was said of a workflow in memory while it lives: that it is paused, and which priorities it has. */
import type { Control } from '../protocol/states.js'
import { isTerminal, type RunNode } from './run-node.js'

export class RunCourse {
  /** Since when, Unix ms, and why nothing new of it starts; null: it may. */
  paused: { since: number; reason: string | null } | null = null
  private priority: number | null = null
  /** Of tasks with one of their own, by node. */
  private readonly priorities = new Map<string, number>()

  constructor(
    private readonly control: Control,
    private readonly clock: { readonly now: number },
  ) {}

  /** Nothing new of it starts. False: it had ended. */
  pause(reason: string | null): boolean {
    if (this.control.ended > 0) return false
    this.paused ??= { since: this.clock.now, reason }
    this.control.state = 'h'
    return true
  }

  /** It goes on. False: it had ended. */
  resume(): boolean {
    if (this.control.ended > 0) return false
    this.paused = null
    this.control.state = 'r'
    return true
  }

  /** What waits of it, or of these nodes, and what will wait, has this priority. False: it had ended, or none of them is open. */
  setPriority(priority: number, nodes?: readonly RunNode[]): boolean {
    if (this.control.ended > 0) return false
    if (nodes === undefined) {
      this.priority = priority
      this.priorities.clear()
      return true
    }
    const open = nodes.filter((node) => !isTerminal(node))
    for (const { id } of open) this.priorities.set(id, priority)
    return open.length > 0
  }

  /** With which a node waits: its own, the workflow's, or that of its call. */
  priorityOf({ id, node }: RunNode): number {
    return this.priorities.get(id) ?? this.priority ?? node.options.priority ?? 0
  }
}
