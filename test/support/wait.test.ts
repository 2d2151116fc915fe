import { describe, expect, it } from 'vitest'
import { pickSeed, SeededRandom } from './seed.js'
import { until } from './wait.js'

describe('until', () => {
  it('gives the first truthy value', async () => {
    let looks = 0
    expect(await until(() => ++looks >= 3 && `after ${looks}`, { intervalMs: 1 })).toBe('after 3')
  })

  it('says what was waited for and what was seen last', async () => {
    const never = until(() => 0, { timeoutMs: 30, intervalMs: 5, what: 'the moon is cheese' })
    await expect(never).rejects.toThrow(/not reached within 30 ms: the moon is cheese \(last value: 0\)/)
  })

  it('takes a throwing fact as not yet and tells its last error', async () => {
    const never = until(
      () => {
        throw new Error('no such key')
      },
      { timeoutMs: 30, intervalMs: 5 },
    )
    await expect(never).rejects.toThrow(/no such key/)
  })

  it('does not hang with a fact that hangs', async () => {
    await expect(until(() => new Promise<boolean>(() => undefined), { timeoutMs: 30 })).rejects.toThrow(/did not come back/)
  })
})

describe('seeded randomness', () => {
  it('repeats itself for a seed and differs between seeds', () => {
    const draw = (seed: number) => {
      const random = new SeededRandom(seed)
      return Array.from({ length: 20 }, () => random.int(0, 1_000))
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('stays inside its bounds and shuffles without losing anything', () => {
    const random = new SeededRandom(1)
    for (let i = 0; i < 1_000; i++) expect([3, 4, 5]).toContain(random.int(3, 5))
    expect(random.shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5])
  })

  it('takes its seed from CHORDIS_SEED', () => {
    const before = process.env.CHORDIS_SEED
    process.env.CHORDIS_SEED = '42'
    expect(pickSeed()).toBe(42)
    if (before === undefined) delete process.env.CHORDIS_SEED
    else process.env.CHORDIS_SEED = before
  })
})
