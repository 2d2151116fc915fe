/** `chordis submit`: a canvas from a file or standard input becomes a workflow; with `--follow`, its result comes back. */
import type { SubmitOptions } from '../../engine/index.js'
import type { Backend, SeenWorkflow } from '../backend/backend.js'
import { withBackend } from '../backend/open.js'
import { canvasFrom } from '../canvas-file.js'
import type { Context } from '../context.js'
import { CliError } from '../failure.js'
import { barDisplay, countsText, type Display, type Followed, follow, lineDisplay, noDisplay } from '../follow.js'
import { exitOf, printOutcome, shapeOf } from '../outcome.js'
import { duration } from '../terminal.js'
import { durationOf, stateColour } from './run.js'

export interface SubmitArguments {
  id?: string
  name?: string
  tag?: string[]
  tenant?: string
  key?: string
  /** Seconds. */
  retention?: number
  follow?: boolean
  /** Seconds. */
  timeout?: number
}

export async function submit(context: Context, file: string, options: SubmitArguments): Promise<number> {
  if (options.timeout !== undefined && !options.follow) throw new CliError('usage', '--timeout needs --follow')
  const canvas = canvasFrom(file)
  return withBackend(context, async (backend) => {
    const handle = await backend.submit(canvas, submitOptions(options))
    if (options.follow) return followed(context, backend, handle, options)
    context.print(context.json ? JSON.stringify({ id: handle.id, duplicate: handle.duplicate }) : handle.id)
    return 0
  })
}

function submitOptions({ id, name, tag, tenant, key, retention }: SubmitArguments): SubmitOptions {
  return {
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(retention === undefined ? {} : { retentionMs: retention * 1_000 }),
  }
}

async function followed(context: Context, backend: Backend, handle: SeenWorkflow, { timeout }: SubmitArguments): Promise<number> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal)
  if (!context.json) context.note(`${handle.id}  ${context.err.faint(handle.duplicate ? 'was there already' : 'submitted')}`)
  try {
    const display = displayOf(context, handle.id)
    const timeoutMs = timeout === undefined ? {} : { timeoutMs: timeout * 1_000 }
    return report(context, handle, await follow(backend, handle, { ...timeoutMs, display, signal: stop.signal }))
  } finally {
    process.removeListener('SIGINT', onSignal)
  }
}

function displayOf(context: Context, id: string): Display {
  if (context.json) return noDisplay
  return process.stderr.isTTY ? barDisplay(process.stderr, context.err) : lineDisplay(context, id)
}

function report(context: Context, { id, duplicate }: SeenWorkflow, { outcome, status }: Followed): number {
  const shape = shapeOf(outcome, status.state)
  const { counts } = status
  const durationMs = durationOf(status)
  if (context.json) context.print(JSON.stringify({ id, duplicate, ...shape, counts, durationMs }))
  else {
    const state = stateColour(shape.state, context.err)(shape.state)
    context.note(`${id}  ${state}  ${countsText(status, context.err)}  ${durationMs === null ? '' : duration(durationMs)}`)
    printOutcome(context, id, outcome, shape)
  }
  return exitOf(shape)
}
