import { AssertionError } from 'node:assert'
import { describe, expect, test } from 'vitest'
import { chain, chord, group, signature } from '../../src/engine/index.js'
import {
  assertCalled,
  assertCallOrder,
  assertNotCalled,
  assertNotSubmitted,
  assertSubmitted,
  InlineChordis,
  submittedTasks,
} from '../../src/engine/testing/index.js'

async function recorded(): Promise<InlineChordis> {
  const chordis = new InlineChordis({ mode: 'record' })
  const mail = signature('mail', ['ann'], { template: 'welcome' }, { priority: 3, link: [signature('log', ['sent'])] })
  await chordis.submit(chord([mail, chain(signature('fetch', ['u']), group(signature('parse')))], signature('done')), { name: 'sign-up' })
  return chordis
}

/** The message of the assertion that fails. */
function messageOf(assertion: () => unknown): string {
  try {
    assertion()
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError)
    return (error as AssertionError).message
  }
  throw new Error('the assertion did not fail')
}

describe('assertSubmitted', () => {
  test('finds calls anywhere in a canvas: members, steps, bodies, callbacks', async () => {
    const chordis = await recorded()
    for (const task of ['mail', 'fetch', 'parse', 'done', 'log']) assertSubmitted(chordis, task)
    expect(submittedTasks(chordis, 'log')[0]?.signature.args).toEqual(['sent'])
    assertSubmitted(chordis, 'fetch', { args: ['u'], kwargs: {}, times: 1, submit: { name: 'sign-up' } })
  })

  test('compares arguments as JSON, by predicates and by matchers of the framework', async () => {
    const chordis = await recorded()
    assertSubmitted(chordis, 'mail', { kwargs: { template: 'welcome' }, options: { priority: 3 } })
    assertSubmitted(chordis, 'mail', { args: [(name: unknown) => name === 'ann'] })
    assertSubmitted(chordis, 'mail', { args: expect.arrayContaining(['ann']), kwargs: { template: expect.stringMatching(/^wel/) } })
    for (const expected of [
      { args: [] },
      { args: ['ann', 1] },
      { kwargs: {} },
      { kwargs: { template: 'welcome', more: 1 } },
      { options: { priority: 4 } },
    ])
      assertNotSubmitted(chordis, 'mail', expected)
  })

  test('fails with what was expected beside what was there', async () => {
    const chordis = await recorded()
    const message = messageOf(() => assertSubmitted(chordis, 'fetch', { args: ['other'] }))
    expect(message).toContain('Expected that "fetch" was submitted at least once like this; it was 0 times.')
    expect(message).toMatch(/\+.*'u'/)
    expect(message).toMatch(/-.*'other'/)
    expect(messageOf(() => assertSubmitted(chordis, 'fetsh'))).toMatch(/What was: mail, log, fetch, parse, done/)
    expect(messageOf(() => assertSubmitted(chordis, 'fetch', { times: 2 }))).toContain('2 times; it was 1 time.')
    expect(messageOf(() => assertNotSubmitted(chordis, 'fetch'))).toContain('never; it was 1 time.')
    expect(messageOf(() => assertSubmitted(new InlineChordis(), 'x'))).toContain('Nothing was.')
  })

  test('does not count what was submitted again', async () => {
    const chordis = new InlineChordis({ mode: 'record' })
    for (let k = 0; k < 2; k++) await chordis.submit(signature('x'), { id: 'one' })
    expect(chordis.submitted.map(({ duplicate }) => duplicate)).toEqual([false, true])
    assertSubmitted(chordis, 'x', { times: 1 })
  })
})

describe('assertCalled', () => {
  async function ran(): Promise<InlineChordis> {
    const chordis = new InlineChordis()
    chordis.stub('a', (_ctx, n: number) => n + 1)
    chordis.stub('b', (_ctx, n: number) => n * 2)
    chordis.stub('flaky', (ctx) => (ctx.attempt < 2 ? ctx.retry({ countdownMs: 10 }) : null))
    await (await chordis.submit(chain(signature('a', [1]), signature('b'), signature('flaky', [], { k: [1] })))).result()
    return chordis
  }

  test('looks at what handlers were given, attempt by attempt', async () => {
    const chordis = await ran()
    expect(assertCalled(chordis, 'b', { args: [2], times: 1 })).toMatchObject([{ attempt: 1, stubbed: true }])
    assertCalled(chordis, 'flaky', { args: [4], kwargs: { k: [1] }, times: 2 })
    assertNotCalled(chordis, 'c')
    assertNotCalled(chordis, 'b', { args: [3] })
    expect(messageOf(() => assertCalled(chordis, 'b', { args: [3] }))).toMatch(/"b" was called at least once like this; it was 0 times/)
    expect(messageOf(() => assertNotCalled(chordis, 'b'))).toContain('never')
    expect(messageOf(() => assertCalled(chordis, 'c'))).toContain('What was: a, b, flaky')
  })

  test('and at their order', async () => {
    const chordis = await ran()
    assertCallOrder(chordis, ['a', 'flaky', 'flaky'])
    expect(messageOf(() => assertCallOrder(chordis, ['b', 'a']))).toMatch(/a \(number 2\) is not there.*Calls: a, b, flaky, flaky/)
  })
})
