/** A workflow in memory, read as one in Redis is: the same fields, through the same code. */
import { definitionsOf, parseDefinition } from '../protocol/blocks.js'
import type { Lineage } from '../protocol/children.js'
import { layoutGraph, layoutSegment } from '../protocol/layout.js'
import { definitionText, specText } from '../protocol/layout-texts.js'
import { type Head, headOf, type Segment as Part, WorkflowReader } from '../protocol/reader.js'
import { controlText, nodeState } from '../protocol/states.js'
import type { TaskSpec } from '../protocol/stored.js'
import { type NodeRange, valueText } from '../protocol/values.js'
import { LETTERS, type Segment as Picture } from '../protocol/view.js'
import type { GraphRun } from './graph-run.js'
import type { RunNode, Segment } from './run-node.js'

/** What a worker is told of a task. */
export const specOf = ({ node }: RunNode): TaskSpec => JSON.parse(specText(node, '-')) as TaskSpec

/** The call as it is stored: its arguments are JSON from here on. */
export const definitionOf = ({ node }: RunNode): string => definitionText(node, 0)

/** What a segment would be in Redis: made when somebody looks. */
interface Laid {
  templates: Map<string, string>
  definitions: string[]
}

export class RunSource extends WorkflowReader {
  readonly partition = 0

  /** `find`: null when there is no such workflow, or no longer. */
  constructor(
    readonly id: string,
    private readonly find: () => GraphRun | null,
  ) {
    super()
  }

  async head(): Promise<Head | null> {
    const run = this.find()
    return run && headOf(controlText(run.control), JSON.stringify(run.meta), null)
  }

  async read(names: readonly string[]): Promise<(string | null)[]> {
    const run = this.find()
    return names.map((name) => (run === null ? null : fieldOf(run, name)))
  }

  async joined({ prefix, first, count, stride }: NodeRange): Promise<string | null> {
    const nodes = this.find()?.segments.get(prefix)?.nodes
    const texts: string[] = []
    for (let k = 0; k < count; k++) {
      const record = nodes?.[first + k * stride]?.record
      if (!record?.startsWith('S')) return null
      texts.push(record.slice(record.indexOf('|') + 1))
    }
    return texts.join(',')
  }

  async definitions(prefix: string, from: number, to: number): Promise<string[]> {
    const segment = this.find()?.segments.get(prefix)
    return segment === undefined ? [] : laid(segment).definitions.slice(from, to)
  }

  async lineage(): Promise<Lineage> {
    return this.find()?.lineage ?? { origin: null, children: [] }
  }

  async segments(): Promise<Part[]> {
    const segments = [...(this.find()?.segments.values() ?? [])]
    return segments.map((segment) => ({ prefix: segment.prefix, nodes: laid(segment).definitions.length }))
  }

  /** What a picture of the graph is made of. */
  async outline(): Promise<Picture[]> {
    return [...(this.find()?.segments.values() ?? [])].map((segment) => {
      const { templates, definitions } = laid(segment)
      const states = definitions.map((_, index) => LETTERS[nodeState(segment.nodes[index]?.record ?? null)]).join('')
      const templateOf = definitions.map((text) => parseDefinition(text).template)
      return { prefix: segment.prefix, templates, templateOf, states }
    })
  }

  /** JSON text of an expression over the node's segment. */
  textOf({ segment, index }: RunNode, expr: string): Promise<string> {
    return valueText(this, { prefix: segment.prefix, index, expr })
  }
}

/** `t…` a template, `e…` errors of attempts, `g…` what a running task says of itself, `*…` why nodes were cancelled or revoked, `h` why it is paused, else a record. */
function fieldOf(run: GraphRun, name: string): string | null {
  if (name.startsWith('t')) {
    const cut = name.lastIndexOf('/') + 1
    const segment = run.segments.get(cut === 0 ? '' : name.slice(1, cut))
    return segment === undefined ? null : (laid(segment).templates.get(name.slice(Math.max(cut, 1))) ?? null)
  }
  if (name.startsWith('e')) {
    const node = run.node(name.slice(1))
    return node === undefined || node.errors.length === 0 ? null : [node.began, ...node.errors].join('\n')
  }
  if (name.startsWith('*')) return run.reasons.get(name) ?? null
  if (name === 'h') return pauseOf(run)
  if (name.startsWith('g')) return run.node(name.slice(1))?.progress ?? null
  return run.node(name)?.record ?? null
}

function pauseOf({ course: { paused } }: GraphRun): string | null {
  return paused && `${paused.since} ${JSON.stringify(paused.reason)}`
}

const layouts = new WeakMap<Segment, Laid>()

function laid(segment: Segment): Laid {
  let found = layouts.get(segment)
  if (found === undefined) {
    found = definitionsOf(stored(segment), segment.prefix)
    layouts.set(segment, found)
  }
  return found
}

function stored({ graph, prefix, end, chord }: Segment) {
  if (end === null) return layoutGraph(graph)
  const { kind, target } = end
  const { prefix: of, template } = placeOf(target)
  const outer = chord === null ? undefined : placeOf(chord)
  const text = outer && `!${outer.prefix}!${outer.index}@${outer.template}`
  return layoutSegment(graph, prefix, { kind, prefix: of, index: target.index, template, ...(text === undefined ? {} : { chord: text }) })
}

function placeOf({ segment, index }: RunNode): { prefix: string; index: number; template: string } {
  const text = laid(segment).definitions[index] ?? ''
  return { prefix: segment.prefix, index, template: parseDefinition(text).template }
}
