/**
 * Our JSON form: `{"task": …}`, `{"chain": […]}`, `{"group": […]}`, `{"chord": {"header", "body"}}`, `{"graph": {"nodes"}}`, `{"map" | "starmap": {"task",
 * "items"}}`, `{"chunks": {"task", "items", "size"}}`. Unknown fields are refused.
 */
import type { Place, ReadContext } from './context.js'
import {
  checkFields,
  type Fields,
  isFields,
  readArgs,
  readBody,
  readBoolean,
  readCanvases,
  readInteger,
  readItems,
  readKwargs,
  readName,
} from './fields.js'
import { hint } from './hint.js'
import { chunked, eachSignature } from './make.js'
import { withOuterOptions } from './merge.js'
import { readOptions } from './options.js'
import { readNodes } from './read-dag.js'
import type { Canvas, Chord, Dag, Group, Signature } from './types.js'

const FORMS = ['task', 'chain', 'group', 'chord', 'graph', 'map', 'starmap', 'chunks'] as const

/** Reads an object of our form. Exactly one of the eight forms must be there. */
export function readChordis(context: ReadContext, input: Fields, place: Place): Canvas | undefined {
  const forms = FORMS.filter((form) => Object.hasOwn(input, form) && input[form] !== undefined)
  const [form] = forms
  if (form === undefined || forms.length > 1) {
    context.fail(place.path, forms.length > 1 ? `must be one canvas, but has ${forms.join(' and ')}` : noForm(input))
    return undefined
  }
  switch (form) {
    case 'task':
      return readTask(context, input, place)
    case 'chain':
      return readChain(context, input, place)
    case 'group':
      return readGroup(context, input, place)
    case 'chord':
      return readChord(context, input, place)
    case 'graph':
      return readGraph(context, input, place)
    case 'map':
    case 'starmap':
      return readEach(context, input, place, form)
    case 'chunks':
      return readChunks(context, input, place)
  }
}

function noForm(input: Fields): string {
  if (typeof input.s === 'function') return 'is a task, not a call of it: write task.s(…)'
  const [first] = Object.keys(input)
  return `must have one of ${FORMS.join(', ')}${first === undefined ? '' : hint(first, FORMS).replace(/ \(known.*/, '')}`
}

function readTask(context: ReadContext, input: Fields, place: Place): Signature {
  checkFields(context, input, place.path, ['task', 'args', 'kwargs', 'options', 'immutable'])
  context.countNode(place.path)
  return {
    kind: 'task',
    task: readName(context, input.task, `${place.path}.task`),
    args: readArgs(context, input.args, `${place.path}.args`),
    kwargs: readKwargs(context, input.kwargs, `${place.path}.kwargs`),
    options: readOptions(context, input.options, place),
    immutable: input.immutable === undefined ? false : readBoolean(context, input.immutable, `${place.path}.immutable`),
  }
}

function readChain(context: ReadContext, input: Fields, place: Place): Canvas {
  checkFields(context, input, place.path, ['chain', 'options'])
  const steps = readCanvases(context, input.chain, `${place.path}.chain`, place, 'steps')
  return { kind: 'chain', steps, options: readOptions(context, input.options, place) }
}

function readGroup(context: ReadContext, input: Fields, place: Place): Group {
  checkFields(context, input, place.path, ['group', 'options'])
  const members = readCanvases(context, input.group, `${place.path}.group`, place, 'members')
  return { kind: 'group', members, options: readOptions(context, input.options, place) }
}

function readChord(context: ReadContext, input: Fields, place: Place): Chord | undefined {
  checkFields(context, input, place.path, ['chord', 'options'])
  const path = `${place.path}.chord`
  const parts = readPart(context, input.chord, path, ['header', 'body'])
  if (parts === undefined) return undefined
  const header = readHeader(context, parts.header, `${path}.header`, place)
  const body = readBody(context, parts.body, `${path}.body`, place)
  return { kind: 'chord', header, body, options: readOptions(context, input.options, place) }
}

function readGraph(context: ReadContext, input: Fields, place: Place): Dag | undefined {
  checkFields(context, input, place.path, ['graph', 'options'])
  const parts = readPart(context, input.graph, `${place.path}.graph`, ['nodes'])
  if (parts === undefined) return undefined
  return { kind: 'graph', nodes: readNodes(context, parts.nodes, place), options: readOptions(context, input.options, place) }
}

/** A list, or a group, whose options go to its members. */
function readHeader(context: ReadContext, value: unknown, path: string, place: Place): Canvas[] {
  if (Array.isArray(value) || !isFields(value)) return readCanvases(context, value, path, place, 'members')
  const header = context.read(value, { ...place, path })
  return header.kind === 'group' ? header.members.map((member) => withOuterOptions(member, header.options)) : [header]
}

function readEach(context: ReadContext, input: Fields, place: Place, each: 'map' | 'starmap'): Signature | undefined {
  checkFields(context, input, place.path, [each])
  const inside = { ...place, path: `${place.path}.${each}` }
  const parts = readPart(context, input[each], inside.path, ['task', 'items', 'kwargs', 'options'])
  if (parts === undefined) return undefined
  context.countNode(place.path)
  return eachSignature(each, {
    task: readName(context, parts.task, `${inside.path}.task`),
    items: readItems(context, parts.items, `${inside.path}.items`, each),
    kwargs: readKwargs(context, parts.kwargs, `${inside.path}.kwargs`),
    options: readOptions(context, parts.options, inside),
  })
}

function readChunks(context: ReadContext, input: Fields, place: Place): Group | undefined {
  checkFields(context, input, place.path, ['chunks'])
  const inside = { ...place, path: `${place.path}.chunks` }
  const parts = readPart(context, input.chunks, inside.path, ['task', 'items', 'size', 'kwargs', 'options'])
  if (parts === undefined) return undefined
  const task = readName(context, parts.task, `${inside.path}.task`)
  const items = readItems(context, parts.items, `${inside.path}.items`, 'starmap')
  const size = readInteger(context, parts.size, `${inside.path}.size`, 1, Number.MAX_SAFE_INTEGER)
  const kwargs = readKwargs(context, parts.kwargs, `${inside.path}.kwargs`)
  const group = chunked({ task, items, kwargs, options: {} }, size, readOptions(context, parts.options, inside))
  for (const _ of group.members) context.countNode(inside.path)
  return group
}

function readPart(context: ReadContext, value: unknown, path: string, known: readonly string[]): Fields | undefined {
  if (!isFields(value)) {
    context.fail(path, `must be an object with ${known.join(', ')}`)
    return undefined
  }
  checkFields(context, value, path, known)
  return value
}
