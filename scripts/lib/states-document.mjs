// docs/state-machine.md of the table in src/engine/protocol/state-machine.ts.

const row = (cells) => `| ${cells.join(' | ')} |`

/** A Markdown table whose columns are padded, as the formatter leaves tables. */
function table(head, body) {
  const widths = head.map((name, k) => Math.max(3, name.length, ...body.map((cells) => [...cells[k]].length)))
  const padded = (cells) => row(cells.map((cell, k) => cell + ' '.repeat(widths[k] - [...cell].length)))
  return [padded(head), row(widths.map((width) => '-'.repeat(width))), ...body.map(padded)].join('\n')
}

const code = (letter) => `\`${letter}\``
const letters = (text) => [...text].filter((letter) => letter !== '-')

/** Where else than in its record an open node stands, and what records it may have there. */
const STANDS = [
  ['staging', "none; the workflow's state is `g`", '`staging`', 'PENDING'],
  ['blocked', 'none, or `P` at a join that heard of an input', '', 'PENDING'],
  ['delayed', 'none, `Q` or `D`', '`timers`', 'PENDING; RETRY after an attempt'],
  ['ready', 'none, or `Q`', 'a ready list, alone or in a range; or a spread item on its way there', 'PENDING; RETRY after an attempt'],
  ['held', 'as ready', 'the held list of its paused workflow', 'as ready'],
  ['parked', 'as ready', 'a parked list', 'as ready'],
  ['leased', '`L`', 'a grant in the hash of its process', 'STARTED'],
  ['waiting', '`W`', 'a segment in `G`; or a spread item, until it runs again', 'STARTED'],
]

/** Terminal records by how they are shown; a record that took over an end is shown as that. */
function terminalPlaces(records) {
  const shown = new Map()
  for (const [letter, kind] of Object.entries(records)) {
    if (kind.ends === undefined || kind.ends === 'A') continue
    shown.set(kind.shown, [...(shown.get(kind.shown) ?? []), letter])
  }
  const taken = { FAILURE: ', `A` with cause F or C', REVOKED: ', `A` with cause R' }
  return [...shown].map(([state, list], k) => [k === 0 ? 'terminal' : '', list.map(code).join(' ') + (taken[state] ?? ''), '', state])
}

const ended = (place, text) => (place === 'terminal' ? `terminal ${letters(text).map(code).join(' ')}` : place)

/** How the workflow must stand, when not just any that lives will do. */
const during = (move) => (move.during === undefined ? 'any that lives' : letters(move.during).map(code).join(' '))
const HOLDER = { attempt: ' Only the attempt in its record.', process: ' Only for the process in its record.' }

function nodeMoves(moves) {
  return moves.map((move) => [
    move.from.map((place) => ended(place, move.before)).join(', '),
    ended(move.to, move.after),
    `${move.when}.${HOLDER[move.holder] ?? ''}`,
    during(move),
    move.where,
  ])
}

const several = (text) => [...text].map((letter) => (letter === '-' ? 'none' : code(letter))).join(' ')

/** One arrow for each pair of places. */
function arrows(moves) {
  const pairs = new Set()
  for (const { from, to } of moves) for (const place of from) if (place !== to) pairs.add(`  ${place} --> ${to}`)
  return [...pairs]
}

function workflowArrows(moves) {
  const name = (letter) => (letter === '-' ? '[*]' : letter)
  return moves.flatMap(({ before, after }) => [...before].map((letter) => `  ${name(letter)} --> ${name(after)}`))
}

const diagram = (lines) => ['```mermaid', 'stateDiagram-v2', ...lines, '```'].join('\n')

/** The page, from the table. */
export function statesDocument({ RECORDS, WORKFLOW_STATES, NODE_MOVES, WORKFLOW_MOVES }) {
  const places = table(['place', 'record', 'where else', 'shown as'], [...STANDS, ...terminalPlaces(RECORDS)])
  const records = table(
    ['letter', 'place', 'what'],
    Object.entries(RECORDS).map(([letter, { place, what }]) => [code(letter), place, what]),
  )
  const moves = table(['from', 'to', 'when', 'workflow', 'in'], nodeMoves(NODE_MOVES))
  const workflows = table(
    ['letter', 'what', 'attempts count', 'leases'],
    Object.entries(WORKFLOW_STATES).map(([letter, { what, live, leasable }]) => [
      code(letter),
      what,
      live ? 'yes' : '',
      leasable ? 'yes' : '',
    ]),
  )
  const turns = table(
    ['from', 'to', 'when', 'in'],
    WORKFLOW_MOVES.map(({ before, after, when, where }) => [several(before), several(after), when, where]),
  )
  return `# Places and moves of a node

<!-- Made by scripts/generate-states.mjs from src/engine/protocol/state-machine.ts; run \`npm run generate\` after a change there. -->

A node is in one place at every moment. Its place is told by its record in the workflow's hash and by the lists that name it; the grammar of records is in [ARCHITECTURE.md](../ARCHITECTURE.md).
The table behind this page also makes the Lua that scripts look letters up in, and \`test/property/model.test.ts\` walks random workflows through random calls and refuses every move that is not in it.

${places}

## Records

${records}

## Moves of a node

${diagram(['  [*] --> staging', ...arrows(NODE_MOVES)])}

\`workflow\`: the states that its workflow may be in. A node that a task added is gone when that task runs again (kind d, reset.lua), and every node when its workflow is set aside
(\`set_aside\`, flush.lua) or forgotten. The doctor's repairs (\`mend…\`) make moves of this table that should have been made.

${moves}

A terminal node moves only by a requeue or in a new run. What arrives for it (a late completion, a second entry, a spread that is repeated) is passed over.

## Moves of a workflow

${diagram(workflowArrows(WORKFLOW_MOVES))}

${workflows}

${turns}

Its outcome may be known before it ends.
`
}
