/**
 * Body of `POST /v1/workflows` -> canvas, by reference and unread, and the validated options.
 */
import { Injectable, type PipeTransform } from '@nestjs/common'
import type { SubmitOptions } from '../../engine/index.js'
import { type Fault, RequestInvalidError } from '../http/problem.js'
import { isObject, readInto } from '../http/read.js'
import { ENVELOPE_FIELDS, SubmitDto, SubmitLimitsDto, SubmitOptionsDto } from './submit.dto.js'

export interface Submission {
  canvas: unknown
  options: SubmitOptions
}

@Injectable()
export class SubmitPipe implements PipeTransform<unknown, Submission> {
  transform(body: unknown): Submission {
    if (!isObject(body)) throw new RequestInvalidError([{ path: 'body', rule: 'must be a JSON object with a `canvas`' }])
    const [canvas, rest] = takeCanvas(body)
    const [envelope, faults] = readInto(SubmitDto, ENVELOPE_FIELDS, rest)
    const [options, optionFaults] = readOptions(envelope.options)
    const missing = canvas === undefined ? [{ path: 'canvas', rule: 'is missing' }] : []
    refuse([...missing, ...faults, ...optionFaults])
    const { options: _options, ...names } = envelope
    return { canvas, options: { ...names, ...options } }
  }
}

/** The canvas and a shallow copy of everything else; a null prototype keeps `__proto__` an ordinary (and refused) field. */
function takeCanvas(body: Record<string, unknown>): [unknown, Record<string, unknown>] {
  const rest = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(body)) {
    if (key !== 'canvas') rest[key] = body[key]
  }
  return [Object.hasOwn(body, 'canvas') ? body.canvas : undefined, rest]
}

function readOptions(input: unknown): [SubmitOptions, Fault[]] {
  if (input === undefined) return [{}, []]
  const [{ retentionMs, onFailure, limits }, faults] = readInto(SubmitOptionsDto, ['retentionMs', 'onFailure', 'limits'], input, 'options')
  const [{ nodes, retries }, limitFaults] =
    limits === undefined ? [{} as SubmitLimitsDto, []] : readInto(SubmitLimitsDto, ['nodes', 'retries'], limits, 'options.limits')
  const options: SubmitOptions = {
    ...(retentionMs === undefined ? {} : { retentionMs }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(nodes === undefined && retries === undefined
      ? {}
      : { limits: { ...(nodes === undefined ? {} : { nodes }), ...(retries === undefined ? {} : { retries }) } }),
  }
  return [options, [...faults, ...limitFaults]]
}

function refuse(faults: Fault[]): void {
  const [first, ...others] = faults
  if (first !== undefined) throw new RequestInvalidError([first, ...others])
}
