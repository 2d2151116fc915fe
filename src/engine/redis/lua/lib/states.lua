-- states: what the letters of records and of workflows mean, as tables.
-- Made by scripts/generate-states.mjs from src/engine/protocol/state-machine.ts; run `npm run generate` after a change there.

-- A record is terminal when its first byte is one of these; what it tells.
local TERMINAL = { [83] = 'S', [73] = 'S', [86] = 'S', [70] = 'F', [67] = 'F', [82] = 'R', [65] = 'A', [75] = 'K' }
-- The rest in one table: Lua allows 200 locals, and parts that ask often keep what they need.
local STATES = {
  -- Of the terminal ones those that did not succeed.
  bad = { [70] = 'F', [67] = 'F', [82] = 'R', [65] = 'A', [75] = 'K' },
  -- All that scripts write, by the first byte.
  sound = { [80] = '^P %d+ %d+ %S+ %d+$', [81] = '^Q %d+ %d+ %d+ %S+ %S+$', [68] = '^D %d+ %d+ %d+ %S+ %S+$', [76] = '^L %S+ %d+ %d+ %d+ %S+ %S+$', [87] = '^W %d+i? ?%S*$', [83] = '^S%d*i?|', [73] = '^I%d*|', [86] = '^V|[^|]*|%d+|', [70] = '^F%d*|', [67] = '^C|%S*$', [82] = '^R%d*|', [65] = '^A|%S*$', [75] = '^K|%S*$' },
  -- What is cheap to tell from damage; a lease is looked at whole.
  record = '^[PQDWSIVFCRAK][%d |]', lease = '^L %S+ %d+ %d+ %d+ %S+ %S+$',
  -- How open ones are shown, by one letter: P PENDING, T STARTED, Y RETRY; and those of which an attempt has begun.
  shown = { [80] = 'P', [81] = 'P', [68] = 'Y', [76] = 'T', [87] = 'T' }, retried = { [81] = 'Y' },
  -- Workflows whose attempts count, those of which something may be leased, those that may be forgotten.
  live = { p = true, r = true, h = true }, leasable = { p = true, r = true }, over = { e = true, x = true },
}
