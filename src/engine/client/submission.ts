/** From a canvas to what is sent: compiled, laid out, with an id, a partition and a fingerprint. No I/O. */
import { compile } from '../canvas/compile.js'
import type { CanvasLimits } from '../canvas/limits.js'
import { readCanvas } from '../canvas/read.js'
import type { Canvas } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import { bucketOf, checkName, fingerprint, newWorkflowId } from '../protocol/ids.js'
import { layoutGraph } from '../protocol/layout.js'
import { type LoneLayout, layoutKnown, layoutLone } from '../protocol/layout-lone.js'
import type { StoredGraph, WorkflowMeta } from '../protocol/stored.js'
import type { Namespace } from '../redis/namespace.js'
import { CALL_BYTES, CALL_FIELDS, sizeOf } from '../redis/pieces.js'
import type { Argument } from '../redis/scripts.generated.js'
import { checkTraceContext, isSampled, originText, type TraceContext } from '../tracing/trace-context.js'

/** How a canvas is submitted. */
export interface SubmitOptions {
  /** The workflow's id, `[A-Za-z0-9._-]{1,128}`. Default: a new one. The same id with the same canvas is the same workflow. */
  id?: string
  name?: string
  tags?: string[]
  /** Whose workflow it is. Default `-`. */
  tenant?: string
  /** Kept 24 h: the same key with the same canvas answers the first workflow. */
  idempotencyKey?: string
  /** How long a workflow is kept after its end, ms. Default 24 h. */
  retentionMs?: number
  /**
   * How long after its submission it is revoked if it has not ended, ms: everything of it, whatever it waits for. A rerun has as long again. Default: never.
   */
  timeoutMs?: number
  /**
   * Where in a trace the caller stands; for a client with a tracer, where no span is current. What is not sampled is not carried.
   * A workflow that is there already keeps the trace of its first submission.
   */
  trace?: TraceContext
  /**
   * `cancel`: when a task fails with no attempt left, all that is open of the workflow is ended, callbacks excepted, and the workflow has failed with
   * that task's error. Default `fail`: what does not depend on the task runs to its end.
   */
  onFailure?: 'fail' | 'cancel'
  /** Refuse canvases beyond these (default 100,000 nodes, 64 canvases and 512 arrays and objects in one another), and bound what its tasks do. */
  limits?: Partial<CanvasLimits> & {
    /** Retries of all its tasks together; when they are used up, what fails has failed. Default: no limit. */
    retries?: number
  }
}

/** A workflow of one task with nothing of its own but arguments: many of one template travel in one call (redis/lua/enqueue.lua). */
export interface LoneSubmission extends LoneLayout {
  id: string
  partition: number
  keepMs: number
}

/** Any other workflow (redis/lua/submit.lua). */
export interface GraphSubmission {
  id: string
  partition: number
  fields: [string, Argument][]
  bytes: number
  head: Argument[]
}

export type Submission = LoneSubmission | GraphSubmission

export const isLone = (submission: Submission): submission is LoneSubmission => 'template' in submission

const DAY_MS = 86_400_000
const MAX_RETENTION_MS = 366 * DAY_MS
const MAX_TIMEOUT_MS = 366 * DAY_MS
const MAX_RETRIES = 1_000_000_000

/** How long a workflow is kept after its end, ms. Throws `request-invalid`. */
export function checkRetention(ms: number | undefined): number {
  if (ms === undefined) return DAY_MS
  if (!Number.isFinite(ms) || ms < 0 || ms > MAX_RETENTION_MS) {
    throw new ChordisError('request-invalid', `must be a number of milliseconds from 0 to ${MAX_RETENTION_MS}`, {
      path: 'options.retentionMs',
    })
  }
  return Math.round(ms)
}

