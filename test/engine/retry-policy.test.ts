/** Policies as data: which delay follows which attempt, and which errors are tried again. */
import { describe, expect, test } from 'vitest'
import { type ErrorClass, type Json, type RetrySettings, readCanvas, type TaskContext, UnrecoverableError } from '../../src/engine/index.js'
import { backoffMs, retriesFor, retryAfterMs } from '../../src/engine/worker/retry.js'
import { useRedis } from '../support/redis-server.js'
import { call, errorOf, TestEngine } from './harness.js'

const delays = (policy: RetrySettings, random = () => 0.5) => [1, 2, 3, 4].map((attempt) => backoffMs(policy, attempt, random))

describe('the delay after an attempt', () => {
  test.each<[string, RetrySettings, number[]]>([
    ['doubles by default', {}, [1_000, 2_000, 4_000, 8_000]],
    ['doubles from its factor on', { backoff: 'exponential', factorMs: 10 }, [10, 20, 40, 80]],
    ['grows by its factor', { backoff: 'linear', factorMs: 10 }, [10, 20, 30, 40]],
    ['stays', { backoff: 'fixed', factorMs: 10 }, [10, 10, 10, 10]],
    ['is as listed, the last for all further', { delaysMs: [5, 0, 7] }, [5, 0, 7, 7]],
    ['is at most maxDelayMs', { factorMs: 10, maxDelayMs: 25 }, [10, 20, 25, 25]],
    ['is a random share with full jitter', { factorMs: 100, jitter: true }, [50, 100, 200, 400]],
    ['has half of it for sure with equal jitter', { backoff: 'fixed', factorMs: 100, jitter: 'equal' }, [75, 75, 75, 75]],
  ])('%s', (_name, policy, expected) => {
    expect(delays(policy)).toEqual(expected)
  })

  test('with jitter stays within its bounds', () => {
    const fixed: RetrySettings = { backoff: 'fixed', factorMs: 100 }
    expect([delays({ ...fixed, jitter: 'full' }, () => 0)[0], delays({ ...fixed, jitter: 'full' }, () => 0.999)[0]]).toEqual([0, 100])
    expect([delays({ ...fixed, jitter: 'equal' }, () => 0)[0], delays({ ...fixed, jitter: 'equal' }, () => 0.999)[0]]).toEqual([50, 100])
  })
})

class Busy extends Error {
  override readonly name: string = 'Busy'
}
class VeryBusy extends Busy {
  override readonly name = 'VeryBusy'
}

describe('an error is tried again by itself', () => {
  const asks = (policy: RetrySettings, thrown: unknown, attempt = 1) => {
    const { name, code, message } = thrown as Error & { code?: string }
    return retriesFor(policy, thrown, { type: name, message, ...(code ? { code } : {}) }, attempt)
  }
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })

  test.each<[string, RetrySettings, unknown, boolean]>([
    ['not unless asked for', {}, new Busy('x'), false],
    ['with auto', { auto: true }, new Busy('x'), true],
    ['by class', { retryFor: [Busy] }, new Busy('x'), true],
    ['by the class that it extends', { retryFor: [Busy] }, new VeryBusy('x'), true],
    ['by name', { retryFor: ['Busy'] }, new Busy('x'), true],
    ['by name, not by that of what it extends', { retryFor: ['Busy'] }, new VeryBusy('x'), false],
    ['by code', { retryFor: ['ECONNRESET'] }, reset, true],
    ['not when it is another', { auto: true, retryFor: [Busy] }, reset, false],
    ['not where auto says so', { auto: false, retryFor: [Busy] }, new Busy('x'), false],
    ['but for exceptions', { auto: true, dontRetryFor: [Busy, 'ECONNRESET'] }, new VeryBusy('x'), false],
    ['but for codes', { auto: true, dontRetryFor: [Busy, 'ECONNRESET'] }, reset, false],
    ['exceptions win', { retryFor: [Busy], dontRetryFor: ['VeryBusy'] }, new VeryBusy('x'), false],
    ['when a function says so', { retryIf: (error) => error instanceof Busy }, new Busy('x'), true],
    ['not when a function says otherwise', { auto: true, retryIf: () => false }, new Busy('x'), false],
    ['when both say so', { retryFor: [Busy], retryIf: (_error, attempt) => attempt < 2 }, new Busy('x'), true],
  ])('%s', (_name, policy, thrown, expected) => {
    expect(asks(policy, thrown)).toBe(expected)
  })
})

