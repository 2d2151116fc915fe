/** A worker process made by hand, for tests of single turns. */
import type { Redis } from 'ioredis'
import { compile } from '../../src/engine/canvas/compile.js'
import type { Canvas } from '../../src/engine/index.js'
import { layoutGraph } from '../../src/engine/protocol/layout.js'
import { SEPARATOR } from '../../src/engine/protocol/stored.js'
import { Namespace } from '../../src/engine/redis/namespace.js'
import { type Argument, calls, type ScriptCall } from '../../src/engine/redis/scripts.generated.js'
import type { TestEngine } from './harness.js'

export type Look = 0 | 1 | 2
export type Grant = [head: string, input: string, spec: string, definitions: string]
export type Reply = [what: string, more: number, dueMs: number, lost: string[], grants: Grant[]]

/** A worker process made by hand: one lane, turns one by one. */
export class Hand {
  sequence = 0
  private last: (epoch: string) => ScriptCall = () => {
    throw new Error(`${this.name} has made no turn`)
  }

  private constructor(
    private readonly connection: Redis,
    private readonly namespace: Namespace,
    readonly name: string,
  ) {}

  static async open(connection: Redis, engine: TestEngine, tasks: string[], name: string): Promise<Hand> {
    const namespace = new Namespace({ namespace: engine.namespace })
    await namespace.load(connection)
    const hand = new Hand(connection, namespace, name)
    await namespace.runAtEpoch(connection, 0, (epoch) => calls.open(epoch, name, 0, 0, '{}', '', tasks))
    return hand
  }

  async turn(look: Look, want: number, completions: Argument[], queues = ',default,'): Promise<Reply> {
    this.sequence++
    const { sequence } = this
    this.last = (epoch) => calls.turn(epoch, this.name, 0, sequence, queues, want, look, '', 1_048_576, completions)
    return this.repeat()
  }

  /** The last turn once more, as it was: its reply was lost. */
  async repeat(): Promise<Reply> {
    return (await this.namespace.runAtEpoch(this.connection, 0, this.last)) as unknown as Reply
  }

  /** Says that the handler of a node, leased by the last turn, is about to be called. */
  async begin(workflow: string, node: string, mark: 'a' | 'b' | 'n'): Promise<unknown> {
    const attempt = `${this.name}:0:${this.sequence}`
    return this.namespace.runAtEpoch(this.connection, 0, (epoch) => calls.begin(epoch, workflow, '1', node, attempt, mark))
  }

  /** Starts a child of a node, leased by the first turn, that the node will wait for; answers its id, or why not. Kept 0 ms after its end. */
  async spawn(workflow: string, canvas: Canvas, node: number): Promise<string> {
    const { fields, total, outs, roots, output, nodes } = layoutGraph(compile(canvas))
    const meta = JSON.stringify({ o: output, n: nodes, c: total })
    const pairs = [['m', meta] as const, ...fields].flat()
    const spawn = (epoch: string) =>
      calls.spawn(epoch, workflow, '1', String(node), `${this.name}:0:1`, '0', '0.0', '00', 'c', 1, 1, total, outs, 0, roots, pairs)
    const [what, id] = await this.namespace.runAtEpoch(this.connection, 0, spawn)
    return typeof id === 'string' ? id : what
  }

  /** All that is stored of a workflow and of this process, without ids and times (`b`: when it was heard). */
  async stored(id: string): Promise<unknown> {
    const keys = this.namespace.keys(0)
    const workflow = await this.connection.hgetall(keys.of('workflow', id))
    const control = workflow.s?.split(' ')
    if (control) for (const time of [5, 6, 7, 8]) control[time] = control[time] === '0' ? '0' : 't'
    const lists = await this.connection.keys(`${keys.base}[qk]:*`)
    const entries = await Promise.all(lists.sort().map((key) => this.connection.lrange(key, 0, -1)))
    const { b, ...process } = await this.connection.hgetall(keys.of('process', this.name))
    const timers = (await this.connection.zrange(keys.of('timers'), '0', '-1')) as string[]
    const all = { workflow: { ...workflow, s: control }, lists: lists.map((key) => key.slice(keys.base.length)), entries, process, timers }
    return JSON.parse(JSON.stringify(all).replaceAll(id, 'ID').replaceAll(this.name, 'PROCESS'))
  }
}

/** A completion of every node of a grant, all with the same record. */
export function allOf([head]: Grant, sequence: number, record: string): string[] {
  const [workflow, run, prefix, template, first, count, stride] = head.split('|') as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const nodes = Array.from({ length: Number(count) }, (_, k) => Number(first) + k * Number(stride))
  return [workflow, run, prefix, template, `0:${sequence}`, nodes.join(','), nodes.map(() => record).join(SEPARATOR)]
}
