/** The table of docs/conformance.md refuses a rule without a case; that the committed one is current, `npm run generate -- --check` says. */
import { join } from 'node:path'
import { expect, test } from 'vitest'

type Table = { text: string; faults: string[] }
interface Cases {
  semantics: string
  own: { id: string; rule: string }[]
  edge: { id: string }[]
  edgeRules: { [rule: string]: string[] }
  random: { features: string[] }[]
}
const { conformanceTable } = (await import(join(import.meta.dirname, '../../scripts/lib/conformance-table.mjs'))) as {
  conformanceTable: (cases: Cases) => Table
}

const semantics = `# Title
1. Not a rule.

## 1. Signatures

1. First: a thing. [U test_x] More of it.
2. Second | with a bar.
   **Chordis** goes on here.

## 2. Chain

1. Third, of which a part is _not yet_ built.
2. _Not yet_: all of this.
`
const own = [
  { id: 'one', rule: '1.1' },
  { id: 'two', rule: '2.1' },
]
const cases = { semantics, own, edge: [{ id: 'e000' }], edgeRules: { '1.2': ['e000'] }, random: [] }

test('lists every rule with its first sentence and its cases', () => {
  const { text, faults } = conformanceTable(cases)
  expect(faults).toEqual([])
  expect(text.split('\n').filter((line) => /^\| \d/.test(line))).toEqual([
    '| 1.1 | First: a thing | `one` |  |',
    '| 1.2 | Second \\| with a bar | `e000` |  |',
    '| 2.1 | Third, of which a part is _not yet_ built (in part _not yet_) | `two` |  |',
    '| 2.2 | _Not yet_: all of this | _not yet_ |  |',
  ])
})

test.each<[string, Partial<Cases>]>([
  ['rule 2.1 has no case', { own: own.slice(0, 1) }],
  ['rule 1.2 has no case', { edgeRules: {} }],
  ['two shows rule 2.3, which does not exist', { own: [...own, { id: 'two', rule: '2.3' }] }],
  ['there is no rule 7.1', { edgeRules: { '1.2': ['e000'], '7.1': ['e000'] } }],
  ['there is no case e001', { edgeRules: { '1.2': ['e000', 'e001'] } }],
])('refuses: %s', (fault, change) => {
  expect(conformanceTable({ ...cases, ...change }).faults).toEqual([expect.stringContaining(fault)])
})
