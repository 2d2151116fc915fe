/**
 * What a turn granted. A grant is a run of nodes that share workflow, template and input; its completions travel back together. A batch is all
 * that one turn granted; when its last node is finished, its record in Redis is no longer needed.
 */
import { SEPARATOR, type TaskSpec } from '../protocol/stored.js'
import type { Argument } from '../redis/scripts.generated.js'

/** One grant as the script answers it; see redis/lua/lib/grant.lua. */
export type GrantReply = [
  /** workflow|run|prefix|template|first|count|stride|attempt|cause, of a suspect |level behind, of what was requeued |level|attempts before that */
  head: string,
  input: string,
  spec: string,
  /** Each followed by a separator. */
  definitions: string,
  /** Of workflows of one task, which share a grant (then the head's workflow is ''): their ids, joined by commas. */
  workflows?: string,
  /** For who listens: since their submission, ms; '' where that says nothing of how long they waited. Of several workflows joined by commas. */
  waited?: string,
  /** Of a workflow that carries a trace: see {@link parseOrigin}. */
  trace?: string,
]

export class Batch {
  outstanding = 0
  constructor(
    /** `<lane>:<sequence>`; with the incarnation in front it is the attempt id. */
    readonly name: string,
    /** When the turn was answered, of performance.now(); 0 where nobody asks. */
    readonly at = 0,
  ) {}
}

/** Completions that were taken for a turn. */
export interface Taken {
  args: Argument[]
  bytes: number
  nodes: (number | string)[]
  records: string[]
}

/** Where a grant's completions go. */
export interface CompletionSink {
  /** Of the partition. */
  readonly number: number
  complete(grant: Grant, node: number | string, record: string, final: boolean): void
}

export class Grant {
  /** What waits for the next turn: nodes (of a grant of lone tasks: workflows), and their records. */
  nodes: (number | string)[] = []
  records: string[] = []
  bytes = 0

  constructor(
    readonly partition: CompletionSink,
    readonly batch: Batch,
    readonly workflow: string,
    readonly run: string,
    readonly prefix: string,
    readonly template: string,
    readonly attemptNumber: number,
    /** Letter and node of the input that failed; '-' when this is no error callback. `W<child>`: see {@link child}. */
    readonly cause: string,
    /** '' none, '=' + JSON, '@' + expression. */
    readonly input: string,
    readonly spec: TaskSpec,
    /** 0; else its workers were lost while it may have run: 1 to 9 (redis/lua/lib/loss.lua). */
    readonly suspicion = 0,
    /** Attempts before it was requeued: they do not count as retries. */
    readonly before = 0,
    /** What its workflow carries of a trace, and spans of its inputs; '' for nothing. */
    readonly trace = '',
  ) {}

  /** The child that the node waited for, when this is to read what came of it. */
  get child(): string | undefined {
    return this.cause.charCodeAt(0) === 87 ? this.cause.slice(1) : undefined
  }

  /** The grant holds workflows of one task each. */
  get lone(): boolean {
    return this.workflow === ''
  }

  complete(node: number | string, record: string): void {
    this.nodes.push(node)
    this.records.push(record)
    this.bytes += record.length + 8
  }

  /** Takes completions, at most so many bytes and nodes but at least one, as the arguments of a turn. */
  take(maxBytes: number, maxNodes: number): Taken {
    let count = this.nodes.length
    let bytes = this.bytes
    if (bytes > maxBytes || count > maxNodes) {
      bytes = 0
      for (count = 0; count < this.nodes.length && count < maxNodes && (count === 0 || bytes < maxBytes); count++) {
        bytes += (this.records[count] as string).length + 8
      }
    }
    const nodes = this.nodes.splice(0, count)
    const records = this.records.splice(0, count)
    this.bytes -= bytes
    const [workflow, list] = this.lone ? [nodes.join(','), '*'] : [this.workflow, nodes.join(',')]
    const args = [workflow, this.run, this.prefix, this.template, this.batch.name, list, records.join(SEPARATOR)]
    return { args, bytes, nodes, records }
  }
}

/** Arguments of one group of completions: see {@link Grant.take}. */
const GROUP = 7

/** A turn's completions by workflow; those of workflows of one task are told apart. */
export function* completionGroups(completions: Argument[]): Generator<Argument[]> {
  for (let from = 0; from < completions.length; from += GROUP) {
    const group = completions.slice(from, from + GROUP)
    if (group[5] !== '*') {
      yield group
      continue
    }
    const records = String(group[6]).split(SEPARATOR)
    for (const [k, id] of String(group[0]).split(',').entries()) yield [id, ...group.slice(1, 5), '0', records[k] as string]
  }
}

/** Specs by their text: a worker sees the same few over and over. */
export class SpecCache {
  private readonly specs = new Map<string, TaskSpec>()

  get(text: string): TaskSpec {
    let spec = this.specs.get(text)
    if (!spec) {
      if (this.specs.size > 5_000) this.specs.clear()
      spec = JSON.parse(text) as TaskSpec
      this.specs.set(text, spec)
    }
    return spec
  }
}
