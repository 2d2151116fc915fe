/**
 * Canvases out: our JSON form and Celery's signature JSON. Both read back to the same canvas, options included.
 *
 * Options that Celery has no name for (`retry`, an instant beside a duration) keep ours in Celery's form; Celery ignores them.
 */
import { CanvasInvalidError } from './errors.js'
import { toIso } from './instants.js'
import { emptyObject } from './json.js'
import type { Canvas, CanvasOptions, DagNode, Json, Signature } from './types.js'

type JsonFields = { [name: string]: Json }

/** Our JSON form of a canvas that {@link readCanvas} returned. Arguments are shared, not copied. */
export function writeCanvas(canvas: Canvas): Json {
  switch (canvas.kind) {
    case 'task':
      return canvas.each === undefined ? writeTask(canvas) : { [canvas.each]: writeEach(canvas) }
    case 'chain':
      return { chain: canvas.steps.map(writeCanvas), ...ifAny('options', writeOptions(canvas.options)) }
    case 'group':
      return { group: canvas.members.map(writeCanvas), ...ifAny('options', writeOptions(canvas.options)) }
    case 'chord':
      return {
        chord: { header: canvas.header.map(writeCanvas), body: writeCanvas(canvas.body) },
        ...ifAny('options', writeOptions(canvas.options)),
      }
    case 'graph':
      return { graph: { nodes: writeNodes(canvas.nodes) }, ...ifAny('options', writeOptions(canvas.options)) }
  }
}

function writeNodes(nodes: readonly DagNode[]): JsonFields {
  const written = emptyObject()
  for (const { name, canvas, after } of nodes) {
    written[name] = { ...(writeCanvas(canvas) as JsonFields), ...(after.length > 0 ? { after } : {}) }
  }
  return written
}

function writeTask({ task, args, kwargs, options, immutable }: Signature): JsonFields {
  return {
    task,
    ...(args.length > 0 ? { args } : {}),
    ...ifAny('kwargs', kwargs),
    ...ifAny('options', writeOptions(options)),
    ...(immutable ? { immutable } : {}),
  }
}

function writeEach({ task, args, kwargs, options }: Signature): JsonFields {
  return { task, items: args[0] ?? [], ...ifAny('kwargs', kwargs), ...ifAny('options', writeOptions(options)) }
}

function writeOptions({ link, linkError, retry, ...plain }: CanvasOptions): JsonFields {
  return {
    ...plain,
    ...(retry === undefined ? {} : { retry: { ...retry } }),
    ...(link === undefined ? {} : { link: link.map(writeCanvas) }),
    ...(linkError === undefined ? {} : { linkError: linkError.map(writeCanvas) }),
  }
}

function ifAny(name: string, fields: JsonFields): JsonFields {
  return Object.keys(fields).length > 0 ? { [name]: fields } : {}
}

/** Celery's signature JSON of a canvas that {@link readCanvas} returned. Throws `canvas-invalid` for one with a graph in it. */
export function writeCelery(canvas: Canvas): Json {
  switch (canvas.kind) {
    case 'task':
      return canvas.each === undefined
        ? celerySignature(canvas, canvas.task, canvas.args, canvas.kwargs, null, canvas.immutable)
        : celeryEach(canvas)
    case 'chain':
      return celerySignature(canvas, 'celery.chain', [], { tasks: canvas.steps.map(writeCelery) }, 'chain')
    case 'group':
      return celerySignature(canvas, 'celery.group', [], { tasks: canvas.members.map(writeCelery) }, 'group')
    case 'chord':
      return celerySignature(
        canvas,
        'celery.chord',
        [],
        { header: canvas.header.map(writeCelery), body: writeCelery(canvas.body), kwargs: {} },
        'chord',
      )
    case 'graph':
      throw new CanvasInvalidError({ path: 'canvas', rule: 'has a graph in it, which Celery has no form for' })
  }
}

function celeryEach(canvas: Signature): Json {
  const inner = celerySignature({ options: {} }, canvas.task, [], canvas.kwargs, null)
  return celerySignature(canvas, `celery.${canvas.each}`, [], { task: inner, it: canvas.args[0] ?? [] }, null, true)
}

function celerySignature(
  of: { options: CanvasOptions },
  task: string,
  args: Json[],
  kwargs: JsonFields,
  type: string | null,
  immutable = false,
): Json {
  return { task, args, kwargs, options: celeryOptions(of.options), subtask_type: type, immutable }
}

function celeryOptions(options: CanvasOptions): JsonFields {
  const {
    countdownMs,
    etaMs,
    expiresInMs,
    expiresAtMs,
    ignoreResult,
    timeLimitMs,
    softTimeLimitMs,
    taskId,
    link,
    linkError,
    retry,
    ...same
  } = options
  return {
    ...same,
    ...(countdownMs === undefined ? {} : { countdown: countdownMs / 1000 }),
    ...(etaMs === undefined ? {} : { eta: toIso(etaMs) }),
    ...celeryExpires(expiresInMs, expiresAtMs),
    ...(ignoreResult === undefined ? {} : { ignore_result: ignoreResult }),
    ...(timeLimitMs === undefined ? {} : { time_limit: timeLimitMs / 1000 }),
    ...(softTimeLimitMs === undefined ? {} : { soft_time_limit: softTimeLimitMs / 1000 }),
    ...(taskId === undefined ? {} : { task_id: taskId }),
    ...(retry === undefined ? {} : { retry: { ...retry } }),
    ...(link === undefined ? {} : { link: link.map(writeCelery) }),
    ...(linkError === undefined ? {} : { link_error: linkError.map(writeCelery) }),
  }
}

/** Celery has one `expires`: with both of ours, the duration takes the name and the instant keeps its own. */
function celeryExpires(inMs: number | undefined, atMs: number | undefined): JsonFields {
  if (inMs === undefined) return atMs === undefined ? {} : { expires: toIso(atMs) }
  return { expires: inMs / 1000, ...(atMs === undefined ? {} : { expiresAtMs: atMs }) }
}
