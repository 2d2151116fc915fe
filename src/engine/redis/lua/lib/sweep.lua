-- sweep: ends what is open of a workflow, or of a part of it, because somebody said so: a revocation, a deadline. In steps of any width.
-- What could have run (ready, delayed, leased, or waiting for what replaced it) ends REVOKED, what it would have led to SKIPPED. An attempt that runs is
-- fenced by that: its record is no lease any more.
--
-- Why is stored once, as a record `R|error` in the field `*` (of the whole workflow) or `*<name>`; records of nodes only name that field: `R<attempts>|*…`,
-- `K|R*…`. The state `k` of the whole workflow comes first, so that nothing is leased, released or finished while the sweep walks on.
--
-- A part is the nodes from … to - 1 of a segment, with all segments that those added or replaced themselves by. What lies outside of it hears of what
-- ends inside as of any end.
local HELD_STEP = 250
MOVE_COST.w, MOVE_COST.h = 1, HELD_STEP
OUTLIVES.w, OUTLIVES.o, OUTLIVES.h = true, true, true

-- ended_attempts: how many attempts of a node with this open record have begun.
local function ended_attempts(r)
  if not r then return 0 end
  local code = byte(r)
  if code == 76 then return tonumber(match(r, '^L %S+ (%d+)')) end
  if code == 87 then return tonumber(match(r, '^W (%d+)')) end
  return (tonumber(match(r, '^[QD] (%d+)') or '1')) - 1
end

-- could_run: whether an open node could have run, or runs; else something before it is open, or it was not to be called. A join that has heard all and is
-- still to be judged (`?`) counts: when it is tried again, what did not succeed before it is, too.
local function could_run(c, p, i, T, r)
  if r then return byte(r) ~= 80 or match(r, '^P 0 %d+ [-?]') ~= nil end
  return T.mode ~= 'e' and ready_derived(c, p, i, T)
end

-- inside: whether node a of segment q belongs to the part.
local function inside(c, part, q, a)
  if q == part.p then return a >= part.from and a < part.to end
  return under(c, q, part.p, part.from, part.to)
end

-- Kept: a walk asks for the same one at every node.
local last_x, last_part = false, nil
local function part_of(x)
  if x == last_x then return last_part end
  local cause, p, from, to = match(x, '^(%S+) (%S*) (%d+) (%d+)$')
  if not cause then error('sweep') end
  last_x, last_part = x, { cause = cause, p = p, from = tonumber(from), to = tonumber(to) }
  return last_part
end

-- sweep_segments: plans the walk over what the nodes of a part added or replaced themselves by.
local function sweep_segments(c, part, x)
  local all = segments(c)
  for k = 1, #all do
    if under(c, all[k][1], part.p, part.from, part.to) then later(c, 'w', all[k][1], 0, all[k][2], 1, '0', x) end
  end
end

-- sweep: plans the walk over nodes from … to - 1 of segment p. cause: 'R' and the field that says why.
local function sweep(c, p, from, to, cause)
  local x = cause .. ' ' .. p .. ' ' .. from .. ' ' .. to
  later(c, 'w', p, from, to - from, 1, '0', x)
  sweep_segments(c, part_of(x), x)
end

-- sweep_all: plans the walk over all of it. Why stands in the field `*`.
local function sweep_all(c)
  sweep(c, '', 0, node_count(c), 'R*')
end

