/**
 * Celery's signature JSON: `{"task", "args", "kwargs", "options", "subtask_type", "immutable"}`, compounds by task name
 * (`celery.chain`, …) or `subtask_type`. Paths are those of the input as it came.
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
import { type JsonObject, NO_KWARGS } from './json.js'
import { chunked, type EachParts, eachSignature } from './make.js'
import { mapEntries, withArguments, withImmutable, withOuterOptions } from './merge.js'
import { readOptions } from './options.js'
import type { Canvas, Chord, Json, Signature } from './types.js'

/** `chord_size` was written by Celery 5.0 and earlier. */
const FIELDS = ['task', 'args', 'kwargs', 'options', 'subtask_type', 'immutable', 'chord_size']
const COMPOUNDS: ReadonlySet<string> = new Set(['chain', 'group', 'chord', 'map', 'starmap', 'chunks'])

/** Celery writes every field always; a hand-made task inside a Celery compound may leave some out. */
export function isCelery(input: Fields, place: Place): boolean {
  return (
    typeof input.task === 'string' && (input.subtask_type !== undefined || place.dialect === 'celery' || compoundOf(input) !== undefined)
  )
}

function compoundOf(input: Fields): string | undefined {
  const named = typeof input.task === 'string' && input.task.startsWith('celery.') ? input.task.slice('celery.'.length) : undefined
  if (named !== undefined && COMPOUNDS.has(named)) return named
  const type = input.subtask_type
  return typeof type === 'string' && COMPOUNDS.has(type) ? type : undefined
}

/** Reads an object for which {@link isCelery} holds. */
export function readCelery(context: ReadContext, input: Fields, outer: Place): Canvas | undefined {
  const place: Place = { ...outer, dialect: 'celery' }
  checkFields(context, input, place.path, FIELDS)
  switch (compoundOf(input)) {
    case undefined:
      return readTask(context, input, place)
    case 'map':
      return readEach(context, input, place, 'map')
    case 'starmap':
      return readEach(context, input, place, 'starmap')
    case 'chunks':
      return readChunks(context, input, place)
    case 'chain':
      return readChain(context, input, place)
    case 'group':
      return readGroup(context, input, place)
    default:
      return readChord(context, input, place)
  }
}

function readTask(context: ReadContext, input: Fields, place: Place): Signature {
  context.countNode(place.path)
  return {
    kind: 'task',
    task: readName(context, input.task, `${place.path}.task`),
    args: readArgs(context, input.args ?? undefined, `${place.path}.args`),
    kwargs: readKwargs(context, input.kwargs ?? undefined, `${place.path}.kwargs`),
    options: readOptions(context, input.options, place),
    immutable: readImmutable(context, input, place),
  }
}

function readChain(context: ReadContext, input: Fields, place: Place): Canvas {
  const kwargs = compoundKwargs(context, input, place, ['tasks'])
  const steps = readCanvases(context, kwargs.tasks, `${place.path}.kwargs.tasks`, place, 'steps')
  return applied(context, { kind: 'chain', steps, options: readOptions(context, input.options, place) }, input, place)
}

function readGroup(context: ReadContext, input: Fields, place: Place): Canvas {
  const kwargs = compoundKwargs(context, input, place, ['tasks'])
  const members = readCanvases(context, kwargs.tasks, `${place.path}.kwargs.tasks`, place, 'members')
  return applied(context, { kind: 'group', members, options: readOptions(context, input.options, place) }, input, place)
}

function readChord(context: ReadContext, input: Fields, place: Place): Canvas {
  const kwargs = compoundKwargs(context, input, place, ['header', 'body', 'kwargs'])
  const header = readHeader(context, kwargs.header, place)
  const body = readBody(context, kwargs.body, `${place.path}.kwargs.body`, place)
  const chord: Chord = { kind: 'chord', header, body, options: readOptions(context, input.options, place) }
  return applied(context, chord, input, place, readKwargs(context, kwargs.kwargs ?? undefined, `${place.path}.kwargs.kwargs`))
}

/** A list, or what Celery takes apart itself: the members of a group, the steps of a chain. */
function readHeader(context: ReadContext, value: unknown, place: Place): Canvas[] {
  const path = `${place.path}.kwargs.header`
  if (!isFields(value)) return readCanvases(context, value, path, place, 'members')
  const header = context.read(value, { ...place, path })
  if (header.kind === 'group') return header.members.map((member) => withOuterOptions(member, header.options))
  return header.kind === 'chain' ? header.steps : [header]
}

function readEach(context: ReadContext, input: Fields, place: Place, each: 'map' | 'starmap'): Signature {
  context.countNode(place.path)
  return eachSignature(each, readParts(context, input, place, each, compoundKwargs(context, input, place, ['task', 'it'])))
}

function readChunks(context: ReadContext, input: Fields, place: Place): Canvas {
  const kwargs = compoundKwargs(context, input, place, ['task', 'it', 'n'])
  const { options = {}, ...parts } = readParts(context, input, place, 'starmap', kwargs)
  const size = readInteger(context, kwargs.n, `${place.path}.kwargs.n`, 1, Number.MAX_SAFE_INTEGER)
  const group = chunked(parts, size, options)
  for (const _ of group.members) context.countNode(place.path)
  return group
}

/** The inner signature lends its name, keyword arguments and options; Celery's worker calls it with the item alone. */
function readParts(context: ReadContext, input: Fields, place: Place, each: 'map' | 'starmap', kwargs: Fields): EachParts {
  const path = `${place.path}.kwargs.task`
  const inner = isFields(kwargs.task) ? kwargs.task : { task: kwargs.task }
  checkFields(context, inner, path, FIELDS)
  const args = readArgs(context, inner.args ?? undefined, `${path}.args`)
  if (args.length > 0) context.fail(`${path}.args`, `must be empty: ${each} calls the task with the item alone`)
  return {
    task: readName(context, inner.task, `${path}.task`),
    items: readItems(context, kwargs.it, `${place.path}.kwargs.it`, each),
    kwargs: readKwargs(context, inner.kwargs ?? undefined, `${path}.kwargs`),
    options: { ...readOptions(context, inner.options, { ...place, path }), ...readOptions(context, input.options, place) },
  }
}

function compoundKwargs(context: ReadContext, input: Fields, place: Place, known: readonly string[]): Fields {
  const path = `${place.path}.kwargs`
  if (!isFields(input.kwargs)) {
    context.fail(path, `must be an object with ${known.join(', ')}`)
    return {}
  }
  checkFields(context, input.kwargs, path, known)
  return input.kwargs
}

/** A compound's own arguments were given to it before it was written: they go to the tasks that it starts with. */
function applied(context: ReadContext, canvas: Canvas, input: Fields, place: Place, kwargs: JsonObject = NO_KWARGS): Canvas {
  const args = readArgs(context, input.args ?? undefined, `${place.path}.args`)
  const given = args.length + Object.keys(kwargs).length
  if (given > 0) context.countCopies(given * countEntries(canvas), `${place.path}.args`)
  const full = withArguments(canvas, args as Json[], kwargs)
  return readImmutable(context, input, place) ? withImmutable(full) : full
}

function countEntries(canvas: Canvas): number {
  let entries = 0
  mapEntries(canvas, (signature) => {
    entries += 1
    return signature
  })
  return entries
}

function readImmutable(context: ReadContext, input: Fields, place: Place): boolean {
  return input.immutable === undefined || input.immutable === null
    ? false
    : readBoolean(context, input.immutable, `${place.path}.immutable`)
}