/** Throws `name-invalid` or `request-invalid`, with the path of the option. */
export function checkLabels(options: SubmitOptions): void {
  if (options.tenant !== undefined) checkName(options.tenant, 'tenant')
  if (options.name !== undefined && (typeof options.name !== 'string' || options.name.length === 0 || options.name.length > 256)) {
    throw new ChordisError('request-invalid', 'must be a text of 1 to 256 characters', { path: 'name' })
  }
  if (options.tags !== undefined) {
    if (!Array.isArray(options.tags) || options.tags.length > 32)
      throw new ChordisError('request-invalid', 'must be at most 32 names', { path: 'tags' })
    options.tags.forEach((tag, k) => {
      checkName(tag, `tags[${k}]`)
    })
  }
  const retries = options.limits?.retries
  if (retries !== undefined && (!Number.isInteger(retries) || retries < 0 || retries > MAX_RETRIES)) {
    throw new ChordisError('request-invalid', `must be a whole number from 0 to ${MAX_RETRIES}`, { path: 'options.limits.retries' })
  }
  const { timeoutMs } = options
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new ChordisError('request-invalid', `must be a number of milliseconds above 0, at most ${MAX_TIMEOUT_MS}`, {
      path: 'options.timeoutMs',
    })
  }
  if (options.onFailure !== undefined && options.onFailure !== 'fail' && options.onFailure !== 'cancel') {
    throw new ChordisError('request-invalid', 'must be "fail" or "cancel"', { path: 'options.onFailure' })
  }
  const key = options.idempotencyKey
  if (key !== undefined && (typeof key !== 'string' || key.length === 0 || key.length > 256)) {
    throw new ChordisError('request-invalid', 'must be 1 to 256 characters', { path: 'idempotencyKey' })
  }
}

/** The meta field of a workflow: what clients are told beside its graph. */
export function metaText(stored: StoredGraph, options: Pick<SubmitOptions, 'name' | 'tags' | 'tenant'>): string {
  const m: WorkflowMeta = { o: stored.output, n: stored.nodes, c: stored.total }
  if (options.name !== undefined) m.name = options.name
  if (options.tags?.length) m.tags = options.tags
  if (options.tenant !== undefined) m.tenant = options.tenant
  return JSON.stringify(m)
}

/** What it is listed under, beside its state (redis/lua/lib/listing.lua); no part of what makes it the same workflow. */
export function labelsOf({ tenant = '-', tags = [] }: Pick<SubmitOptions, 'tenant' | 'tags'>, ...others: string[]): [string, Argument][] {
  if (tenant === '-' && tags.length === 0 && others.length === 0) return []
  const labels = [...new Set(tags.map((tag) => `t:${tag}`)), ...others]
  return [['l', [tenant, ...labels].join(' ')]]
}

/** What it carries of a trace; no part of what makes it the same workflow. */
function originOf({ trace }: Pick<SubmitOptions, 'trace'>): [string, Argument][] {
  return trace === undefined ? [] : [['O', originText(trace)]]
}

function place(namespace: Namespace, id: string | undefined, key: string | undefined): { id: string; partition: number } {
  if (id !== undefined) return { id: checkName(id, 'id'), partition: namespace.partitionOf(id) }
  const partition = key === undefined ? Math.floor(Math.random() * namespace.partitions) : namespace.partitionOf(`key ${bucketOf(key)}`)
  return { id: newWorkflowId(partition), partition }
}

/** Names, tags, keys and ids are stored with a workflow, so only one without them is plain. */
function isPlain(options: SubmitOptions): boolean {
  if (options.id !== undefined || options.idempotencyKey !== undefined) return false
  return (
    options.name === undefined &&
    !options.tags?.length &&
    options.tenant === undefined &&
    options.limits?.retries === undefined &&
    options.timeoutMs === undefined &&
    options.trace === undefined &&
    options.onFailure !== 'cancel'
  )
}

function lone(namespace: Namespace, { template, definition }: LoneLayout, options: SubmitOptions): LoneSubmission {
  const { id, partition } = place(namespace, undefined, undefined)
  return { id, partition, template, definition, keepMs: checkRetention(options.retentionMs) }
}

