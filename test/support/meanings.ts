/** What each conformance task means, as pure functions: the evaluator's half of the table in the README of test/conformance. */
import type { Canvas, Json, Signature } from '../../src/engine/index.js'

/** A task that ended in failure; `type` is the error's type on the wire. */
export class Failure extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message)
  }
}

export type Kwargs = { [name: string]: Json }

/** A call's value, or the canvas that takes the task's place. */
export type Given = { value: Json } | { canvas: Canvas }

export function signature(task: string, args: Json[], kwargs: Kwargs, immutable = false): Signature {
  return { kind: 'task', task, args, kwargs, options: {}, immutable }
}

const sum = (x: Json | undefined): number => (Array.isArray(x) ? x.reduce<number>((total, item) => total + sum(item), 0) : Number(x))

/** An outcome in few words: of an error its type, and what it comes from at last. */
function told(outcome: Json): Json {
  const { state, result, results, error } = outcome as { state: string; result?: Json; results?: Json[]; error?: Kwargs }
  if (state === 'SUCCESS') return { ok: result ?? null }
  if (state === 'GROUP') return { group: (results ?? []).map(told) }
  let root = error
  while (root?.cause !== undefined) root = root.cause as Kwargs
  return { [state]: [error?.type ?? null, root?.type ?? null, root?.message ?? null] }
}

/** What `task` gives for these arguments; `record` gets the marks of callbacks. Throws {@link Failure}. Retries leave no trace. */
export function meaningOf(task: string, args: Json[], kwargs: Kwargs, record: (mark: [string, unknown]) => void): Given {
  const { tag = '', ...others } = kwargs
  const [x = null, y = null] = args
  switch (task) {
    case 'node':
      return { value: { t: tag, a: args, k: others } }
    case 'const':
      return { value: kwargs.value ?? null }
    case 'ident':
      return { value: x }
    case 'add':
      return { value: Number(x) + Number(y) }
    case 'mul':
      return { value: Number(x) * Number(y) }
    case 'xsum':
      return { value: sum(x) }
    case 'flaky':
      return { value: { t: tag, a: args, k: {} } }
    case 'boom':
    case 'exhaust':
      throw new Failure('ValueError', String(tag))
    case 'swap':
      return { canvas: signature('node', args, { tag: `${tag}.r` }, true) }
    case 'swapchain': {
      const steps = [signature('node', args, { tag: `${tag}.1` }, true), signature('node', [], { tag: `${tag}.2` })]
      return { canvas: { kind: 'chain', steps, options: {} } }
    }
    case 'swapgroup': {
      const members = Array.from({ length: Number(kwargs.n) }, (_, i) => signature('node', [...args, i], { tag: `${tag}.g` }, true))
      return { canvas: { kind: 'group', members, options: {} } }
    }
    case 'outcomes':
      return { value: Array.isArray(x) ? x.map(told) : x }
    case 'mark':
      record([String(tag), args])
      return { value: x }
    case 'errmark':
      record([String(tag), (args[1] as Kwargs | undefined)?.type ?? null])
      return { value: null }
    default:
      throw new Error(`${task} is no conformance task`)
  }
}
