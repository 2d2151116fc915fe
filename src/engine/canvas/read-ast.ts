/**
 * The AST itself, as builders make it: `{kind: "chain", steps, options}`. Paths are those of our JSON form, which is what a
 * user of the builders has in mind. The result is a copy: plain, checked, without class instances.
 */
import type { Place, ReadContext } from './context.js'
import { checkFields, type Fields, readArgs, readBody, readBoolean, readCanvases, readItems, readKwargs, readName } from './fields.js'
import { eachSignature } from './make.js'
import { readOptions } from './options.js'
import type { Canvas, Signature } from './types.js'

const KINDS: ReadonlySet<unknown> = new Set(['task', 'chain', 'group', 'chord'])

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
    default:
      return readTask(context, input, place)
  }
}

function readTask(context: ReadContext, input: Fields, place: Place): Signature {
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
