/**
 * A workflow's graph as people look at it: tasks and what comes after them, where many that are alike stand as one. Pure.
 *
 * Nodes of one template share everything but their arguments, successors included; so the templates are the picture of a wide graph, and its
 * size does not depend on how wide it is.
 */
import { ChordisError } from './errors.js'
import { segmentParent } from './ids.js'
import type { NodeState } from './states.js'
import { parseTemplate, type Successor, successorIndexes } from './stored.js'

/** One part of a graph's picture: a task call, many that are alike, or a point where several meet. */
export interface GraphViewNode {
  /** The node's id (`17`, `17/0`); of many alike, an id to ask for them with (`t3`). */
  id: string
  /** `null`: a point where several meet, which no worker runs. */
  task: string | null
  queue?: string
  /** How many task calls it stands for. */
  count: number
  /** How many of them are in which state. */
  states: { [state in NodeState]?: number }
  /** The task call that added it while it ran. */
  parent?: string
  /** Where in the canvas it was written; of many alike, the first. Known when a canvas is checked, not of a stored workflow. */
  path?: string
}

/** `to` comes after `from`: when it succeeded, or (an error callback) when it failed. */
export interface GraphViewEdge {
  from: string
  to: string
  when: 'success' | 'failure'
}

/** One page of a graph. */
export interface GraphView {
  nodes: GraphViewNode[]
  /** From the nodes of this page. */
  edges: GraphViewEdge[]
  /** Where the next page begins; `null` at the end. */
  cursor: string | null
}

/** Which part of a graph is asked for. */
export interface GraphViewOptions {
  /** More calls than this that are alike stand as one. Default 20. */
  collapse?: number
  /** Parts of one page. Default 500, at most 5,000. */
  limit?: number
  /** `cursor` of the page before. */
  cursor?: string | undefined
  /** Id of many alike: they one by one, without edges. */
  of?: string | undefined
}

/** The nodes of the submitted graph (prefix `''`), or those that a running task added. */
export interface Segment {
  prefix: string
  /** Texts of its templates, by number. */
  templates: ReadonlyMap<string, string>
  /** The template of each node. */
  templateOf: readonly string[]
  /** A letter for each node's state: P T Y S F R K. */
  states: string
  paths?: readonly string[]
}

/** Letters of {@link Segment.states}. */
export const LETTERS: { readonly [state in NodeState]: string } = {
  PENDING: 'P',
  STARTED: 'T',
  RETRY: 'Y',
  SUCCESS: 'S',
  FAILURE: 'F',
  REVOKED: 'R',
  SKIPPED: 'K',
}

const STATE = Object.fromEntries(Object.entries(LETTERS).map(([state, letter]) => [letter, state as NodeState]))

const COLLAPSE = 20
const LIMIT = 500
const MOST = 5_000

interface Template {
  task: string | null
  queue: string
  mode: string
  successors: Successor[]
  /** Its nodes, ascending. */
  nodes: number[]
  /** Settles the place that its segment replaced: no arrow, the place is its nodes' parent. */
  settles: boolean
}

interface Parsed extends Segment {
  known: Map<string, Template>
}

/** A part of the picture, before it is drawn: its segment, and a node or (`many`) all of a template. */
interface Part {
  segment: Parsed
  template: string
  first: number
  many: boolean
}

/** One page of the picture. Throws `request-invalid` for options out of range, `not-found` for an `of` that is not there. */
export function graphView(segments: readonly Segment[], options: GraphViewOptions = {}): GraphView {
  const collapse = whole(options.collapse, COLLAPSE, 1, 100_000, 'collapse')
  const limit = whole(options.limit, LIMIT, 1, MOST, 'limit')
  const parsed = segments.map(parse)
  const parts = options.of === undefined ? partsOf(parsed, collapse) : membersOf(parsed, options.of)
  const ids = new Map(parts.map((part, k) => [idOf(part), k]))
  const from = options.cursor === undefined ? 0 : ids.get(options.cursor)
  if (from === undefined) throw new ChordisError('request-invalid', 'must be the cursor of a page before', { path: 'cursor' })
  const page = parts.slice(from, from + limit)
  const following = parts[from + limit]
  const bySegment = new Map(parsed.map((segment) => [segment.prefix, segment]))
  const edges = options.of === undefined ? page.flatMap((part) => edgesOf(part, bySegment, collapse)) : []
  return { nodes: page.map(draw), edges, cursor: following === undefined ? null : idOf(following) }
}

