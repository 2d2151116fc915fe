import { expect, test } from 'vitest'
import { segmentParent, segmentPrefix } from '../../src/engine/protocol/ids.js'

test('the parent of a segment is the node whose prefix it has, also below a prefix that is a hash', () => {
  const hashed = segmentPrefix('10000/10000/10000/10000/10000', 0)
  for (const node of ['17', '17/3', '99.1/2']) {
    for (const ordinal of [0, 1, 12]) expect(segmentParent(segmentPrefix(node, ordinal))).toBe(node)
  }
  expect(segmentParent(segmentPrefix(`${hashed}17`, 0))).toBe(`${hashed}17`)
  expect(segmentParent(hashed)).toBeUndefined()
  expect(segmentParent('')).toBeUndefined()
})
