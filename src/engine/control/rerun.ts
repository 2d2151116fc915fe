/** What a rerun sends: the nodes that tasks are called by, and the definition of one that is to get other arguments. */
import { readCanvas } from '../canvas/read.js'
import type { Json, Signature } from '../canvas/types.js'
import type { Look } from '../client/look.js'
import { blockOf, parseDefinition } from '../protocol/blocks.js'
import { ChordisError } from '../protocol/errors.js'
import { splitNode } from '../protocol/ids.js'
import { isInline } from '../protocol/layout-texts.js'
import { BLOCK, MARKER } from '../protocol/stored.js'

/** What a task is called with when it runs again; what is missing stays. What it gets from the tasks before it is put in front, as before. */
export interface ChangedCall {
  args?: Json[]
  kwargs?: { [name: string]: Json }
}

/** Tasks that one rerun names at most. */
const MAX_TASKS = 500

/** @throws ChordisError `request-invalid`, `canvas-invalid`, `not-found` */
export async function rerunOf(
  look: Look,
  names: readonly string[],
  changes: ChangedCall,
): Promise<{ nodes: string[]; definitions: [string, string | Buffer][] }> {
  if (!Array.isArray(names) || names.length === 0 || names.length > MAX_TASKS) {
    throw new ChordisError('request-invalid', `must name 1 to ${MAX_TASKS} tasks`, { path: 'tasks' })
  }
  const changed = changes.args !== undefined || changes.kwargs !== undefined
  if (changed && names.length > 1) throw new ChordisError('request-invalid', 'may be given for one task only', { path: 'changes' })
  const nodes: string[] = []
  for (const name of names) nodes.push((await look.task(name)).id)
  return { nodes, definitions: changed ? await redefined(look, nodes[0] as string, changes) : [] }
}

/** The block that the node's definition stands in, and the definition itself where it is long. */
async function redefined(look: Look, node: string, changes: ChangedCall): Promise<[string, string | Buffer][]> {
  const { prefix, index } = splitNode(node) as { prefix: string; index: number }
  const from = index - (index % BLOCK)
  const texts = await look.explained(() => look.reader.definitions(prefix, from, from + BLOCK))
  const text = changedText(texts[index - from] as string, changes)
  texts[index - from] = text
  const block = blockOf(texts.map((one) => (isInline(one) ? one : MARKER)))
  const fields: [string, string | Buffer][] = [[`b${prefix}${from / BLOCK}`, block]]
  if (!isInline(text)) fields.push([`a${prefix}${index}`, text])
  return fields
}

/** `<template>;<args>[\n<kwargs>[\n<id of its signature>]]`, as layout-texts.ts writes it. */
function changedText(text: string, changes: ChangedCall): string {
  const { template, taskId } = parseDefinition(text)
  const [argsText = '[]', kwargsText = '{}'] = text.slice(template.length + 1).split('\n')
  const args = changes.args ?? (JSON.parse(argsText || '[]') as Json)
  const kwargs = changes.kwargs ?? (JSON.parse(kwargsText || '{}') as Json)
  // Read as any call, so that what it cannot be called with is refused.
  const read = readCanvas({ task: 'task', args, kwargs }) as Signature
  return `${template};${JSON.stringify(read.args)}\n${JSON.stringify(read.kwargs)}${taskId === undefined ? '' : `\n${taskId}`}`
}