local function forget_timer(c, p, i, t, T, r)
  if T.delay == '-' and not (r and byte(r) == 68) then return end
  local e = entry(c, p, i, 1, 1, t)
  for _, list in ipairs(lists_of(c, T)) do untimed[#untimed + 1] = 'd:' .. list .. ':' .. e end
end

local function tell_outside(c, p, i, T, part, code, cause)
  for k = 1, #T.succ do
    local e = T.succ[k]
    if not inside(c, part, e.p or p, e.rel and i + e.ref or e.ref) then tell(c, p, i, e, code, cause, 0, T.fan and tonumber(T.pred) or i) end
  end
end

-- A task that had replaced itself ends with what it replaced itself by.
local function swept(c, p, i, r, code, cause)
  if code == 'K' then return 'K|' .. cause end
  if r and byte(r) == 87 and #segments_of(c, p, i) > 0 then return 'A|' .. cause end
  return 'R' .. ended_attempts(r) .. '|' .. sub(cause, 2)
end

-- end_open: an open node ends REVOKED, by what the field `why` says, or SKIPPED because of `cause`. Answers which. Nobody is told.
local function end_open(c, p, i, t, T, r, why, cause)
  local k = p .. text(i)
  forget_timer(c, p, i, t, T, r)
  local code = could_run(c, p, i, T, r) and 'R' or 'K'
  join_close(c, k)
  put(c, k, swept(c, p, i, r, code, code == 'R' and 'R' .. why or cause))
  if not T.virtual then
    c.rem = c.rem - 1
    c[code] = c[code] + 1
    tell_task(c, code, T, k)
  end
  c.changed = true
  if T.out then output(c, code, cause) end
  return code
end

MOVES.w = function(c, p, i, _, _, x, r)
  if terminal(r) then return end
  local part, t = part_of(x), template_of(c, p, i)
  local T = template(c, p, t)
  local code = end_open(c, p, i, t, T, r, sub(part.cause, 2), part.cause)
  if c.state ~= 'k' and c.state ~= 'e' then tell_outside(c, p, i, T, part, code, part.cause) end
end

-- children_go: of the children that it started, as lines from … (0 the first) of field C, those that go with it are revoked (kind i, child.lua).
local CHILD_LINE = 26
OUTLIVES.i = true
local function children_go(c, from, n, why)
  if n > 0 then later(c, 'i', '', from, n, 1, '0', why) end
end

-- revoke_all: the workflow is revoked. why: the JSON of the error.
local function revoke_all(c, why)
  if c.state == 'h' then redis.call('UNLINK', K_held .. c.id) end
  c.state = 'k'
  put(c, '*', 'R|' .. why)
  -- A retry that was being opened opens no more.
  opened(c)
  signal(c, 'revoke')
  local children = #(field(c, 'C') or '') / CHILD_LINE
  -- The list of them must be there until all have been reached.
  if children > 0 then c.keep = text(math.max(tonumber(c.keep), 60000)) end
  children_go(c, 0, children, why)
  sweep_all(c)
end

-- A task is revoked: it ends, and what depends on it hears of that. x: the JSON of the error.
MOVES.q = function(c, p, i, _, _, x, r)
  if terminal(r) then return end
  local k, t = p .. text(i), template_of(c, p, i)
  local T = template(c, p, t)
  forget_timer(c, p, i, t, T, r)
  join_close(c, k)
  local child = match(r or '', '^W %d+i? (%S+)$')
  if child then
    children_go(c, ((find(field(c, 'C') or '', child, 1, true) or 1) - 1) / CHILD_LINE, 1, x)
  elseif r and byte(r) == 87 then
    put(c, '*' .. k, 'R|' .. x)
    local part = 'R*' .. k .. ' ' .. p .. ' ' .. i .. ' ' .. i + 1
    sweep_segments(c, part_of(part), part)
  end
  settle(c, p, i, T, 'R', 'R' .. ended_attempts(r) .. '|' .. x, 'R' .. k, 0)
end

-- The deadline of a workflow has come.
MOVES.t = function(c)
  revoke_all(c, '{"type":"TaskRevokedError","message":"the workflow ran past its timeout","code":"timeout"}')
end

-- put_back: an entry that was held goes to the list in which its nodes wait by now.
local function put_back(c, list, e)
  local run_, t, p, a, n, s = match(e, '^[^:]+:(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
  if not reprioritized(c) or run_ ~= c.run then return plan(pushed, c, list, e) end
  enqueue_all(c, template(c, p, t), p, tonumber(a), tonumber(n), tonumber(s), t)
end

-- What was held back of a paused workflow goes to its lists again.
MOVES.h = function(c)
  if c.state == 'h' then return end
  local key = K_held .. c.id
  if not leasable(c) then return redis.call('UNLINK', key) and nil end
  local held_ = redis.call('LPOP', key, HELD_STEP)
  if not held_ then return end
  for k = 1, #held_ do
    local list, e = match(held_[k], '^(%S+) (.*)$')
    put_back(c, list, e)
  end
  if #held_ == HELD_STEP then later(c, 'h', '', 0, 1, 1, '0') end
end
