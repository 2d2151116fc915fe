/**
 * Body of a submission -> canvas, by reference and unread, and the validated options. A stream (NDJSON) stays what it is.
 */
import { Readable } from 'node:stream'
import type { PipeTransform } from '@nestjs/common'
import { RequestInvalidError } from '../../http/problem.js'
import { isObject } from '../../http/read.js'
import type { Submission } from '../../operations/workflows.operations.js'
import { readDto, refuse } from '../read-dto.js'
import { EnvelopeDto, LineDto } from './submit.dto.js'

export type { Submission }

/** One submission. */
export class SubmitPipe implements PipeTransform<unknown, Submission> {
  transform(body: unknown): Submission {
    return submissionOf(EnvelopeDto, body)
  }
}

/** One submission, or a stream of them. */
export class SubmitOrStreamPipe implements PipeTransform<unknown, Submission | Readable> {
  transform(body: unknown): Submission | Readable {
    return body instanceof Readable ? body : submissionOf(EnvelopeDto, body)
  }
}

/** A line of NDJSON. */
export const readLine = (line: unknown): Submission => submissionOf(LineDto, line)

function submissionOf(type: new () => EnvelopeDto, body: unknown): Submission {
  if (!isObject(body)) throw new RequestInvalidError([{ path: 'body', rule: 'must be a JSON object with a `canvas`' }])
  const [canvas, rest] = takeCanvas(body)
  const [{ options, ...names }, faults] = readDto(type, rest)
  const missing = canvas === undefined ? [{ path: 'canvas', rule: 'is missing' }] : []
  refuse([...missing, ...faults])
  return { canvas, options: { ...names, ...plain(options) } }
}

/** The canvas and a shallow copy of everything else; a null prototype keeps `__proto__` an ordinary (and refused) field. */
function takeCanvas(body: Record<string, unknown>): [unknown, Record<string, unknown>] {
  const rest = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(body)) {
    if (key !== 'canvas') rest[key] = body[key]
  }
  return [Object.hasOwn(body, 'canvas') ? body.canvas : undefined, rest]
}

function plain(options: EnvelopeDto['options']): Submission['options'] {
  if (options === undefined) return {}
  const { limits, ...rest } = options
  return { ...rest, ...(limits === undefined || Object.keys(limits).length === 0 ? {} : { limits: { ...limits } }) }
}
