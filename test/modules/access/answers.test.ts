/** What is remembered of credentials, for how long, and what becomes of it while nobody answers. */
import { expect, test } from 'vitest'
import { ChordisError } from '../../../src/engine/index.js'
import { Answers, type AnswersOptions } from '../../../src/modules/access/answers.js'

const AWAY = new ChordisError('redis-unavailable', 'it is away')

/** Somebody who answers what a test says, and a clock that a test turns. */
function asked(options: AnswersOptions = {}) {
  const state = { now: 0, calls: 0, answer: (id: string): Promise<string | null> => Promise.resolve(`of ${id}`) }
  const ask = (id: string) => {
    state.calls++
    return state.answer(id)
  }
  return { state, answers: new Answers(ask, { clock: () => state.now, ...options }) }
}

test('an answer is given without asking for 5 s, then asked for once however many want it', async () => {
  const { state, answers } = asked()
  expect(await answers.get('a')).toBe('of a')
  state.now = 4_999
  expect(await answers.get('a')).toBe('of a')
  expect(state.calls).toBe(1)
  state.now = 5_000
  state.answer = async () => null
  expect(await Promise.all([answers.get('a'), answers.get('a'), answers.get('a')])).toEqual([null, null, null])
  expect(state.calls).toBe(2)
})

test('while nobody answers a good credential is good for 60 s, and then an error, never a refusal', async () => {
  const { state, answers } = asked()
  await answers.get('a')
  state.answer = () => Promise.reject(AWAY)
  state.now = 59_999
  expect(await answers.get('a')).toBe('of a')
  state.now = 60_000
  await expect(answers.get('a')).rejects.toBe(AWAY)
  await expect(answers.get('unseen')).rejects.toBe(AWAY)
  state.answer = async () => null
  expect(await answers.get('a')).toBeNull()
})

test('a refusal is not kept alive: when nobody answers after 5 s it is an error', async () => {
  const { state, answers } = asked()
  state.answer = async () => null
  expect(await answers.get('a')).toBeNull()
  state.answer = () => Promise.reject(AWAY)
  state.now = 4_999
  expect(await answers.get('a')).toBeNull()
  state.now = 5_000
  await expect(answers.get('a')).rejects.toBe(AWAY)
})

test('an error that says something of the credential is not covered by an old answer', async () => {
  const { state, answers } = asked()
  await answers.get('a')
  const damaged = new ChordisError('workflow-corrupt', 'cannot be read')
  state.answer = () => Promise.reject(damaged)
  state.now = 5_000
  await expect(answers.get('a')).rejects.toBe(damaged)
})

test('who hangs is waited for by one request, not by each, and its late answer counts', async () => {
  const { state, answers } = asked({ waitMs: 20 })
  await answers.get('a')
  let late: (value: string | null) => void = () => undefined
  state.answer = () => new Promise((resolve) => (late = resolve))
  state.now = 6_000
  expect(await answers.get('a')).toBe('of a')
  // Real time plays no part from here on: nobody waits, and nobody asks again.
  expect(await Promise.all(Array.from({ length: 100 }, () => answers.get('a')))).toEqual(Array(100).fill('of a'))
  expect(state.calls).toBe(2)
  late('newer')
  await Promise.resolve()
  state.now = 6_010
  expect(await answers.get('a')).toBe('newer')
})

test('ten thousand guesses push no good credential out, and are not kept for ever', async () => {
  const { state, answers } = asked({ most: 100 })
  await answers.get('good')
  state.answer = async () => null
  for (let k = 0; k < 10_000; k++) await answers.get(`guess ${k}`)
  expect(answers.sizes).toEqual([1, 100])
  const calls = state.calls
  expect(await answers.get('good')).toBe('of good')
  expect(state.calls).toBe(calls)
})
