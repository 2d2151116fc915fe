-- undo: what the failure of a task did to those that come after it, taken back when the task is to run again.
-- The mirror of settle() and tell(): a node that ended because of it waits again, and tells its successors that it does. Successes are never touched.
--
-- Safe in steps, while other branches run, by four rules:
--   * What is reopened is reopened once, by its own record: K or C (of a place: A) becomes open. A join that was over had no input that was open, so
--     it waits for the one that tells it; each further one adds itself as it opens. `P n 0 ! …`: its own successors are not told yet; `?`: they are.
--   * A task is released when no spread item of its workflow is left (field u, see take_spread): nothing of what it is about to do can meet the undoing.
--   * What was decided and is still to be done (skip, ChordError, a place) looks again whether it stands (stands(), settle_place()).
--   * Which input of a reopened join went wrong first is asked when all have ended (judge.lua), not kept up to date.
local UNKNOWN_BYTES = INLINE_INPUT + 1

-- reopen: counts node i, whose record is r, among those that are open.
local function reopen(c, T, r)
  local code = TERMINAL[byte(r)]
  if code == 'A' then code = byte(r, 3) == 82 and 'R' or 'F' end
  if not T.virtual then
    c.rem = c.rem + 1
    c[code] = c[code] - 1
  end
  if T.out then
    -- Who waits from now on may still hear of the outcome that is taken back here: see wait.lua.
    if c.outcome ~= '0' and not find(c.flags, 'r', 1, true) then c.flags = c.flags .. 'r' end
    c.outs, c.outcome = c.outs + 1, '0'
    c.worst = T.only and 'S' or 'J'
  end
  c.changed = true
end

local function undone(r)
  local code = r and byte(r)
  return code == 75 or code == 67
end

-- waits_for_more: a join that is open waits for one input more. False when it is not open.
local function waits_for_more(c, k, r, T)
  local j = (c.joins and c.joins[k]) or (r and byte(r) == 80 and join_state(c, k, T))
  if not j then return false end
  j[1], j[2] = j[1] + 1, 0
  if j[3] ~= '!' then j[3] = '?' end
  join_open(c, k, j)
  return true
end

-- waits_again: a join that was over waits for the input that tells it. mark: see above.
local function waits_again(c, k, mark)
  local j = { 1, 0, mark, UNKNOWN_BYTES }
  c.joins = c.joins or {}
  c.joins[k] = j
  join_open(c, k, j)
  join_write(c, k, j)
end

-- told_to_tell: an open join was to tell its successors that it waits again, and now does.
local function told_to_tell(c, k, T)
  local j = join_state(c, k, T)
  if not j or j[3] ~= '!' then return false end
  j[3] = '?'
  join_open(c, k, j)
  return true
end

-- unarrive: an input of join i, which had arrived, is open again.
local function unarrive(c, p, i, t, T)
  local k = p .. text(i)
  local r = field(c, k)
  if waits_for_more(c, k, r, T) then return end
  -- An error callback that was called stays as it is.
  if not undone(r) then return end
  reopen(c, T, r)
  waits_again(c, k, '!')
  later(c, 'u', p, i, 1, 1, t)
end

-- joined: whether nodes wait for more than one input; a chord's body of one member may have got more.
local function joined(c, q, a, e, U)
  if U.needs > 1 then return true end
  return U.mode == 'c' and e.n == 1 and find(c.flags, 'a', 1, true) and field(c, 'j' .. q .. a)
end

-- tell_open: node i, which had ended, is open again: its successors hear of it, by a move of that kind, joins by `unarrived`.
local function tell_open(c, p, i, T, kind, unarrived)
  for k = 1, #T.succ do
    local e = T.succ[k]
    local q, a = e.p or p, e.rel and i + e.ref or e.ref
    local U = template(c, q, e.t)
    if T.place then
      later(c, kind, q, a, 1, 1, e.t, 'p')
    elseif joined(c, q, a, e, U) then
      for m = 0, e.n - 1 do unarrived(c, q, a + m * e.s, e.t, U) end
    else
      later(c, kind, q, a, e.n, e.s, e.t)
    end
  end
end

local function untell(c, p, i, T)
  tell_open(c, p, i, T, 'u', unarrive)
end

-- What a task replaced itself by has reopened: it waits for it again.
local function undo_place(c, p, i, T, r)
  local code = r and byte(r)
  if code ~= 65 and code ~= 67 then return end
  reopen(c, T, r)
  put(c, p .. text(i), 'W 1')
  untell(c, p, i, T)
end

MOVES.u = function(c, p, i, _, T, x, r)
  if x == 'p' then return undo_place(c, p, i, T, r) end
  local k = p .. text(i)
  if r and byte(r) == 80 then
    if not told_to_tell(c, k, T) then return end
  elseif undone(r) then
    reopen(c, T, r)
    drop(c, k)
  else
    return
  end
  untell(c, p, i, T)
end

-- opened: a retry opens no more of the workflow. Where it opened no output, the outcome that it took back stands.
local function opened(c)
  c.flags, c.changed = string.gsub(c.flags, 'o', ''), true
  if c.outcome == '0' and c.outs + 0 == 0 and c.worst ~= 'J' then known_outcome(c) end
end

-- A reopened task may run. x: attempt, bytes, cause; `opened`: a retry has been searched for what failed; `Ss …`: the place is settled, as kind p does. It
-- waits for no countdown and no eta again; how long it may wait counts from now.
MOVES.z = function(c, p, i, t, T, x, r)
  if x == 'opened' then return opened(c) end
  if sub(x, 1, 2) == 'Ss' then return later(c, 'p', p, i, 1, 1, t, x) end
  local att, bytes, cause = match(x, '^(%d+) (%d+) (%S+)$')
  if r ~= 'W ' .. att then return end
  if T.virtual then
    drop(c, p .. text(i))
    return later(c, 'v', p, i, 1, 1, t)
  end
  local e = entry(c, p, i, 1, 1, t)
  put(c, p .. text(i), 'Q ' .. att .. ' 0 ' .. bytes .. ' ' .. cause .. ' -')
  local _, dead = due_of(T.delay)
  if dead and dead <= now() then return later(c, 'x', p, i, 1, 1, t) end
  if dead then plan(timed, c, dead, 'x:' .. T.list .. ':' .. e) end
  enqueue(c, waits_in(c, T, p .. text(i)), e)
end

-- exhume: task i, which failed for good in attempt `att`, is to run again. It stands as one that waits until the undoing is done.
-- Answers the release that is to follow then: arguments of later().
local function exhume(c, p, i, att, failed_at)
  local id = p .. i
  local t, r = template_of(c, p, i), c.f[id]
  local T = template(c, p, t)
  local _, lines = match(field(c, 'e' .. id) or '', '^(%d+)\n(.*)$')
  put(c, 'e' .. id, history(now_text(), lines or '', att, match(r, '^F%d*|(.*)$'), failed_at))
  reopen(c, T, r)
  if c.state == 'e' then
    c.state, c.ended, c.shown = 'r', '0', '2'
    LOG.workflow(c, '=t' .. c.run)
  end
  tell_task(c, 'U', T, id)
  -- Cancelled or not, it goes on: its next failure cancels again.
  if find(c.flags, 'x', 1, true) then put(c, 'F', 'cancel') end
  put(c, id, 'W ' .. att + 1)
  put(c, 'q' .. id, att)
  untell(c, p, i, T)
  local bytes = T.needs > 1 and UNKNOWN_BYTES or 0
  return { p, i, 1, 1, t, att + 1 .. ' ' .. bytes .. ' ' .. (field(c, 'c' .. id) or '-') }
end
