-- reset: a new run of a workflow that has ended. Chosen tasks run again, and all that depends on them is as if it had never been reached; every other
-- result stands. In steps of any width, idempotent by node state: what is open has been reset already.
--
-- A chosen task stands as one that waits (W) until everything else is done (field u): then it is released (kind z, undo.lua). When the reset of another
-- chosen task reaches it, it is no longer chosen: it runs when its inputs have.
-- What a task that runs again had added or replaced itself by is dropped: its nodes count no longer, and it will add anew.
-- Which input of a join went wrong first is asked when all have ended (judge.lua): other inputs keep their failures.
--
-- Kinds: y reset, because of a node before it (x 'p': of the place that a segment ends in); f choose what failed; d drop.

-- forget_attempts: a task that begins anew has no retries behind it. Its errors are kept.
local function forget_attempts(c, id, r)
  if byte(r) ~= 70 and not match(r, '^%a%d') then return end
  local lines = match(field(c, 'e' .. id) or '', '^%d+\n(.*)$')
  if lines then put(c, 'e' .. id, now_text() .. '\n' .. lines) end
  drop(c, 'q' .. id)
  drop(c, 'c' .. id)
  if byte(r) == 70 then undead[#undead + 1] = c.id .. ':' .. id end
end

-- The join that a task's added members feed, as the key of its record; nil for none.
local function chord_join(p, i, T)
  local outer, ref = match(T.chord, '^!(.-)!(%d+)@')
  if ref then return outer .. ref end
  ref = match(T.chord, '^([+-]?%d+)@')
  return ref and p .. text(at(ref, i))
end

-- without_members: those of a join that a segment which goes had added are not waited for any more.
local function without_members(c, k, gone)
  local left = ''
  for member in gmatch(field(c, 'j' .. k) or '', '[^,]+') do
    if not gone[match(member, '^(.*/)%d+$')] then left = left .. ',' .. member end
  end
  if c.f['j' .. k] then put(c, 'j' .. k, left) end
end

-- drop_segments: what node i added or replaced itself by goes, with what that added.
local function drop_segments(c, p, i, T)
  if not field(c, 'G') then return end
  local all, kept, gone, any = segments(c), '', {}, false
  for k = 1, #all do
    local s = all[k]
    if under(c, s[1], p, i, i + 1) then
      any, gone[s[1]] = true, true
      later(c, 'd', s[1], 0, s[2], 1, '0')
    else
      kept = kept .. segment_line(s[1], s[2], s[3] .. s[4])
    end
  end
  if not any then return end
  put(c, 'G', kept)
  local join = chord_join(p, i, T)
  if join then without_members(c, join, gone) end
end

-- input_reset: an input of join i is open again.
local function input_reset(c, p, i, t, T)
  local k = p .. text(i)
  local r = field(c, k)
  if waits_for_more(c, k, r, T) then return end
  if terminal(r) then
    reopen(c, T, r)
    forget_attempts(c, k, r)
    drop_segments(c, p, i, T)
    waits_again(c, k, '!')
    later(c, 'y', p, i, 1, 1, t)
  elseif r and byte(r) == 87 then
    -- It was chosen, or waits for what it replaced itself by: its successors have been told.
    drop_segments(c, p, i, T)
    waits_again(c, k, '?')
  end
end

local function reset_successors(c, p, i, T)
  tell_open(c, p, i, T, 'y', input_reset)
end

MOVES.y = function(c, p, i, _, T, x, r)
  local k = p .. text(i)
  if r and byte(r) == 80 then
    if told_to_tell(c, k, T) then reset_successors(c, p, i, T) end
    return
  end
  if x ~= 'p' and r and byte(r) == 87 then
    drop_segments(c, p, i, T)
    return drop(c, k)
  end
  if not terminal(r) then return end
  reopen(c, T, r)
  if x == 'p' then
    put(c, k, 'W 1')
  else
    forget_attempts(c, k, r)
    drop_segments(c, p, i, T)
    drop(c, k)
  end
  reset_successors(c, p, i, T)
end

-- What goes is counted until it has gone: also of a workflow that is revoked meanwhile, which would not end else.
OUTLIVES.d = true

-- untold: whether node k, open again, has still to tell its successors that it is.
local function untold(c, k, T, r)
  local j = r and byte(r) == 80 and join_state(c, k, T)
  return j and j[3] == '!'
end

-- A node of a segment that goes. What it had made a join outside of its segment wait for does not come.
MOVES.d = function(c, p, i, _, _, _, r)
  local k = p .. text(i)
  local T = template(c, p, template_of(c, p, i))
  if terminal(r) then
    reopen(c, T, r)
    if byte(r) == 70 then undead[#undead + 1] = c.id .. ':' .. k end
  elseif not T.place and not untold(c, k, T, r) then
    for s = 1, #T.succ do
      local e = T.succ[s]
      local j = e.p and joined(c, e.p, e.ref, e, template(c, e.p, e.t)) and join_state(c, e.p .. e.ref, template(c, e.p, e.t))
      if j and j[1] > 0 then
        j[1] = j[1] - 1
        join_open(c, e.p .. e.ref, j)
      end
    end
  end
  if not T.virtual then c.rem = c.rem - 1 end
  c.changed = true
  join_close(c, k)
  drop(c, k)
  drop(c, 'e' .. k)
  drop(c, 'q' .. k)
  drop(c, 'c' .. k)
  drop(c, 'j' .. k)
end

-- choose: node i, which is over, is to run again. False when it cannot: nothing has reached it, or it is an error callback that nobody knows the cause of.
local function choose(c, p, i, T, t, r)
  local id = p .. i
  local cause = T.mode == 'e' and field(c, 'c' .. id)
  if not terminal(r) or byte(r) == 75 or byte(r) == 67 or (T.mode == 'e' and not cause) then return false end
  local att = match(r, '^[SIFR](%d+)') or '1'
  local error_ = match(r, '^F%d*|(.*)$')
  local lines = (error_ or match(r, '^%a%d')) and match(field(c, 'e' .. id) or '', '^%d+\n(.*)$')
  if error_ then
    put(c, 'e' .. id, history(now_text(), lines or '', att, error_))
    undead[#undead + 1] = c.id .. ':' .. id
  elseif lines then
    put(c, 'e' .. id, now_text() .. '\n' .. lines)
  end
  reopen(c, T, r)
  drop_segments(c, p, i, T)
  put(c, id, 'W ' .. att + 1)
  put(c, 'q' .. id, att)
  join_close(c, id)
  reset_successors(c, p, i, T)
  deferred[#deferred + 1] = { c, 'z', p, i, 1, 1, t, att + 1 .. ' ' .. (T.needs > 1 and UNKNOWN_BYTES or 0) .. ' ' .. (cause or '-') }
  return true
end

-- settle_again: node i was revoked when all that it replaced itself by had succeeded, and was just about to settle it. Nothing of that runs again.
local function settle_again(c, p, i, T, t, r)
  for _, s in ipairs(segments_of(c, p, i)) do
    local q, k = s[1], s[2] - 1
    local U = template(c, q, template_of(c, q, k))
    local record = U.place and field(c, q .. k)
    if record and TERMINAL[byte(record)] == 'S' then
      MOVES.y(c, p, i, t, T, 'p', r)
      deferred[#deferred + 1] = { c, 'z', p, i, 1, 1, t, 'Ss  ' .. q .. ' ' .. k .. ' ' .. U.input }
    end
  end
end

MOVES.f = function(c, p, i, _, _, _, r)
  local code = r and byte(r)
  local again = (code == 70 or code == 82) and choose or (code == 65 and byte(r, 3) == 82 and settle_again)
  if not again then return end
  local t = template_of(c, p, i)
  again(c, p, i, template(c, p, t), t, r)
end

-- RUNS of a workflow that are remembered: lines '<run> <when it was opened, ms> <what> <control field of the run before>'.
local RUNS = 20
local function open_run(c, what)
  local before, lines = c.f.s, {}
  c.run = text(c.run + 1)
  c.state, c.started, c.ended, c.changed = 'p', '0', '0', true
  for line in gmatch(field(c, 'H') or '', '[^\n]+') do lines[#lines + 1] = line end
  if #lines == RUNS then table.remove(lines, 1) end
  lines[#lines + 1] = c.run .. ' ' .. now_text() .. ' ' .. what .. ' ' .. before
  put(c, 'H', concat(lines, '\n'))
  c.shown = '1'
  LOG.workflow(c, (what == 'retry' and '=t' or '=r') .. c.run)
  if what ~= 'retry' then return end
  -- It has not ended before all of it has been searched for what failed (flag o), and its outcome will be another one: what made it bad runs again.
  c.flags = c.flags .. 'o'
  deferred[#deferred + 1] = { c, 'z', '', 0, 1, 1, '0', 'opened' }
  if c.worst ~= 'S' then c.outcome = '0' end
end
