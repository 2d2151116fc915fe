/** Reads what a stored graph looks like: templates, which node has which, and the state of each. No arguments, no results. */

import type { WorkflowReader } from '../protocol/reader.js'
import type { WorkflowMeta } from '../protocol/stored.js'
import type { Segment } from '../protocol/view.js'
import type { RedisConnection } from './connection.js'
import type { Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Nodes asked for per call. */
const PAGE_NODES = 2_048

/** The submitted graph and what running tasks added to it, in this order. */
export async function readOutline(
  connection: RedisConnection,
  namespace: Namespace,
  reader: WorkflowReader,
  meta: WorkflowMeta,
): Promise<Segment[]> {
  const segments: Segment[] = []
  for (const { prefix, nodes } of await reader.segments(meta)) {
    const templateOf: string[] = []
    let states = ''
    while (templateOf.length < nodes) {
      const call = calls.outline(reader.id, prefix, templateOf.length, Math.min(PAGE_NODES, nodes - templateOf.length))
      const [runs, letters] = (await namespace.run(connection, reader.partition, call)) as [string, string]
      // The workflow has been removed meanwhile.
      if (runs === '') break
      for (const run of runs.split(',')) {
        const [template = '', count = '1'] = run.split('*')
        for (let k = Number(count); k > 0; k--) templateOf.push(template)
      }
      states += letters
    }
    const numbers = [...new Set(templateOf)]
    const texts = await reader.read(numbers.map((number) => `t${prefix}${number}`))
    segments.push({ prefix, templateOf, states, templates: new Map(numbers.map((number, k) => [number, texts[k] ?? ''])) })
  }
  return segments
}
