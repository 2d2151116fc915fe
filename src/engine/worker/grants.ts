/**
 * What a turn granted. A grant is a run of nodes that share workflow, template and input; its completions travel back together. A batch is all
 * that one turn granted; when its last node is finished, its record in Redis is no longer needed.
 */
import type { TaskSpec } from '../protocol/layout.js'
import type { Argument } from '../redis/scripts.generated.js'

/** One grant as the script answers it; see redis/lua/lib/grant.lua. */
export type GrantReply = [
  workflow: string,
  run: string,
  prefix: string,
  template: string,
  first: string | number,
  count: string | number,
  stride: string | number,
  attempt: string,
  deliveries: string,
  cause: string,
  input: string,
  spec: string,
  ...definitions: string[],
]

export const FIRST_DEFINITION = 12

export class Batch {
  outstanding = 0
  constructor(
    /** `<lane>:<sequence>`; with the incarnation in front it is the attempt id. */
    readonly name: string,
  ) {}
}

export class Grant {
  /** Completions that wait for the next turn: node index, record, … */
  pending: Argument[] = []
  pendingBytes = 0

  constructor(
    readonly batch: Batch,
    readonly workflow: string,
    readonly run: string,
    readonly prefix: string,
    readonly template: string,
    readonly attemptNumber: number,
    /** Letter and node of the input that failed; '-' when this is no error callback. */
    readonly cause: string,
    /** '' none, '=' + JSON, '@' + expression. */
    readonly input: string,
    readonly spec: TaskSpec,
  ) {}
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
