/**
 * What a canvas of the conformance tasks must end with, evaluated directly on the tree: no graph, no compile step, no clock.
 *
 * Shares only the types of the canvas with the engine. It follows docs/canvas-semantics.md rule by rule (numbers below are its
 * sections) and is itself held to all conformance cases by test/conformance/evaluator.test.ts.
 */
import type { Canvas, Chord, DagNode, Json, Signature } from '../../src/engine/index.js'
import { Failure, meaningOf, signature } from './meanings.js'

export interface EvalError {
  type: string
  message: string
  cause?: EvalError
}

export type EvalOutcome =
  | { state: 'SUCCESS'; result: Json }
  | { state: 'FAILURE'; error: EvalError }
  | { state: 'GROUP'; results: EvalOutcome[] }

export interface Evaluation {
  outcome: EvalOutcome
  /** What the callbacks noted, in no order that means anything. */
  marks: [string, unknown][]
}

/** An outcome while it may still be a header: `unreached` are members that ended with the ChordError of a header before them. */
type Settled = Exclude<EvalOutcome, { state: 'GROUP' }> | { state: 'GROUP'; results: Settled[]; unreached?: EvalError }

/** What reaches a canvas: arguments to prepend, or the ChordError of a header that failed before it. */
type Input = { args: Json[] } | { chordError: EvalError }

/** An error callback that a chain's steps share is called once (5.3). */
interface ErrorCallback {
  canvas: Canvas
  called: boolean
  /** Of a chain: it watches the join before a group as well as the group's members. */
  ofChain: boolean
}

interface Callbacks {
  link: Canvas[]
  linkError: ErrorCallback[]
  /** Those of groups around: every member gets one of its own. */
  memberError: Canvas[]
  /** Of linkError those that hear of the members too if the canvas ends in a group: not those in whose chain something follows, for there that
   * group is a header, and the join reports what fails in it (4.3). */
  tailError: ErrorCallback[]
}

const NONE: Callbacks = { link: [], linkError: [], memberError: [], tailError: [] }

/** Evaluates `canvas` to its outcome and marks. */
export function evaluate(canvas: Canvas): Evaluation {
  const evaluator = new Evaluator()
  const outcome = evaluator.run(canvas, { args: [] }, NONE)
  return { outcome: seenFrom(outcome), marks: evaluator.marks }
}

class Evaluator {
  readonly marks: [string, unknown][] = []

  run(canvas: Canvas, input: Input, inherited: Callbacks): Settled {
    const callbacks = joined(canvas, inherited)
    switch (canvas.kind) {
      case 'task':
        return this.runTask(canvas, input, callbacks)
      case 'group':
        return this.runGroup(canvas.members, input, callbacks)
      case 'chord':
        return this.runChord(canvas, input, callbacks)
      case 'chain':
        return this.runSteps(canvas.steps, input, callbacks)
      case 'graph':
        return this.runGraph(canvas.nodes, input, callbacks)
    }
  }

  /** 2: each step gets what the one before it gave. A group before a step makes a chord of the two. */
  private runSteps(steps: Canvas[], input: Input, { link, linkError, tailError }: Callbacks): Settled {
    let last: Settled | undefined
    for (const [i, step] of steps.entries()) {
      if (last?.state === 'FAILURE') return last
      const isLast = i === steps.length - 1
      const callbacks = { link: isLast ? link : [], linkError, memberError: [], tailError: isLast ? tailError : [] }
      last = this.run(step, last === undefined ? input : inputFrom(last), callbacks)
    }
    return last ?? { state: 'SUCCESS', result: null }
  }

