/** A history sorted by what it is about, for the rules of the checker. Pure. */
import type {
  BegunEntry,
  ControlEntry,
  DumpEntry,
  Entry,
  FaultEntry,
  HandlerEntry,
  KeysEntry,
  OutcomeEntry,
  RedisEntry,
  SubmitEntry,
  WorkerEntry,
} from './history.js'

/** One call of a handler; `end` is missing when its process died in it, or still runs. */
export interface Execution {
  run: number
  attempt: number
  worker: string
  start: number
  /** Its lease is no older. */
  since?: number
  end?: number
  type?: HandlerEntry['type']
}

/** One operation; without `answeredAt` nobody knows whether it came to anything. */
export interface Operation {
  sent: ControlEntry
  answeredAt?: number
  answer?: ControlEntry['answer']
  refused: boolean
}

/** One workflow: what was asked for, what ran, what was heard, what is stored. */
export interface WorkflowRecord {
  id: string
  submit?: SubmitEntry
  /** When it was accepted, the first time that somebody heard so. */
  acceptedAt?: number
  refused: boolean
  outcomes: OutcomeEntry[]
  dump?: DumpEntry
  executions: Map<string, Execution[]>
  begun: BegunEntry[]
  /** In the order in which they were sent. */
  operations: Operation[]
}

export interface WorkerRecord {
  exits: WorkerEntry[]
  /** When it lost leases, or gave back what Redis had forgotten. */
  lostAt: number[]
}

/** Everything that a history says. */
export class HistoryRecord {
  readonly workflows = new Map<string, WorkflowRecord>()
  readonly workers = new Map<string, WorkerRecord>()
  readonly faults: FaultEntry[] = []
  readonly forgotten: RedisEntry[] = []
  keys: KeysEntry | undefined

  constructor(entries: Iterable<Entry>) {
    for (const entry of [...entries].sort((a, b) => a.t - b.t)) this.add(entry)
    for (const { executions } of this.workflows.values())
      for (const list of executions.values()) list.sort((a, b) => a.run - b.run || a.attempt - b.attempt || a.start - b.start)
  }

  /** Of a worker that the history never names otherwise: nothing is known. */
  worker(name: string): WorkerRecord {
    return own(this.workers, name, () => ({ exits: [], lostAt: [] }))
  }

  private add(entry: Entry): void {
    switch (entry.op) {
      case 'submit':
        this.submitted(entry)
        break
      case 'handler':
        this.handled(entry)
        break
      case 'outcome':
        this.workflow(entry.workflow).outcomes.push(entry)
        break
      case 'begun':
        this.workflow(entry.workflow).begun.push(entry)
        break
      case 'control':
        this.operated(entry)
        break
      case 'dump':
        this.workflow(entry.workflow).dump = entry
        break
      case 'worker':
        if (entry.type === 'exit') this.worker(entry.worker).exits.push(entry)
        break
      case 'lost':
      case 'late':
      case 'forgot':
      case 'unheard':
        this.worker(entry.worker).lostAt.push(entry.t)
        break
      case 'redis':
        this.forgotten.push(entry)
        break
      case 'fault':
        this.faults.push(entry)
        break
      case 'keys':
        this.keys = entry
        break
      default:
        break
    }
  }

  private workflow(id: string): WorkflowRecord {
    return own(this.workflows, id, () => ({ id, refused: false, outcomes: [], executions: new Map(), begun: [], operations: [] }))
  }

  private submitted(entry: SubmitEntry): void {
    const workflow = this.workflow(entry.workflow)
    workflow.submit ??= entry
    if (entry.type === 'fail') workflow.refused = true
    if (entry.type === 'ok') workflow.acceptedAt = Math.min(workflow.acceptedAt ?? entry.t, entry.t)
  }

  private operated(entry: ControlEntry): void {
    const { operations } = this.workflow(entry.workflow)
    if (entry.type === 'invoke') return void operations.push({ sent: entry, refused: false })
    const operation = operations.find(({ sent }) => sent.id === entry.id)
    if (operation && entry.type === 'ok') Object.assign(operation, { answeredAt: entry.t, answer: entry.answer })
    if (operation && entry.type === 'fail') operation.refused = true
  }

  private handled({ workflow, node, run, attempt, worker, type, t, since }: HandlerEntry): void {
    const list = own(this.workflow(workflow).executions, node, () => [])
    if (type === 'invoke') return void list.push({ run, attempt, worker, start: t, ...(since === undefined ? {} : { since }) })
    const open = list.findLast((one) => one.worker === worker && one.run === run && one.attempt === attempt && one.end === undefined)
    if (open) Object.assign(open, { end: t, type })
  }
}

function own<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