test('Retry-After: seconds, an HTTP date, a date; anything else is none', () => {
  const now = Date.UTC(2026, 10, 21, 10, 0, 0)
  expect(retryAfterMs('120', now)).toBe(120_000)
  expect(retryAfterMs(1.5, now)).toBe(1_500)
  expect(retryAfterMs('Sat, 21 Nov 2026 10:00:30 GMT', now)).toBe(30_000)
  expect(retryAfterMs('Sat, 21 Nov 2026 09:00:00 GMT', now)).toBe(0)
  expect(retryAfterMs(new Date(now + 5), now)).toBe(5)
  expect([retryAfterMs('soon', now), retryAfterMs(Number.NaN, now)]).toEqual([undefined, undefined])
})

test.each([
  [{ backoff: 'cubic' }, 'canvas.options.retry.backoff: must be one of "exponential", "linear", "fixed"'],
  [{ jitter: 1 }, 'canvas.options.retry.jitter: must be one of true, false, "full", "equal"'],
  [{ delaysMs: [] }, 'canvas.options.retry.delaysMs: must be a list of 1 to 100 numbers of milliseconds'],
  [{ delaysMs: [1, -1] }, 'canvas.options.retry.delaysMs[1]: must be a finite number of milliseconds from 0 to 315360000000 (10 years)'],
  [{ delaysMs: [1], factorMs: 2 }, 'canvas.options.retry.delaysMs: stands in place of backoff and factorMs, not beside them'],
  [{ retryFor: 'Busy' }, 'canvas.options.retry.retryFor: must be a list of at most 100 names or codes of errors'],
  [{ dontRetryFor: [7] }, 'canvas.options.retry.dontRetryFor[0]: must be the name or the code of an error, 1 to 128 characters'],
])('%j is refused', (retry, message) => {
  expect(() => readCanvas({ task: 'a', options: { retry } })).toThrow(message)
})

describe('on a worker', () => {
  const redis = useRedis()

  const failing =
    (make: (attempt: number) => unknown) =>
    (ctx: TaskContext): Json => {
      const error = make(ctx.attempt)
      if (error !== undefined) throw error
      return ctx.attempt
    }

  test('the signature’s names and the task’s classes decide together, field by field', async () => {
    const engine = await TestEngine.open(redis.url)
    const retryFor: ErrorClass[] = [Busy]
    const busy = failing((attempt) => (attempt < 3 ? new VeryBusy('busy') : undefined))
    await engine.worker({ busy: { handler: busy, options: { retry: { retryFor, delaysMs: [0] } } } })
    expect((await engine.run(call('busy'))).outcome).toEqual({ state: 'SUCCESS', result: 3 })
    const { outcome, node } = await engine.run(call('busy', [], { retry: { dontRetryFor: ['VeryBusy'] } }))
    expect(errorOf(outcome)).toMatchObject({ type: 'VeryBusy' })
    expect(node('busy').attempts).toBe(1)
  })

  test('an UnrecoverableError ends it, whatever the policy says; so does a retryIf that throws', async () => {
    const engine = await TestEngine.open(redis.url)
    const hopeless = failing(() => new UnrecoverableError('never'))
    const broken = { handler: failing(() => new Busy('x')), options: { retry: { retryIf: () => JSON.parse('{') as boolean } } }
    await engine.worker({ hopeless: { handler: hopeless, options: { retry: { auto: true, factorMs: 1 } } }, broken })
    expect((await engine.run(call('hopeless'))).node('hopeless').attempts).toBe(1)
    expect(errorOf((await engine.run(call('broken'))).outcome)).toMatchObject({ type: 'Busy' })
    expect(engine.complaints).toEqual(['retryIf failed; the attempt is not tried again'])
  })

  test('a server’s Retry-After is the delay', async () => {
    const engine = await TestEngine.open(redis.url)
    const seen: number[] = []
    await engine.worker({
      limited: (ctx: TaskContext) => {
        seen.push(performance.now())
        return ctx.attempt === 1 ? ctx.retry({ retryAfter: 0.1, countdownMs: 60_000 }) : 'in'
      },
    })
    expect((await engine.run(call('limited'))).outcome).toEqual({ state: 'SUCCESS', result: 'in' })
    expect((seen[1] ?? 0) - (seen[0] ?? 0)).toBeGreaterThanOrEqual(95)
  })
})