  /** 9: a part runs when all that it comes after succeeded; else it is skipped, with the error of the one that stands first. */
  private runGraph(nodes: DagNode[], input: Input, { link, linkError }: Callbacks): Settled {
    const callbacks = { link: [], linkError, memberError: [], tailError: linkError }
    const done = new Map<string, { result: Json } | { error: EvalError }>()
    const ranks = new Map<string, number>()
    const settle = (names: string[]): { result: { [name: string]: Json } } | { error: EvalError } => {
      const result: { [name: string]: Json } = {}
      // What was skipped or failed is told by the part that was reached first on the way down.
      for (const name of [...names].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0))) {
        const part = done.get(name)
        if (part === undefined) throw new Error(`${name} comes later`)
        if ('error' in part) return part
        result[name] = part.result
      }
      return { result: Object.fromEntries(names.map((name) => [name, result[name] ?? null])) }
    }
    for (const { name, canvas, after } of downwards(nodes)) {
      const before = settle(after)
      ranks.set(name, ranks.size)
      if ('error' in before) done.set(name, before)
      else {
        const last = this.run(canvas, after.length === 0 ? input : { args: [before.result] }, callbacks)
        const error = firstError(last)
        done.set(name, error ? { error } : { result: resultOf(last) })
      }
    }
    const ends = nodes.map(({ name }) => name).filter((name) => !nodes.some(({ after }) => after.includes(name)))
    if (nodes.length === 0 && 'chordError' in input)
      return this.failed(input.chordError, { link, linkError, memberError: [], tailError: [] })
    const all = settle(ends)
    return 'error' in all ? failure(all.error) : this.succeeded(all.result, { link, linkError, memberError: [], tailError: [] })
  }

  /** 4: the callbacks are the body's. */
  private runChord({ header, body, options }: Chord, input: Input, callbacks: Callbacks): Settled {
    const ended = this.run({ kind: 'group', members: header, options: {} }, input, NONE)
    // 4.7: once the header was reached, the body gets what became of it.
    const collects = options.onFailure === 'collect' && !('chordError' in input) && ended.state === 'GROUP'
    return this.run(body, collects ? { args: [outcomesOf(ended.results)] } : inputFrom(ended), callbacks)
  }

  /** 3: side by side; a group directly inside a group flattens. */
  private runGroup(members: Canvas[], input: Input, around: Callbacks): Settled {
    // What belongs to a chord whose body this is, every member gets of its own; what belongs to a chain is called once for all.
    const memberError = [...around.memberError, ...around.tailError.flatMap(({ canvas, ofChain }) => (ofChain ? [] : [canvas]))]
    const linkError = around.tailError.filter(({ ofChain }) => ofChain)
    const callbacks = { ...around, linkError, memberError, tailError: linkError }
    // The join before this group failed: that is a failure of the step, whoever watches the members.
    const watching = { ...around, linkError: around.linkError.filter(({ ofChain }) => ofChain) }
    const results = members.flatMap((member) => {
      const outcome = this.run(member, input, callbacks)
      return member.kind === 'group' && outcome.state === 'GROUP' ? outcome.results : [outcome]
    })
    if ('chordError' in input) this.failed(input.chordError, watching)
    return { state: 'GROUP', results, ...('chordError' in input && { unreached: input.chordError }) }
  }

  private runTask(sig: Signature, input: Input, callbacks: Callbacks): Settled {
    if ('chordError' in input) return this.failed(input.chordError, callbacks)
    const args = sig.immutable || sig.each ? sig.args : [...input.args, ...sig.args]
    try {
      const given = this.call(sig, args)
      return 'value' in given ? this.succeeded(given.value, callbacks) : this.replaced(given.canvas, callbacks)
    } catch (error) {
      if (error instanceof Failure) return this.failed({ type: error.type, message: error.message }, callbacks)
      throw error
    }
  }

  /** 6.4: map and starmap are one task over many items. */
  private call(sig: Signature, args: Json[]): { value: Json } | { canvas: Canvas } {
    const record = (mark: [string, unknown]) => void this.marks.push(mark)
    if (!sig.each) return meaningOf(sig.task, args, sig.kwargs, record)
    const values = (args[0] as Json[]).map((item) => {
      const given = meaningOf(sig.task, sig.each === 'map' ? [item] : (item as Json[]), sig.kwargs, record)
      return 'value' in given ? given.value : null
    })
    return { value: values }
  }

  /** 6.1: the task's place and callbacks pass to the replacement; a group's value is its list. */
  private replaced(canvas: Canvas, callbacks: Callbacks): Settled {
    if (canvas.kind !== 'group') return this.run(canvas, { args: [] }, callbacks)
    const gather = signature('ident', [], {})
    return this.runSteps([canvas, gather], { args: [] }, callbacks)
  }

  private succeeded(value: Json, { link }: Callbacks): Settled {
    for (const callback of link) this.run(callback, { args: [value] }, NONE)
    return { state: 'SUCCESS', result: value }
  }

  /** 5.2: (request, error, traceback) is prepended. */
  private failed(error: EvalError, { linkError }: Callbacks): Settled {
    for (const callback of linkError) {
      if (callback.called) continue
      callback.called = true
      this.run(callback.canvas, { args: [{}, { type: error.type, message: error.message }, ''] }, NONE)
    }
    return failure(error)
  }
}

