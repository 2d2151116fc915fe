// The table of states as Lua: looked up by the first byte of a record, and by the letter of a workflow's control field.

/** Open states by one letter, as `outline` answers them. */
const OPEN = { PENDING: 'P', STARTED: 'T', RETRY: 'Y' }

const entries = (list) => list.map(([key, value]) => `[${key}] = ${value}`).join(', ')
const quoted = (text) => `'${text}'`

/** lua/lib/states.lua of the table in src/engine/protocol/state-machine.ts. */
export function statesLua({ RECORDS, WORKFLOW_STATES }) {
  const records = Object.entries(RECORDS)
  const byte = (letter) => letter.charCodeAt(0)
  const terminal = records.filter(([, { ends }]) => ends !== undefined)
  const ends = (list) => entries(list.map(([letter, kind]) => [byte(letter), quoted(kind.ends)]))
  const shown = (state) =>
    entries(records.flatMap(([letter, kind]) => (kind.ends || !state(kind) ? [] : [[byte(letter), quoted(OPEN[state(kind)])]])))
  const workflows = (property) =>
    Object.entries(WORKFLOW_STATES)
      .filter(([, kind]) => kind[property])
      .map(([letter]) => `${letter} = true`)
      .join(', ')
  const short = records.filter(([, { place }]) => place !== 'leased').map(([letter]) => letter)
  return `-- states: what the letters of records and of workflows mean, as tables.
-- Made by scripts/generate-states.mjs from src/engine/protocol/state-machine.ts; run \`npm run generate\` after a change there.

-- A record is terminal when its first byte is one of these; what it tells.
local TERMINAL = { ${ends(terminal)} }
-- The rest in one table: Lua allows 200 locals, and parts that ask often keep what they need.
local STATES = {
  -- Of the terminal ones those that did not succeed.
  bad = { ${ends(terminal.filter(([, kind]) => kind.ends !== 'S'))} },
  -- All that scripts write, by the first byte.
  sound = { ${entries(records.map(([letter, { sound }]) => [byte(letter), quoted(sound)]))} },
  -- What is cheap to tell from damage; a lease is looked at whole.
  record = '^[${short.join('')}][%d |]', lease = ${quoted(RECORDS.L.sound)},
  -- How open ones are shown, by one letter: P PENDING, T STARTED, Y RETRY; and those of which an attempt has begun.
  shown = { ${shown(({ shown: state }) => state)} }, retried = { ${shown(({ retried }) => retried)} },
  -- Workflows whose attempts count, those of which something may be leased, those that may be forgotten.
  live = { ${workflows('live')} }, leasable = { ${workflows('leasable')} }, over = { ${workflows('over')} },
}
`
}
