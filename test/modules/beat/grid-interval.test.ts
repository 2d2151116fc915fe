/** Intervals on a grid: no tick is left out, none comes early, and `clearInterval` ends them. */
import { expect, onTestFinished, test } from 'vitest'
import { GridInterval } from '../../../src/modules/beat/grid-interval.js'
import { until } from '../../support/wait.js'

function start(everyMs: number, now: () => number = Date.now) {
  const ticks: { nominal: number; late: number }[] = []
  const interval = new GridInterval({ everyMs, now, tick: (nominal) => void ticks.push({ nominal, late: now() - nominal }) })
  onTestFinished(() => clearInterval(interval.ref))
  return { interval, ticks }
}

test.each([40, 100, 250])('an interval of %d ms ticks at its multiples, each once and none early', async (every) => {
  const { ticks } = start(every)
  await until(() => ticks.length >= 12)
  const nominals = ticks.map(({ nominal }) => nominal)
  expect(nominals.every((nominal) => nominal % every === 0)).toBe(true)
  expect(new Set(nominals).size).toBe(nominals.length)
  expect(ticks.every(({ late }) => late >= 0)).toBe(true)
  // Ticks that are left out are those for which the loop was blocked.
  nominals.slice(1).forEach((nominal, k) => {
    if (nominal - nominals[k]! > every) expect(ticks[k]!.late + ticks[k + 1]!.late).toBeGreaterThan(0)
  })
})

test('what is cleared does not tick again, however often its own timer comes back to it', async () => {
  const { interval, ticks } = start(40)
  const other = start(40)
  await until(() => ticks.length >= 3)
  clearInterval(interval.ref)
  const from = other.ticks.length
  await until(() => other.ticks.length >= from + 2)
  const before = ticks.length
  await until(() => other.ticks.length >= from + 20)
  expect(ticks.length).toBe(before)
})

test('what is cleared half way between two ticks does not come to the second one', async () => {
  for (let round = 0; round < 4; round++) {
    let ticks = 0
    const halfWay = (nominal: number) => {
      // A tick may be late: half of what is left until the next one.
      if (++ticks === 2 + round) setTimeout(() => clearInterval(interval.ref), (nominal + 200 - Date.now()) / 2)
    }
    const interval = new GridInterval({ everyMs: 200, now: Date.now, tick: halfWay })
    onTestFinished(() => clearInterval(interval.ref))
    await until(() => ticks === 2 + round)
    const other = start(200)
    await until(() => other.ticks.length >= 3)
    expect(ticks).toBe(2 + round)
  }
})

test('an interval that is cleared before its first tick never ticks', async () => {
  const { interval, ticks } = start(40)
  clearInterval(interval.ref)
  const other = start(40)
  await until(() => other.ticks.length >= 10)
  expect(ticks).toEqual([])
})

test('a clock that is set back by much is followed', async () => {
  let offset = 60_000
  const { ticks } = start(40, () => Date.now() + offset)
  await until(() => ticks.length >= 3)
  offset = 0
  const before = ticks.length
  await until(() => ticks.length >= before + 3)
  expect(ticks.at(-1)!.nominal).toBeLessThanOrEqual(Date.now())
})
