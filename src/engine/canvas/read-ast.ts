/**
 * The AST itself, as builders make it: `{kind: "chain", steps, options}`. Paths are those of our JSON form, which is what a
 * user of the builders has in mind. The result is a copy: plain, checked, without class instances.
 */
import type { Place, ReadContext } from './context.js'
import {
  checkFields,
  type Fields,
  isFields,
  isName,
  readArgs,
  readBody,
  readBoolean,
  readCanvases,
  readItems,
  readKwargs,
  readName,
} from './fields.js'
import { areScalars, isEmpty, NO_ARGS, NO_KWARGS } from './json.js'
import { eachSignature } from './make.js'
import { readOptions } from './options.js'
import { readNodes } from './read-dag.js'
import type { Canvas, CanvasOptions, Json, Signature } from './types.js'

const KINDS: ReadonlySet<unknown> = new Set(['task', 'chain', 'group', 'chord', 'graph'])

export function isAst(input: Fields): boolean {
  return KINDS.has(input.kind)
}

/** Reads an object for which {@link isAst} holds. */
export function readAst(context: ReadContext, input: Fields, place: Place): Canvas {
  switch (input.kind) {
    case 'chain': {
      checkFields(context, input, place.path, ['kind', 'steps', 'options'])
      const steps = readCanvases(context, input.steps, `${place.path}.chain`, place, 'steps')
      return { kind: 'chain', steps, options: readOptions(context, input.options, place) }
    }
    case 'group': {
      checkFields(context, input, place.path, ['kind', 'members', 'options'])
      const members = readCanvases(context, input.members, `${place.path}.group`, place, 'members')
      return { kind: 'group', members, options: readOptions(context, input.options, place) }
    }
    case 'chord': {
      checkFields(context, input, place.path, ['kind', 'header', 'body', 'options'])
      const header = readCanvases(context, input.header, `${place.path}.chord.header`, place, 'members')
      const body = readBody(context, input.body, `${place.path}.chord.body`, place)
      return { kind: 'chord', header, body, options: readOptions(context, input.options, place) }
    }
    case 'graph':
      checkFields(context, input, place.path, ['kind', 'nodes', 'options'])
      return { kind: 'graph', nodes: readNodes(context, input.nodes, place), options: readOptions(context, input.options, place) }
    default:
      return readTask(context, input, place)
  }
}

const NO_OPTIONS: CanvasOptions = Object.freeze({})
/** The fields of a signature that calls no task per item. */
const SIGNATURE_FIELDS = 6

/**
 * A signature as builders make it, with plain arguments and no options: all that has to be checked of most members of a wide group. Paths are made
 * only for what is looked at more closely.
 */
function plainSignature({ task, args, kwargs, options, immutable }: Fields, fields: number): Signature | undefined {
  if (fields !== SIGNATURE_FIELDS || !isName(task) || typeof immutable !== 'boolean') return undefined
  if (!Array.isArray(args) || !isFields(kwargs) || !isFields(options)) return undefined
  if (!isEmpty(kwargs) || !isEmpty(options) || !areScalars(args)) return undefined
  return {
    kind: 'task',
    task,
    args: args.length === 0 ? NO_ARGS : (args.slice() as Json[]),
    kwargs: NO_KWARGS,
    options: NO_OPTIONS,
    immutable,
  }
}

function readTask(context: ReadContext, input: Fields, place: Place): Signature {
  const plain = plainSignature(input, Object.keys(input).length)
  if (plain !== undefined) {
    context.countNode(place.path)
    return plain
  }
  checkFields(context, input, place.path, ['kind', 'task', 'args', 'kwargs', 'options', 'immutable', 'each'])
  context.countNode(place.path)
  const task = readName(context, input.task, `${place.path}.task`)
  const kwargs = readKwargs(context, input.kwargs, `${place.path}.kwargs`)
  const options = readOptions(context, input.options, place)
  if (input.each !== undefined)
    return eachSignature(readEachName(context, input.each, place), { task, items: readEachItems(context, input, place), kwargs, options })
  const immutable = input.immutable === undefined ? false : readBoolean(context, input.immutable, `${place.path}.immutable`)
  return { kind: 'task', task, args: readArgs(context, input.args, `${place.path}.args`), kwargs, options, immutable }
}

function readEachName(context: ReadContext, value: unknown, place: Place): 'map' | 'starmap' {
  if (value !== 'map' && value !== 'starmap') context.fail(`${place.path}.each`, 'must be "map" or "starmap"')
  return value === 'starmap' ? 'starmap' : 'map'
}

function readEachItems(context: ReadContext, input: Fields, place: Place) {
  const args: unknown = input.args
  if (!Array.isArray(args) || args.length !== 1) context.fail(`${place.path}.args`, 'must hold the list of items and nothing else')
  return readItems(
    context,
    Array.isArray(args) ? args[0] : undefined,
    `${place.path}.${readEachName(context, input.each, place)}.items`,
    input.each === 'starmap' ? 'starmap' : 'map',
  )
}
