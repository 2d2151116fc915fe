/** Queries that GraphQL refuses, each with the code of the refusal: for the tests of the limits, and for the benchmark of how soon it does. */

const times = (n: number, part: (k: number) => string): string => Array.from({ length: n }, (_, k) => part(k)).join(' ')

const NODE = 'nodes { id }'
/** What it is, the query, the code. */
export const ABUSE: readonly [name: string, query: string, code: string][] = [
  [
    'deeper than 8 fields',
    '{ workflows { nodes { children { nodes { children { nodes { children { nodes { id } } } } } } } } }',
    'limit-exceeded',
  ],
  [
    'deep by fragments',
    '{ workflows { ...A } } fragment A on WorkflowConnection { nodes { children { ...B } } } fragment B on WorkflowConnection { nodes { children { nodes { children { nodes { tasks { nodes { id } } } } } } } }',
    'limit-exceeded',
  ],
  ['lists in lists', '{ workflows(first: 200) { nodes { tasks(first: 200) { nodes { id result { result } } } } } }', 'limit-exceeded'],
  [
    'a list of outcomes under many aliases',
    `{ ${times(10, (k) => `a${k}: workflows(first: 200) { nodes { outcome { state } } }`)} }`,
    'limit-exceeded',
  ],
  ['more than 15 aliases', `{ ${times(16, (k) => `a${k}: workflowCounts { total }`)} }`, 'limit-exceeded'],
  ['more than 10 directives', `{ workflowCounts ${times(11, () => '@include(if: true)')} { total } }`, 'limit-exceeded'],
  ['more than 300 fields', `{ workflowCounts { ${times(300, () => 'total')} } }`, 'limit-exceeded'],
  ['more than 2,000 tokens', `{ workflowCounts { ${times(1_999, () => 'total')} } }`, 'limit-exceeded'],
  ['more tokens in an argument', `mutation { submitWorkflow(input: {canvasJson: [${times(2_000, () => '1')}]}) { id } }`, 'limit-exceeded'],
  ['a text of more than 64 Ki characters', `{ workflowCounts { total } } #${'x'.repeat(65_536)}`, 'limit-exceeded'],
  ['a list of more than 200', '{ workflows(first: 201) { nodes { id } } }', 'request-invalid'],
  ['a list of none', '{ workflows(first: 0) { nodes { id } } }', 'request-invalid'],
  ['fragments in a circle', '{ workflows { ...A } } fragment A on WorkflowConnection { nodes { children { ...A } } }', 'request-invalid'],
  [
    'fragments that double',
    `{ workflows(first: 1) { ...F0 } } ${times(7, (k) => `fragment F${k} on WorkflowConnection { nodes { children { ...F${k + 1} } children { ...F${k + 1} } } }`)} fragment F7 on WorkflowConnection { ${NODE} }`,
    'limit-exceeded',
  ],
  ['no GraphQL', '{ workflows {', 'request-invalid'],
  ['a document as JSON, past the parser', JSON.stringify({ kind: 'Document', definitions: [] }), 'request-invalid'],
  ['a field that there is not', '{ workflos { nodes { id } } }', 'request-invalid'],
  [
    'introspection in lists of lists',
    '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
    'request-invalid',
  ],
]
