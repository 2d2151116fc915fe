import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/engine/testing/index.js'

test('a clock calls what is due in the order of instants, then of scheduling, and not what was cancelled', () => {
  const entry = fc.record({ due: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const clock = new VirtualClock({ now: 0, manual: true })
      const called: number[] = []
      const timers = entries.map(({ due }, k) => clock.schedule(due, () => called.push(k)))
      for (const [k, { cancelled }] of entries.entries()) if (cancelled) timers[k]?.cancel()
      clock.tick(20)
      const expected = entries.map((one, k) => ({ ...one, k })).filter(({ cancelled }) => !cancelled)
      expect(called).toEqual(expected.sort((a, b) => a.due - b.due || a.k - b.k).map(({ k }) => k))
      expect([clock.now, clock.nextDue]).toEqual([20, null])
    }),
  )
})

test('a clock shows every callback the instant at which it was due', async () => {
  const clock = new VirtualClock({ now: new Date(1_000), manual: true })
  const seen: number[] = []
  const again = (): void => {
    seen.push(clock.now)
    if (seen.length < 3) clock.schedule(clock.now + 10, again)
  }
  clock.schedule(1_010, again)
  await clock.advance(25)
  expect([seen, clock.now]).toEqual([[1_010, 1_020], 1_025])
  await clock.runAll()
  expect([seen, clock.now]).toEqual([[1_010, 1_020, 1_030], 1_030])
})

test('a clock refuses to go back, and to run for ever', async () => {
  const clock = new VirtualClock({ now: 5 })
  await expect(clock.advanceTo(4)).rejects.toThrow(RangeError)
  await expect(async () => clock.advance(-1)).rejects.toThrow(RangeError)
  expect(() => new VirtualClock({ now: Number.NaN })).toThrow(RangeError)
  const forever = (): void => void clock.schedule(clock.now + 1, forever)
  forever()
  await expect(clock.runAll(100)).rejects.toThrow('after 100 instants something is still due')
})
