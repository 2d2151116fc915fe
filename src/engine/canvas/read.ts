/**
 * Reads a canvas from anything that may be one: our JSON, Celery's JSON, or the AST as builders make it, mixed at will.
 *
 * The result is a plain checked copy. Depth is checked first and iteratively; everything after it recurses, at most as deep as was
 * allowed. Called by the client on submit and by workers for canvases that running tasks hand over.
 */
import { type Place, ReadContext } from './context.js'
import { limitExceeded } from './errors.js'
import { type Fields, isFields } from './fields.js'
import { NO_ARGS, NO_KWARGS } from './json.js'
import { type CanvasLimits, checkJsonDepth, limitsFrom } from './limits.js'
import { checkPolicy, readOptions } from './options.js'
import { isAst, readAst } from './read-ast.js'
import { isCelery, readCelery } from './read-celery.js'
import { readChordis } from './read-chordis.js'
import type { Canvas, CanvasOptions, Signature } from './types.js'

/** How a canvas is read. */
export interface ReadOptions {
  limits?: Partial<CanvasLimits> | undefined
  /** What the input is called in messages. Default `canvas`. */
  path?: string | undefined
}

/**
 * Reads and checks a canvas.
 * @throws CanvasInvalidError (`canvas-invalid`) with the path of each fault; ChordisError `limit-exceeded` when it is too large or deep
 */
export function readCanvas(input: unknown, { limits, path = 'canvas' }: ReadOptions = {}): Canvas {
  const all = limitsFrom(limits)
  checkJsonDepth(input, all.jsonDepth, path)
  const context = new ReadContext(all, readNode)
  const canvas = context.read(input, { path, level: 1, dialect: 'chordis' })
  context.finish()
  return canvas
}

/** Reads options alone, as builders take them: Celery's names in seconds, ours in milliseconds. */
export function readOptionsInput(input: unknown): CanvasOptions {
  if (isFields(input) && Object.keys(input).length === 0) return {}
  checkJsonDepth(input, limitsFrom().jsonDepth, 'options')
  const context = new ReadContext(limitsFrom(), readNode)
  const options = readOptions(context, input, { path: 'options', level: 1, dialect: 'chordis' }, 'options')
  context.finish()
  return options
}

/** Stands for what could not be read; never returned to a caller of {@link readCanvas}. */
const UNREADABLE: Canvas = { kind: 'task', task: '', args: NO_ARGS, kwargs: NO_KWARGS, options: {}, immutable: false }

function readNode(context: ReadContext, input: unknown, place: Place): Canvas {
  if (!isFields(input)) {
    context.fail(place.path, notCanvas(input))
    return UNREADABLE
  }
  checkLevel(context, place, place.level - 1)
  const canvas = readForm(context, input, place) ?? UNREADABLE
  if (canvas.kind !== 'task') checkLevel(context, place, place.level)
  checkSize(context, canvas, place.path)
  checkPolicy(context, canvas, place.path)
  if (isEmptyCompound(canvas)) context.countNode(place.path)
  return canvas
}

function readForm(context: ReadContext, input: Fields, place: Place): Canvas | undefined {
  if (isAst(input)) return readAst(context, input, place)
  if (isCelery(input, place)) return readCelery(context, input, place)
  return readChordis(context, input, place)
}

/** A task may stand in the innermost compound that is allowed; callbacks of callbacks are counted in the same way. */
function checkLevel(context: ReadContext, place: Place, compounds: number): void {
  if (compounds > context.limits.depth) throw limitExceeded(place.path, `is nested deeper than ${context.limits.depth} canvases`)
}

/** How wide it is, and how much one call of it carries. */
function checkSize({ limits }: ReadContext, canvas: Canvas, path: string): void {
  if (canvas.kind === 'task') {
    if (limits.payloadBytes === Number.POSITIVE_INFINITY) return
    const bytes = Buffer.byteLength(JSON.stringify([canvas.args, canvas.kwargs]))
    if (bytes > limits.payloadBytes)
      throw limitExceeded(`${path}.args`, `are ${bytes} bytes with the keyword arguments; at most ${limits.payloadBytes} are allowed`)
    return
  }
  const members = membersOf(canvas)
  if (members > limits.members) throw limitExceeded(path, `has ${members} members; at most ${limits.members} are allowed`)
}

/** Those that run side by side, or may. */
function membersOf(canvas: Exclude<Canvas, Signature>): number {
  if (canvas.kind === 'group') return canvas.members.length
  if (canvas.kind === 'chord') return canvas.header.length
  return canvas.kind === 'graph' ? canvas.nodes.length : 0
}

function isEmptyCompound(canvas: Canvas): boolean {
  if (canvas.kind === 'graph') return canvas.nodes.length === 0
  return (canvas.kind === 'chain' && canvas.steps.length === 0) || (canvas.kind === 'group' && canvas.members.length === 0)
}

function notCanvas(input: unknown): string {
  const what = 'must be a canvas: an object with task, chain, group, chord, graph, map, starmap or chunks'
  return Array.isArray(input) ? `${what}; a list is written {"chain": […]} or {"group": […]}` : what
}
