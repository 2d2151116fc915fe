/**
 * Who ran what: every attempt that a handler saw, every mark that a callback left, every process that the sweep gave up for dead.
 *
 * Invariant judged here: an attempt (workflow, node, number) runs once, and again only after the process that ran it before was given up
 * (I10). Marks are kept per node, so that an explained repeat leaves no second one. Callers: the trials of this folder, in one
 * process, and the workers of test/chaos, which write lines to a file that survives kill -9.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { type Logger, type TaskContext, type TaskDefinition, TaskRegistry } from '../../src/engine/index.js'
import { conformanceTasks, type Mark } from '../conformance/tasks.js'

export type Entry =
  | { kind: 'run'; workflow: string; node: string; attempt: number; process: string }
  | { kind: 'mark'; workflow: string; node: string; mark: Mark }
  | { kind: 'lost'; process: string }
  | { kind: 'late'; nodes: string[] }

export type Write = (entry: Entry) => void

export class Journal {
  readonly entries: Entry[] = []
  private readonly marks = new Map<string, Map<string, Mark>>()

  readonly write: Write = (entry) => {
    this.entries.push(entry)
    if (entry.kind !== 'mark') return
    const ofWorkflow = this.marks.get(entry.workflow) ?? new Map<string, Mark>()
    this.marks.set(entry.workflow, ofWorkflow.set(entry.node, entry.mark))
  }

  get runs() {
    return this.entries.filter((entry) => entry.kind === 'run')
  }

  marksOf(workflow: string): Mark[] {
    return [...(this.marks.get(workflow)?.values() ?? [])]
  }

  /** Processes that the sweep gave up for dead. */
  get lost(): Set<string> {
    return new Set(this.entries.flatMap((entry) => (entry.kind === 'lost' ? [entry.process] : [])))
  }

  /** Attempts that ran more than once although no process that ran them was given up for dead, but for the last run. */
  unexplained(): string[] {
    const { lost } = this
    const runs = new Map<string, string[]>()
    for (const { workflow, node, attempt, process } of this.runs) {
      const key = `${workflow} ${node} attempt ${attempt}`
      const by = runs.get(key)
      if (by) by.push(process)
      else runs.set(key, [process])
    }
    return [...runs].flatMap(([key, by]) =>
      by.filter((process) => !lost.has(process)).length > 1 ? [`${key} ran in ${by.join(', ')}`] : [],
    )
  }
}

/** Lines of a file, for a process that may die at any moment: what was written is not lost with it. */
export const toFile =
  (file: string): Write =>
  (entry) =>
    appendFileSync(file, `${JSON.stringify(entry)}\n`)

/** What several processes have written so far; a line that is being written waits for the next look. */
export class FileJournal {
  private readonly journal = new Journal()
  private readonly done = new Map<string, number>()

  look(files: readonly string[]): Journal {
    for (const file of files.filter((name) => existsSync(name))) {
      const bytes = readFileSync(file)
      const from = this.done.get(file) ?? 0
      const end = bytes.lastIndexOf('\n') + 1
      this.done.set(file, end)
      for (const line of bytes.toString('utf8', from, end).split('\n')) if (line !== '') this.journal.write(JSON.parse(line) as Entry)
    }
    return this.journal
  }
}

/** Called around a handler's call: `before` may end the process. */
export interface Around {
  before?(): void
  after?(): void
}

/** The conformance tasks, written down as they run. `process` is asked late: a worker has its name after its tasks. */
export function journalled(write: Write, process: () => string, around: Around = {}): TaskRegistry {
  let current: TaskContext | undefined
  const record = (_case: string, mark: Mark): void => {
    if (current) write({ kind: 'mark', workflow: current.workflow.id, node: current.id, mark })
  }
  // A map calls its handler once per item, in one attempt and with one context.
  const seen = new WeakSet<TaskContext>()
  const tasks = new TaskRegistry()
  for (const task of conformanceTasks(record)) tasks.register({ ...task, handler: wrapped(task) })
  return tasks

  function wrapped({ handler }: TaskDefinition): TaskDefinition['handler'] {
    return (ctx, args) => {
      if (!seen.has(ctx)) write({ kind: 'run', workflow: ctx.workflow.id, node: ctx.id, attempt: ctx.attempt, process: process() })
      seen.add(ctx)
      around.before?.()
      current = ctx
      try {
        return handler(ctx, args)
      } finally {
        around.after?.()
      }
    }
  }
}

/** A worker's logger that notes whom the sweep gave up, and completions that came too late. */
export function listening(write: Write): Logger {
  const silent = (): void => undefined
  const warn = (fields: object): void => {
    const { process, partition, nodes } = fields as { process?: string; partition?: number; nodes?: number | string[] }
    if (process !== undefined && partition !== undefined && typeof nodes === 'number') write({ kind: 'lost', process })
    else if (Array.isArray(nodes)) write({ kind: 'late', nodes })
  }
  return { debug: silent, info: silent, warn, error: (fields, message) => console.error(message, fields) }
}
