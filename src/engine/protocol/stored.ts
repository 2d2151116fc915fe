/** The shapes that are stored with a workflow, and the few constants that writer and readers share. Pure. */
import type { Json } from '../canvas/types.js'

/** Definitions longer than this (bytes) get a field of their own, so that reading their neighbours stays cheap. */
export const INLINE_BYTES = 512
/** Where calls go that name no queue. */
export const DEFAULT_QUEUE = 'default'
export const BLOCK = 32
/** Ends every definition of a block; JSON never holds it unescaped. */
export const SEPARATOR = '\x1e'
/** Stands for a definition that has a field of its own. */
export const MARKER = '\x1d'

/** In front of an expression: not results but outcomes, as the body of a chord with `onFailure: 'collect'` gets them. */
export const SETTLED = '~'
/** In front of the first item of a list of outcomes: the node whose success means that the group was reached. */
export const GATE = '^'

/** A graph ready to be stored. `fields` holds templates, blocks and large definitions, without prefix. */
export interface StoredGraph {
  /** Tasks; virtual nodes do not count. */
  total: number
  /** Nodes, virtual ones included. */
  nodes: number
  outs: number
  roots: string
  output: StoredOutput
  fields: [name: string, value: string | Buffer][]
}

/** Output tree as stored in the meta: a node, or `['g', gate, member…]` where a member may be a range `'first:count:stride'`. */
export type StoredOutput = number | string | ['g', number | null, ...StoredOutput[]]

/** What the end of a segment settles: the place that a task gave up, or one more member of a join. */
export interface SegmentEnd {
  kind: 'place' | 'member'
  prefix: string
  index: number
  template: string
  /** The chord that the task belongs to, and so what it adds: `!<prefix>!<index of the join>@<template>`. */
  chord?: string
}

/** What a worker must know of a node beyond its arguments; the last part of a template. */
export interface TaskSpec {
  task: string
  each?: 'map' | 'starmap'
  retry?: Json
  /** What the call says; where it says nothing, the task's own option counts. */
  ignoreResult?: boolean
  /** How long an attempt may run, ms; 0: without end. Where the call says nothing, the task's own limit counts. */
  timeLimitMs?: number
  /** When its signal fires, ms. */
  softTimeLimitMs?: number
  errorInput?: true
  /** The join that `addToChord` feeds, as `<ref>@<template>`; in what a task added: `!<prefix>!<index>@<template>`. */
  chord?: string
}

/** What the client keeps of a workflow beside its graph; the meta field `m`. */
export interface WorkflowMeta {
  /** Output tree. */
  o: StoredOutput
  /** Nodes of the submitted graph, virtual ones included. */
  n: number
  /** Tasks among them. */
  c: number
  name?: string
  tags?: string[]
  tenant?: string
}

/** An entry of a template's successors; see ARCHITECTURE.md for its text. */
export interface Successor {
  /** The segment, where it is not the node's own. */
  prefix: string | null
  /** `ref` counts from the node itself. */
  relative: boolean
  ref: number
  count: number
  stride: number
  /** Of the nodes it names. */
  template: string
}

/** A node that waits in another queue than its canvas says was moved by a copy of its template, under a number so far behind (lua/lib/moved.lua). */
export const MOVED_TEMPLATE = 1_000_000

/** The parts of a template's text that TypeScript reads; the rest is the Lua's. */
export interface TemplateParts {
  mode: string
  needs: number
  queue: string
  priority: number
  /** `-` or what its call says of when it may run, see ARCHITECTURE.md. */
  delay: string
  /** No worker runs such a node. */
  virtual: boolean
  /** The outcome is made of it. */
  output: boolean
  /** Hands its input's code on to more successors than one node may name. */
  fan: boolean
  /** Ends a group: what fails in it is a ChordError. */
  group: boolean
  /** The node that settles a place which a task gave up. */
  place: boolean
  /** The only node that it waits for, as a reference; of a join all of them as an expression; `-` for none, and for a wide chord. */
  pred: string
  input: string
  successors: Successor[]
  spec: TaskSpec
}

/** Reads a template's text (ARCHITECTURE.md). */
export function parseTemplate(text: string): TemplateParts {
  const end = text.indexOf('\n')
  const [
    mode = 'a',
    needs = '0',
    queue = DEFAULT_QUEUE,
    priority = '0',
    delay = '-',
    flags = '-',
    ,
    ,
    ,
    pred = '-',
    input = '-',
    successors = '-',
  ] = text.slice(0, end).split(' ')
  return {
    mode,
    needs: Number(needs),
    queue,
    priority: Number(priority),
    delay,
    virtual: flags.includes('v'),
    output: flags.includes('o'),
    fan: flags.includes('f'),
    group: flags.includes('g'),
    place: flags.includes('p'),
    pred,
    input,
    successors: parseSuccessors(successors),
    spec: JSON.parse(text.slice(end + 1) || '{}') as TaskSpec,
  }
}

/** The nodes that a successor of node `index` names. */
export function* successorIndexes({ relative, ref, count, stride }: Successor, index: number): Generator<number> {
  const first = relative ? index + ref : ref
  for (let k = 0; k < count; k++) yield first + k * stride
}

function parseSuccessors(text: string): Successor[] {
  return [...text.matchAll(/(?:!([^!]*)!)?([+-]?)(\d+)(?::(\d+))?(?::(\d+))?@(\d+)/g)].map(
    ([, prefix, sign, ref, count, stride, template = '']) => ({
      prefix: prefix ?? null,
      relative: sign !== '',
      ref: sign === '-' ? -Number(ref) : Number(ref),
      count: Number(count ?? 1),
      stride: Number(stride ?? 1),
      template,
    }),
  )
}