function withSampled({ trace: _trace, ...options }: SubmitOptions, trace: TraceContext): SubmitOptions {
  const checked = checkTraceContext(trace, 'options.trace')
  return isSampled(checked) ? { ...options, trace: checked } : options
}

/** Reads, compiles and lays out a canvas. Throws ChordisError with the path of what is wrong. */
export function prepare(namespace: Namespace, input: Canvas | unknown, given: SubmitOptions = {}): Submission {
  checkLabels(given)
  const options = given.trace === undefined ? given : withSampled(given, given.trace)
  const plain = isPlain(options)
  const known = plain ? layoutKnown(input) : undefined
  if (known !== undefined) return lone(namespace, known, options)
  const canvas = readCanvas(input, options.limits ? { limits: options.limits } : {})
  const layout = plain ? layoutLone(canvas) : undefined
  return layout === undefined ? graph(namespace, canvas, options) : lone(namespace, layout, options)
}

/** The id and the idempotency key that the caller gave, if any. */
export function namesOf(canvas: Canvas, options: SubmitOptions): { id: string | undefined; key: string | undefined } {
  const id = options.id ?? (canvas.kind === 'task' ? canvas.options.taskId : undefined)
  const key = options.idempotencyKey === undefined ? undefined : `${options.tenant ?? '-'}:${options.idempotencyKey}`
  return { id, key }
}

/** A canvas as it is stored, without what tells one submission of it from another. */
export interface StoredCanvas {
  total: number
  outs: number
  roots: string
  fields: [string, Argument][]
  bytes: number
}

/** Compiles and lays out a canvas. Throws ChordisError with the path of what is wrong. */
export function storedCanvas(canvas: Canvas, options: SubmitOptions): StoredCanvas {
  const stored = layoutGraph(compile(canvas, options.limits ? { limits: options.limits } : {}))
  const retries: [string, Argument][] = options.limits?.retries === undefined ? [] : [['y', String(options.limits.retries)]]
  const timeout: [string, Argument][] = options.timeoutMs === undefined ? [] : [['T', String(Math.ceil(options.timeoutMs))]]
  const policy: [string, Argument][] = options.onFailure === 'cancel' ? [['F', 'cancel']] : []
  const fields: [string, Argument][] = [['m', metaText(stored, options)], ...retries, ...timeout, ...policy, ...stored.fields]
  const bytes = fields.reduce((sum, [name, value]) => sum + name.length + sizeOf(value) + 20, 200)
  return { total: stored.total, outs: stored.outs, roots: stored.roots, fields, bytes }
}

/** Whether one call carries it. */
export const fitsOneCall = ({ bytes, fields }: Pick<StoredCanvas, 'bytes' | 'fields'>): boolean =>
  bytes <= CALL_BYTES && fields.length <= CALL_FIELDS

function graph(namespace: Namespace, canvas: Canvas, options: SubmitOptions): GraphSubmission {
  const stored = storedCanvas(canvas, options)
  const { fields, bytes } = stored
  const { id: ownId, key } = namesOf(canvas, options)
  const { id, partition } = place(namespace, ownId, key)
  const keyText = key === undefined ? '' : `${options.tenant ?? '-'}:${fingerprint([key])}`
  // A new id needs no digest: see same_fields in submit.lua. Keys keep one, and what is stored in pieces is recognised by it.
  const fresh = ownId === undefined && key === undefined && fitsOneCall(stored)
  const digest = fresh ? '-' : fingerprint([stored.roots, ...(fields.flat() as (string | Buffer)[])])
  fields.push(...labelsOf(options), ...originOf(options))
  const head = [id, digest, '1', stored.total, stored.outs, checkRetention(options.retentionMs), keyText, '', stored.roots]
  return { id, partition, fields, bytes, head }
}
