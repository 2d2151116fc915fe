/**
 * What stands around a task call in its workflow's graph: what comes after it, what came before it, where a graph begins. Virtual nodes (joins,
 * barriers, fans, ends of segments) are looked through, so that answers name task calls only.
 *
 * Made for one question: it keeps the templates that it has read. Pages are bounded; what is before a join is found by reading the graph once for each
 * level of virtual nodes between.
 */

import { parseDefinition } from '../protocol/blocks.js'
import { segmentParent, segmentPrefix, splitNode } from '../protocol/ids.js'
import { LISTED_NODES, type Segment, type WorkflowReader } from '../protocol/reader.js'
import { parseTemplate, successorIndexes, type TemplateParts, type WorkflowMeta } from '../protocol/stored.js'

interface Node {
  prefix: string
  index: number
  template: TemplateParts
}

const idOf = ({ prefix, index }: { prefix: string; index: number }): string => `${prefix}${index}`

export class Neighbours {
  private readonly templates = new Map<string, TemplateParts>()

  constructor(
    private readonly reader: WorkflowReader,
    private readonly meta: WorkflowMeta,
  ) {}

  /** What task `id` added when it ran, and the task calls that come after it, callbacks included. */
  async after(id: string): Promise<string[]> {
    const out = new Set<string>()
    const segments = await this.reader.segments(this.meta)
    // 0 is what replaced it, the others what it added to its chord.
    for (let k = 0, prefix = ''; k < 2 || segments.some((segment) => segment.prefix === prefix); k++) {
      prefix = segmentPrefix(id, k)
      const added = segments.find((segment) => segment.prefix === prefix)
      if (added) await this.rootsOf(added, out)
    }
    const node = await this.node(id)
    if (node) await this.follow(node, out)
    return [...out]
  }

  /** The task calls that the submitted graph begins with. */
  async roots(): Promise<string[]> {
    const out = new Set<string>()
    await this.rootsOf({ prefix: '', nodes: this.meta.n }, out)
    return [...out]
  }

  /** The task calls that stand directly before task `id`: none for one that the workflow begins with, several for a join. */
  async before(id: string): Promise<string[]> {
    const out = new Set<string>()
    const seen = new Set([id])
    let level = [id]
    while (level.length > 0) {
      const virtual: string[] = []
      for (const found of await this.namers(level)) {
        const at = idOf(found)
        if (seen.has(at)) continue
        seen.add(at)
        if (found.template.virtual) virtual.push(at)
        else out.add(at)
      }
      level = virtual
    }
    return [...out].sort(inOrder)
  }

  /** The nodes, virtual ones too, that the nodes `ids` wait for. */
  private async namers(ids: readonly string[]): Promise<Node[]> {
    const out: Node[] = []
    const joins: { prefix: string; index: number }[] = []
    for (const id of ids) {
      const node = await this.node(id)
      if (!node) continue
      const { pred, needs } = node.template
      const only = needs === 1 && pred !== '-' ? at(pred, node.index) : null
      const before = only === null ? null : await this.node(`${node.prefix}${only}`)
      if (before) out.push(before)
      if (needs > 1 || (needs === 1 && only === null) || node.template.mode === 'c') joins.push(node)
      else if (needs === 0 && node.prefix !== '') {
        const adder = await this.adder(node.prefix)
        if (adder) out.push(adder)
      }
    }
    if (joins.length > 0) out.push(...(await this.scanned(joins)))
    return out
  }

  /** Every node that names one of `targets` as a successor. */
  private async scanned(targets: readonly { prefix: string; index: number }[]): Promise<Node[]> {
    const out: Node[] = []
    for (const segment of await this.reader.segments(this.meta)) {
      for await (const node of this.pages(segment)) {
        // The end of a replacement settles the place that it took: it does not stand before it.
        if (!node.template.place && targets.some((target) => names(node, target))) out.push(node)
      }
    }
    return out
  }

  /** The task that added a segment; of one that is deep, and so hashed, it is not told. */
  private async adder(prefix: string): Promise<Node | null> {
    const id = segmentParent(prefix)
    return id === undefined ? null : this.node(id)
  }

  private async rootsOf(segment: Segment, out: Set<string>): Promise<void> {
    for await (const node of this.pages(segment)) {
      if (node.template.needs > 0) continue
      if (node.template.virtual) await this.follow(node, out)
      else out.add(idOf(node))
    }
  }

  /** Adds the task calls that come after a node to `out`. */
  private async follow(start: Node, out: Set<string>): Promise<void> {
    const seen = new Set<string>()
    const stack = [start]
    for (let node = stack.pop(); node; node = stack.pop()) {
      for (const successor of node.template.successors) {
        const prefix = successor.prefix ?? node.prefix
        const template = await this.template(prefix, successor.template)
        for (const index of successorIndexes(successor, node.index)) {
          const next = { prefix, index, template }
          if (!template.virtual && !node.template.place) out.add(idOf(next))
          else if (!seen.has(idOf(next))) {
            seen.add(idOf(next))
            stack.push(next)
          }
        }
      }
    }
  }

  private async *pages({ prefix, nodes }: Segment): AsyncGenerator<Node> {
    for (let from = 0; from < nodes; from += LISTED_NODES) {
      const texts = await this.reader.definitions(prefix, from, Math.min(from + LISTED_NODES, nodes))
      for (const [k, text] of texts.entries()) {
        yield { prefix, index: from + k, template: await this.template(prefix, parseDefinition(text).template) }
      }
    }
  }

  private async node(id: string): Promise<Node | null> {
    const place = splitNode(id)
    if (!place) return null
    const [text = ''] = await this.reader.definitions(place.prefix, place.index, place.index + 1)
    return text === '' ? null : { ...place, template: await this.template(place.prefix, parseDefinition(text).template) }
  }

  private async template(prefix: string, number: string): Promise<TemplateParts> {
    const name = `t${prefix}${number}`
    const known = this.templates.get(name)
    if (known) return known
    const [text] = await this.reader.read([name])
    const parsed = parseTemplate(text ?? '')
    this.templates.set(name, parsed)
    return parsed
  }
}

const at = (ref: string, index: number): number => (/^[+-]/.test(ref) ? index + Number(ref) : Number(ref))

function names(node: Node, target: { prefix: string; index: number }): boolean {
  return node.template.successors.some(({ prefix, relative, ref, count, stride }) => {
    const steps = (target.index - (relative ? node.index + ref : ref)) / stride
    return (prefix ?? node.prefix) === target.prefix && Number.isInteger(steps) && steps >= 0 && steps < count
  })
}

/** Definition order: the submitted graph first, then segments. */
function inOrder(a: string, b: string): number {
  const [x, y] = [splitNode(a), splitNode(b)]
  if (!x || !y || x.prefix !== y.prefix) return (x?.prefix.length ?? 0) - (y?.prefix.length ?? 0) || (a < b ? -1 : 1)
  return x.index - y.index
}
