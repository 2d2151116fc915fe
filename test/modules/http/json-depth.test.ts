import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDeeperThan } from '../../../src/modules/http/json-depth.js'

/** As the parsed value has it. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test('the depth of any JSON text is that of its value, whatever its texts and keys hold', () => {
  const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a', '\u2028') })
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      text,
      fc.integer(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(text, tie('tree'), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(tree, fc.integer({ min: 0, max: 6 }), (value, most) => {
      expect(isDeeperThan(JSON.stringify(value), most)).toBe(depthOf(value) > most)
    }),
    { numRuns: 2_000 },
  )
})

test('a text that never ends, and one of backslashes, are looked through once', () => {
  expect(isDeeperThan(`["${'\\'.repeat(4_000_000)}`, 10)).toBe(false)
  expect(isDeeperThan(`${'['.repeat(11)}"${'\\"'.repeat(2_000_000)}`, 10)).toBe(true)
  expect(isDeeperThan(`["${'\\"'.repeat(2_000_000)}`, 10)).toBe(false)
})
