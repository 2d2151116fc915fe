import { describe, expect, test } from 'vitest'
import { InlineChordis, VirtualClock } from '../../src/engine/testing/index.js'
import { type ConformanceCase, canonicalSet, marksMatch, outcomeMatches, readCases } from './cases.js'
import { expressionOf } from './expression.js'
import { accepted, canvasOf, ownTasks, plain, titled } from './own.js'
import { conformanceTasks, type Mark } from './tasks.js'

async function troubleOf(one: ConformanceCase): Promise<object | null> {
  const marks: Mark[] = []
  const chordis = new InlineChordis({ tasks: conformanceTasks((_case, mark) => void marks.push(mark)) })
  const handle = await chordis.submit(one.canvas, { name: one.id })
  const outcome = await handle.outcome({ waitMs: 20_000 })
  await chordis.idle()
  const { ended } = await handle.status()
  if (ended && outcomeMatches(one.expect, outcome) && marksMatch(one.marks, marks)) return null
  return { id: one.id, canvas: expressionOf(one.canvas), expected: [one.expect, one.marks], got: [outcome, marks], ended }
}

describe('canvases that run inline', () => {
  test.each([
    ['edge', 72],
    ['random', 995],
  ])('give every outcome and mark of %s.json, %i of them, and end', async (name, count) => {
    const cases = readCases(new URL(`./cases/${name}.json`, import.meta.url))
    expect(cases).toHaveLength(count)
    const found = (await Promise.all(cases.map(troubleOf))).filter((trouble) => trouble !== null)
    expect(found.slice(0, 10)).toEqual([])
  })

  test.each(titled(accepted))('keep rule %s: %s', async (_rule, _name, one) => {
    const seen: Mark[] = []
    const record = (_case: string, mark: Mark) => void seen.push(mark)
    const clock = new VirtualClock()
    const time = { now: () => clock.now, pass: (ms: number) => void clock.tick(ms) }
    const tasks = [...conformanceTasks(record), ...ownTasks(record, time)]
    // One attempt at a time, so that the order in which they are leased is seen.
    const more = one.late ? { concurrency: 1, queues: ['default', 'narrow', 'late'] } : { queues: ['default', 'narrow'] }
    const chordis = new InlineChordis({ tasks, clock, ...more })
    const handle = await chordis.submit(one.calls ? canvasOf(one) : one.canvas, { ...one.options, name: one.id })
    chordis.register({ name: 'narrow', handler: () => 'narrow' }).register({ name: 'latecomer', handler: (_ctx, args) => args })
    expect(plain(await handle.outcome({ waitMs: 20_000 }), one.expect)).toEqual(one.expect)
    await chordis.idle()
    expect((await handle.status()).ended).toBe(true)
    const nodes = await handle.results()
    if (one.states) expect(nodes.map(({ state }) => state)).toEqual(one.states)
    if (one.status) expect((await handle.status()).state).toBe(one.status)
    if (one.marks && one.ordered) expect(seen).toEqual(one.marks)
    if (one.marks) expect(canonicalSet(seen)).toBe(canonicalSet(one.marks))
  })
})
