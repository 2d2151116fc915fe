/** Follows a workflow until its outcome is known: shows how far it is, survives a Redis, or a service, that is away for a while. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type WorkflowStatus } from '../engine/index.js'
import type { Backend, SeenOutcome, SeenWorkflow } from './backend/backend.js'
import type { Context } from './context.js'
import { CliError, isPassing } from './failure.js'
import { bar, duration, number, type Paint } from './terminal.js'

/** After a look that failed, ms. */
const AGAIN_MS = 150
/** How long Redis, or the service, may be away, ms. */
const PATIENCE_MS = 15_000
const WAIT_MS = 60_000

export interface Followed {
  outcome: SeenOutcome
  status: WorkflowStatus
}

/** Shows a workflow while it runs. */
export interface Display {
  update(status: WorkflowStatus, elapsedMs: number): void
  /** Leaves the screen as it should stay. */
  end(): void
}

export interface FollowOptions {
  /** Give up after this long, ms. Default: never. */
  timeoutMs?: number
  display: Display
  /** Fires when the user no longer wants to watch. */
  signal: AbortSignal
}

/** Throws `timeout`, CliError `interrupted`, and what reading throws when Redis stays away. The workflow goes on in any case. */
export async function follow(
  backend: Backend,
  handle: SeenWorkflow,
  { timeoutMs = Infinity, display, signal }: FollowOptions,
): Promise<Followed> {
  const from = performance.now()
  const interrupted = new Promise<'stop'>((resolve) => signal.addEventListener('abort', () => resolve('stop'), { once: true }))
  const watch = backend.watch(handle.id)
  let waiting: Promise<SeenOutcome | null> | undefined
  let lastAnswer = from
  try {
    for (;;) {
      try {
        const elapsed = performance.now() - from
        if (elapsed >= timeoutMs) throw new ChordisError('timeout', `no outcome within ${duration(timeoutMs)}`, { workflow: handle.id })
        waiting ??= heard(handle.outcome({ waitMs: WAIT_MS }))
        const first = await Promise.race([waiting, interrupted, watch.next(timeoutMs - elapsed).then(() => 'look' as const)])
        if (first === 'stop')
          throw new CliError('interrupted', `workflow ${handle.id} goes on; watch it with: chordis run show ${handle.id}`)
        if (first !== 'look') waiting = undefined
        const status = await handle.status()
        lastAnswer = performance.now()
        display.update(status, lastAnswer - from)
        if (first !== 'look' && first !== null) return { outcome: first, status }
      } catch (error) {
        if (!isPassing(error) || performance.now() - lastAnswer > PATIENCE_MS || isTimeout(error)) throw error
        waiting = undefined
        await sleep(AGAIN_MS)
      }
    }
  } finally {
    watch.close()
    display.end()
  }
}

const isTimeout = (error: unknown): boolean => error instanceof ChordisError && error.code === 'timeout'

/** Nobody may be listening when it fails. */
function heard<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}

/** `21 of 42 tasks  1 failed  2 skipped`. */
export function countsText({ counts }: Pick<WorkflowStatus, 'counts'>, style: Paint): string {
  const { total, remaining, failure, revoked, skipped } = counts
  const parts = [`${number(total - remaining)} of ${number(total)} ${total === 1 ? 'task' : 'tasks'}`]
  if (failure > 0) parts.push(style.bad(`${number(failure)} failed`))
  if (revoked > 0) parts.push(style.warn(`${number(revoked)} revoked`))
  if (skipped > 0) parts.push(style.warn(`${number(skipped)} skipped`))
  return parts.join('  ')
}

/** One line of a progress bar, no wider than the terminal: the bar gives way first. */
export function progressLine(status: Pick<WorkflowStatus, 'counts' | 'state'>, elapsedMs: number, width: number, style: Paint): string {
  const { total, remaining } = status.counts
  const tail = `${countsText(status, style)}  ${style.faint(clock(elapsedMs))}`
  const tailWidth = tail.replace(/\x1b\[\d+m/g, '').length
  const room = Math.min(32, width - tailWidth - 3)
  if (room < 4) return tail
  const colour = status.counts.failure > 0 ? style.bad : style.accent
  return `${colour(bar(total - remaining, total, room))}  ${tail}`
}

/** Whole seconds and tenths: hundredths only flicker. */
const clock = (ms: number): string => (ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : duration(ms))

/** A bar that is drawn anew in place, on standard error. */
export function barDisplay(stream: NodeJS.WriteStream, style: Paint): Display {
  let drawn = false
  return {
    update(status, elapsedMs) {
      stream.write(`\r\x1b[2K${progressLine(status, elapsedMs, stream.columns || 80, style)}`)
      drawn = true
    },
    end() {
      if (drawn) stream.write('\r\x1b[2K')
    },
  }
}

/** Between two plain lines, ms. */
const LINE_MS = 2_000

/** A line now and then, when something has changed: for logs. */
export function lineDisplay(context: Context, id: string): Display {
  let shown = ''
  let at = Number.NEGATIVE_INFINITY
  return {
    update(status, elapsedMs) {
      const text = countsText(status, context.err)
      if (text === shown || elapsedMs - at < LINE_MS || status.outcomeAt !== null) return
      shown = text
      at = elapsedMs
      context.note(`${id}  ${status.state}  ${text}  ${clock(elapsedMs)}`)
    },
    end() {},
  }
}

export const noDisplay: Display = { update() {}, end() {} }
