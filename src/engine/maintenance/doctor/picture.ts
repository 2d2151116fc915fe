/**
 * A workflow as an examination sees it: of every node its template and its place, read in pages. A picture of a live workflow is not of one instant;
 * what follows from it is a suspicion (suspicions.ts), which a script then judges in one step.
 */
import { parseTemplate, type TemplateParts } from '../../protocol/stored.js'
import type { RedisConnection } from '../../redis/connection.js'
import type { Namespace } from '../../redis/namespace.js'
import { calls } from '../../redis/scripts.generated.js'

/** Nodes asked for per call: some 2 ms of Redis at the most. */
const PAGE_NODES = 500
/** Fields asked for per call. */
const PAGE_FIELDS = 500

/** The submitted graph (prefix '') or what a task added. */
export interface PictureSegment {
  prefix: string
  /** By node: the number of its template; `?` where its definition cannot be read. */
  templateOf: string[]
  /** By node: its record as the examination needs it (lua/lib/inspect.lua); '' for none, `?` for one that no script writes. */
  words: string[]
  /** By number; null for one that cannot be read. */
  templates: Map<string, TemplateParts | null>
  /** Why the segment is not as long as it should be. */
  cutOff?: boolean
}

export interface Picture {
  id: string
  /** The control field, before the nodes were read. */
  control: string
  /** Spread items of it are in the list: what they are about to do, or to undo (a requeued task), is not done yet. */
  moving: boolean
  segments: Map<string, PictureSegment>
  /** Fields `j`: members that tasks added to a join, by the join. */
  added: Map<string, string>
}

/** Nodes that are looked at before timers and sockets are served: some 2 ms. A worker that examines 100,000 nodes goes on beating. */
const BREATH_NODES = 2_000

/** Visits every node whose template can be read, segment by segment. */
export async function eachNode(
  { segments }: Picture,
  visit: (segment: PictureSegment, index: number, word: string, template: TemplateParts) => void,
): Promise<void> {
  let visited = 0
  for (const segment of segments.values()) {
    for (const [index, word] of segment.words.entries()) {
      const template = templateAt(segment, index)
      if (template) visit(segment, index, word, template)
      if (++visited % BREATH_NODES === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

export const templateAt = (segment: PictureSegment, index: number): TemplateParts | null =>
  segment.templates.get(segment.templateOf[index] ?? '') ?? null

/** Reads workflows of one partition's Redis. */
export class PictureReader {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /** The workflow; null when there is none, `'damaged'` when its hash or its control field is none. */
  async read(id: string): Promise<Picture | 'damaged' | null> {
    const keys = this.namespace.keys(this.namespace.partitionOf(id))
    const key = keys.of('workflow', id)
    let head: (string | null)[]
    try {
      head = await this.connection.hmget(key, 's', 'm', 'G', 'u')
    } catch (error) {
      if (error instanceof Error && error.message.includes('WRONGTYPE')) return 'damaged'
      throw error
    }
    const [control, meta, attached, moves] = head
    if (!control) return (await this.connection.exists(key, keys.of('damaged', id))) > 0 ? 'damaged' : null
    if (!CONTROL.test(control)) return 'damaged'
    const nodes = nodesOf(meta ?? null)
    if (nodes === null) return 'damaged'
    const segments = new Map<string, PictureSegment>()
    for (const [prefix, count] of [['', nodes] as const, ...attachedOf(attached ?? '')])
      segments.set(prefix, await this.segment(id, prefix, count))
    const picture: Picture = { id, control, moving: Number(moves ?? 0) > 0, segments, added: new Map() }
    if (FLAG_ADDED.test(control)) await this.readAdded(key, picture)
    return picture
  }

  private async segment(id: string, prefix: string, nodes: number): Promise<PictureSegment> {
    const partition = this.namespace.partitionOf(id)
    const segment: PictureSegment = { prefix, templateOf: [], words: [], templates: new Map() }
    while (segment.words.length < nodes) {
      const from = segment.words.length
      const call = calls.examine(id, prefix, from, Math.min(PAGE_NODES, nodes - from))
      const [numbers, words, templates] = (await this.namespace.run(this.connection, partition, call)) as [string, string, string[]]
      if (numbers === '') {
        segment.cutOff = true
        break
      }
      for (const number of numbers.split(',')) segment.templateOf.push(number)
      for (const word of words.split('\x1e')) segment.words.push(word)
      for (let k = 0; k < templates.length; k += 2) {
        const [number, text] = [templates[k] as string, templates[k + 1] as string]
        if (!segment.templates.has(number)) segment.templates.set(number, template(text))
      }
    }
    return segment
  }

  private async readAdded(key: string, picture: Picture): Promise<void> {
    const joins: string[] = []
    for (const { prefix, templateOf, templates } of picture.segments.values())
      for (const [index, number] of templateOf.entries()) if (templates.get(number)?.mode === 'c') joins.push(`${prefix}${index}`)
    for (let from = 0; from < joins.length; from += PAGE_FIELDS) {
      const page = joins.slice(from, from + PAGE_FIELDS)
      const texts = await this.connection.hmget(key, ...page.map((join) => `j${join}`))
      for (const [k, join] of page.entries()) if (texts[k]) picture.added.set(join, texts[k] as string)
    }
  }
}

/** Members were added to a join: see ARCHITECTURE.md, control. */
const FLAG_ADDED = / \S*a\S*$/
/** `worst` J: an output node was reopened, and how bad it is will be asked when all have ended. */
const CONTROL = /^[gprhkex] \d+ \d+ \d+ [SRFJ]( \d+){9} \S+$/

function template(text: string): TemplateParts | null {
  if (text === '') return null
  try {
    return parseTemplate(text)
  } catch {
    // What a worker is told is no JSON.
    return null
  }
}

/** Nodes of the submitted graph; null when the meta cannot be read. A plain task that came by `enqueue` has none. */
function nodesOf(meta: string | null): number | null {
  if (meta === null) return 1
  const found = /"n":(\d+),"c":\d+/.exec(meta)
  return found ? Number(found[1]) : null
}

const attachedOf = (text: string): [string, number][] =>
  [...text.matchAll(/^(\S+) (\d+)(?: \S+)?$/gm)].map(([, prefix = '', nodes]) => [prefix, Number(nodes)])