/** A canvas's own callbacks and those of the compounds around it (5.3). */
function joined({ kind, options: { link = [], linkError = [] } }: Canvas, around: Callbacks): Callbacks {
  const links = [...link, ...around.link]
  const own = [...linkError, ...around.memberError]
  if (kind === 'group') return { ...around, link: links, memberError: own }
  const watches = kind === 'chain' || kind === 'graph'
  const mine = own.map((canvas) => ({ canvas, called: false, ofChain: watches }))
  // What a chord hands to a body that is a chain or a graph is that one's from here on.
  const mineNow = new Map(around.linkError.map((callback) => [callback, watches ? { ...callback, ofChain: true } : callback]))
  const handed = (list: ErrorCallback[]) => list.map((callback) => (callback.ofChain ? callback : (mineNow.get(callback) ?? callback)))
  return {
    link: links,
    linkError: [...mine, ...handed(around.linkError)],
    memberError: [],
    tailError: [...mine, ...handed(around.tailError)],
  }
}

/** The parts of a graph, each behind those that it comes after: depth first, from the first one written. */
function downwards(nodes: DagNode[]): DagNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const order = new Set<DagNode>()
  const visit = (node: DagNode): void => {
    if (order.has(node)) return
    for (const name of node.after) visit(byName.get(name) as DagNode)
    order.add(node)
  }
  for (const node of nodes) visit(node)
  return [...order]
}

const failure = (error: EvalError): Settled => ({ state: 'FAILURE', error })

/** 8.2: a group counts when it was reached; a failure before it is a failure of the whole. */
function seenFrom(settled: Settled): EvalOutcome {
  if (settled.state !== 'GROUP') return settled
  if (settled.unreached) return { state: 'FAILURE', error: settled.unreached }
  return { state: 'GROUP', results: settled.results.map(seenFrom) }
}

const outcomesOf = (results: Settled[]): Json => results.map(seenFrom) as unknown as Json

function inputFrom(last: Settled): Input {
  const cause = firstError(last)
  if (cause) return { chordError: { type: 'ChordError', message: 'a member of the header failed', cause } }
  return { args: [resultOf(last)] }
}

/** 4.3: of the failed members the one that stands first in definition order. */
function firstError(settled: Settled): EvalError | undefined {
  if (settled.state === 'FAILURE') return settled.error
  if (settled.state === 'SUCCESS') return undefined
  for (const member of settled.results) {
    const error = firstError(member)
    if (error) return error
  }
  return settled.unreached
}

function resultOf(settled: Settled): Json {
  if (settled.state === 'FAILURE') throw new Error('what failed has no result')
  return settled.state === 'SUCCESS' ? settled.result : settled.results.map(resultOf)
}