function whole(value: number | undefined, otherwise: number, least: number, most: number, path: string): number {
  if (value === undefined) return otherwise
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new ChordisError('request-invalid', `must be a whole number from ${least} to ${most}`, { path })
}

function parse(segment: Segment): Parsed {
  const known = new Map<string, Template>()
  for (const [number, text] of segment.templates) known.set(number, templateFrom(text))
  for (const [index, number] of segment.templateOf.entries()) known.get(number)?.nodes.push(index)
  return { ...segment, known }
}

function templateFrom(text: string): Template {
  const { virtual, mode, queue, successors, place, spec } = parseTemplate(text)
  return { task: virtual ? null : spec.task, queue, mode, successors, nodes: [], settles: place }
}

const isMany = (template: Template, collapse: number): boolean => template.nodes.length > collapse

/** All parts in the order of their first nodes, what was added behind what was submitted. */
function partsOf(segments: readonly Parsed[], collapse: number): Part[] {
  return segments.flatMap((segment) => {
    const parts: Part[] = []
    for (const [number, template] of segment.known) {
      if (isMany(template, collapse)) parts.push({ segment, template: number, first: template.nodes[0] as number, many: true })
      else for (const first of template.nodes) parts.push({ segment, template: number, first, many: false })
    }
    return parts.sort((a, b) => a.first - b.first)
  })
}

function membersOf(segments: readonly Parsed[], of: string): Part[] {
  for (const segment of segments) {
    for (const [number, template] of segment.known) {
      if (bundleId(segment, number) !== of || template.nodes.length === 0) continue
      return template.nodes.map((first) => ({ segment, template: number, first, many: false }))
    }
  }
  throw new ChordisError('not-found', `this graph has no ${JSON.stringify(of)} that stands for many`, { path: 'of' })
}

const bundleId = ({ prefix }: Segment, template: string): string => `${prefix}t${template}`
const idOf = ({ segment, template, first, many }: Part): string => (many ? bundleId(segment, template) : `${segment.prefix}${first}`)

function draw(part: Part): GraphViewNode {
  const { segment, first } = part
  const template = templateOf(segment, part.template)
  const nodes = part.many ? template.nodes : [first]
  const states: GraphViewNode['states'] = {}
  for (const node of nodes) {
    const state = STATE[segment.states[node] ?? 'P'] ?? 'PENDING'
    states[state] = (states[state] ?? 0) + 1
  }
  const parent = segmentParent(segment.prefix)
  const path = segment.paths?.[first]
  return {
    id: idOf(part),
    task: template.task,
    ...(template.task === null ? {} : { queue: template.queue }),
    count: nodes.length,
    states,
    ...(parent === undefined ? {} : { parent }),
    ...(path === undefined ? {} : { path }),
  }
}

function templateOf(segment: Parsed, number: string): Template {
  const template = segment.known.get(number)
  if (template === undefined) throw new ChordisError('workflow-corrupt', `template ${segment.prefix}${number} is missing`)
  return template
}

function edgesOf(part: Part, segments: ReadonlyMap<string, Parsed>, collapse: number): GraphViewEdge[] {
  const template = templateOf(part.segment, part.template)
  if (template.settles) return []
  const from = idOf(part)
  const edges = new Map<string, GraphViewEdge>()
  const draws = (to: string, when: GraphViewEdge['when']): void => void edges.set(to, { from, to, when })
  for (const successor of template.successors) {
    const segment = successor.prefix === null ? part.segment : segments.get(successor.prefix)
    const target = segment?.known.get(successor.template)
    if (segment === undefined || target === undefined) continue
    const when = target.mode === 'e' ? 'failure' : 'success'
    if (isMany(target, collapse)) {
      draws(bundleId(segment, successor.template), when)
      continue
    }
    // From few into few, or into a join that all share.
    const sources = successor.relative && part.many ? template.nodes : [part.first]
    for (const source of sources) {
      for (const index of successorIndexes(successor, source)) draws(`${segment.prefix}${index}`, when)
    }
  }
  return [...edges.values()]
}
