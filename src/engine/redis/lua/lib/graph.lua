-- graph: how a terminal node moves those that depend on it.
-- @include urgency
-- settle() writes a terminal record and tells the successors; what would go deeper is put on `todo`, which run() works off within a budget of
-- nodes. What is left becomes spread items, pushed in the same script and taken up by later turns: a transition is bounded at any width.
local todo, todo_head = {}, 1 -- per call
local PUSH_BYTES = 65536
-- Moves that other parts add (undo.lua, judge.lua): kind -> function(c, p, i, t, T, x, r). What those that scan count as against a budget.
local MOVES, MOVE_COST = {}, {}
-- Moves of a workflow that is revoked, or has ended already by what they did.
local OUTLIVES = {}
-- Moves that end what nobody runs: behind the last task, with which a workflow ends, some may be left.
local SETTLES = { v = true, k = true, c = true, p = true, F = true, R = true, K = true, j = true }

local function later(c, kind, p, a, n, s, t, x)
  todo[#todo + 1] = { c, kind, p, a, n, s, t, x or '' }
end

local function entry(c, p, a, n, s, t)
  return c.id .. ':' .. c.run .. ':' .. t .. ':' .. p .. ':' .. text(a) .. ':' .. text(n) .. ':' .. text(s)
end

-- Spread items that must not be taken up before everything else of their workflow is done.
local deferred = {} -- per call

-- What is planned for ready lists and timers, as triples (workflow, list or time, entry): what a damaged workflow had planned is left out later.
local pushed, fronted, timed = {}, {}, {} -- per call
local NOBODY = {} -- stands for a workflow that is not read

local function plan(into, c, where, e)
  local n = #into
  into[n + 1], into[n + 2], into[n + 3] = c, where, e
end

local function due_of(delay)
  local due, dead = now(), nil
  for kind, ms in gmatch(delay, '(%a)(%d+)') do
    ms = tonumber(ms)
    if kind == 'c' then due = math.max(due, now() + ms)
    elseif kind == 'e' then due = math.max(due, ms)
    else
      local d = kind == 'x' and now() + ms or ms
      if not dead or d < dead then dead = d end
    end
  end
  return due, dead
end

local function enqueue(c, list, e, due)
  if due and due > now() then
    plan(timed, c, due, 'd:' .. list .. ':' .. e)
  else
    plan(pushed, c, list, e)
  end
end

-- enqueue_all: nodes a, a+s, … of a workflow that got other priorities.
local function enqueue_all(c, T, p, a, n, s, t, due)
  each_list(c, T, p, a, n, s, function(list, first, count) enqueue(c, list, entry(c, p, first, count, s, t), due) end)
end

-- release: nodes a, a+s, … (n of them, one template) may run. Without a record their readiness follows from the predecessor's record.
local function release(c, p, a, n, s, t, T, bytes, cause)
  if T.virtual then return later(c, 'v', p, a, n, s, t) end
  if bytes > 0 or cause then put(c, p .. a, 'Q 1 0 ' .. bytes .. ' ' .. (cause or '-') .. ' -') end
  local e, due = entry(c, p, a, n, s, t), nil
  if T.delay ~= '-' then
    local dead
    due, dead = due_of(T.delay)
    if dead then
      if dead <= now() then return later(c, 'x', p, a, n, s, t) end
      plan(timed, c, dead, 'x:' .. T.list .. ':' .. e)
    end
  end
  if reprioritized(c) then return enqueue_all(c, T, p, a, n, s, t, due) end
  enqueue(c, T.list, e, due)
end

-- release_roots: the first nodes of a workflow (p '') or of a segment may run.
local function release_roots(c, p, roots)
  local list = parse_successors(roots)
  for k = 1, #list do
    local e = list[k]
    release(c, p, e.ref, e.n, e.s, e.t, template(c, p, e.t), 0)
  end
end

local function join_state(c, k, T)
  local joins = c.joins
  if not joins then
    joins = {}
    c.joins = joins
  end
  local j = joins[k]
  if j == nil then
    local r = field(c, k)
    if not r then
      j = { T.needs, 4e9, '-', 0 }
    elseif byte(r) == 80 then
      local pending, order, cause, bytes = match(r, '^P (%d+) (%d+) (%S+) (%d+)$')
      if not pending then error('join ' .. k) end
      j = { tonumber(pending), tonumber(order), cause, tonumber(bytes) }
    else
      check(k, r)
      j = false
    end
    joins[k] = j
  end
  return j
end

local function join_write(c, k, j)
  put(c, k, 'P ' .. j[1] .. ' ' .. j[2] .. ' ' .. j[3] .. ' ' .. j[4])
end

-- Joins that changed and are still open are written by flush().
local function join_open(c, k, j)
  local open = c.open
  if not open then
    open = {}
    c.open = open
  end
  open[k] = j
end

local function join_close(c, k)
  if c.joins then c.joins[k] = false end
  if c.open then c.open[k] = nil end
end

-- from_before: whether a cause names a node of its segment that stands before the header of join i.
local function from_before(p, T, i, cause)
  local q, k = match(cause, '^%a(.-)(%d+)$')
  return q == p and T.head ~= '-' and tonumber(k) < at(T.head, i)
end

-- unreached: whether an input that was skipped means that the chord of join i was never reached.
local function unreached(p, T, i, cause)
  return cause == '' or T.head == '-' or from_before(p, T, i, cause)
end

-- reached: whether the chord of join i was reached, by what one of its inputs that did not succeed tells. Not when that goes back, through the
-- ChordErrors of headers, to a node before its own; so deep go as many groups one after another.
local MOST_HEADERS = 4000
local function reached(c, p, T, i, cause)
  if cause == '' or T.head == '-' then return false end
  for _ = 1, MOST_HEADERS do
    if from_before(p, T, i, cause) then return false end
    local r = byte(cause) == 67 and field(c, sub(cause, 2))
    if not r or byte(r) ~= 67 then return true end
    cause = sub(r, 3)
  end
  return true
end

-- cancel: plans the walk that ends what is open of nodes from … to (lib/cancel.lua). why: the field that says so.
local function cancel(c, why, failed, p, from, to, cause, join)
  local message = 'task ' .. failed .. ' did not succeed: what it was to end with was cancelled'
  put(c, why, 'R|{"type":"TaskRevokedError","message":"' .. message .. '","code":"revoked"}')
  later(c, 'b', p, from, to - from + 1, 1, '0', why .. ' ' .. cause .. ' ' .. join)
end

-- cancel_header: the first member of a chord that cancels did not succeed. False when the chord was never reached.
local function cancel_header(c, p, i, k, T, cause)
  if not reached(c, p, T, i, cause) then return false end
  local why = '*' .. k .. 'x' .. c.run
  cancel(c, why, sub(cause, 2), p, at(T.head, i), i, 'R' .. why, k)
  return true
end

-- cancelled: the cause for which the workflow was cancelled in this run, if it was (field F).
local function cancelled(c)
  if not find(c.flags, 'x', 1, true) then return nil end
  local run_, cause = match(field(c, 'F') or '', '^cancel (%d+) (%S+)$')
  return run_ == c.run and cause or nil
end

-- cancel_rest: a task failed of a workflow that cancels.
local function cancel_rest(c, id)
  if not find(c.flags, 'x', 1, true) or cancelled(c) then return end
  put(c, 'F', 'cancel ' .. c.run .. ' F' .. id)
  cancel(c, '*x' .. c.run, id, '', 0, node_count(c) - 1, 'F' .. id, '-')
end

-- fail_join: a join one of whose inputs did not succeed: ChordError, or skipped with what skipped its header. skipped: the deciding input was.
-- A part of a plain graph is always skipped.
local function fail_join(c, p, a, n, s, t, T, cause, skipped)
  if T.mode == 'w' then return later(c, 'k', p, a, n, s, t, cause) end
  -- Cancelled: the workflow has failed with what failed first, whether the walk or this comes first.
  local first = not T.callback and cancelled(c)
  if first then return later(c, 'k', p, a, n, s, t, first) end
  if skipped and unreached(p, T, a, cause) then return later(c, 'k', p, a, n, s, t, cause) end
  later(c, 'c', p, a, n, s, t, cause)
end

-- complete: a join may run, all its inputs have ended as it wants them. A virtual one stays open until its move is made: who ends the workflow before
-- that sees that it could have run. Of a first node, which a fan has told to begin, everybody knows that.
local function complete(c, p, i, k, t, T, j)
  if T.virtual and T.needs > 0 then
    j[3] = '-'
    join_open(c, k, j)
  else
    join_close(c, k)
  end
  release(c, p, i, 1, 1, t, T, math.max(j[4], 1))
end

-- arrive: one input of a join is terminal. Only an open join counts, and each input arrives once: it becomes terminal once.
local function arrive(c, p, i, k, t, T, code, cause, order, bytes)
  local j = c.joins and c.joins[k]
  if not j then j = join_state(c, k, T) end
  if not j then return end
  j[1] = j[1] - 1
  j[4] = j[4] + bytes
  -- What failed first is the cause, wherever it stands among those that are ended because of it.
  if T.cancels and code ~= 'S' and j[1] > 0 and (j[3] == '-' or j[3] == '?') and cancel_header(c, p, i, k, T, cause) then
    j[2], j[3] = 0, (code == 'K' and 'k' or 'f') .. cause
  end
  if code ~= 'S' and order < j[2] then j[2], j[3] = order, (code == 'K' and 'k' or 'f') .. cause end
  if j[1] > 0 then return join_open(c, k, j) end
  if T.mode ~= 'e' and (j[3] == '-' or (T.settles and j[3] ~= '?' and reached(c, p, T, i, sub(j[3], 2)))) then
    return complete(c, p, i, k, t, T, j)
  end
  -- Open, with nothing pending, until the move is made: what is reopened in between shows there, and the move is passed over.
  join_open(c, k, j)
  if T.mode == 'e' then return later(c, 'k', p, i, 1, 1, t) end
  if j[3] == '?' then return later(c, 'j', p, i, 1, 1, t) end
  fail_join(c, p, i, 1, 1, t, T, sub(j[3], 2), byte(j[3]) == 107)
end

-- tell: what the end of a node means for one entry of its successors. code: S F R, K skipped. cause: letter and node of what went wrong first.
-- from: the node that a join goes by: i, or that for which the fan node i speaks. own: a virtual node that failed hands its ChordError on as its own
-- to all but joins, which wrap what it heard.
local function tell(c, p, i, e, code, cause, bytes, from, own)
  local q = e.p or p
  local a = e.rel and i + e.ref or e.ref
  local memos = c.memo
  if not memos then
    memos = {}
    c.memo = memos
  end
  local memo = memos[p]
  if not memo then
    memo = {}
    memos[p] = memo
  end
  local m = memo[e]
  if not m then
    m = { template(c, q, e.t), not e.rel and q .. e.ref }
    memo[e] = m
  end
  local U = m[1]
  if own and U.mode ~= 'c' then cause = own end
  if U.fan and code ~= 'S' then return later(c, code, q, a, e.n, e.s, e.t, cause) end
  local single = U.needs == 1 and not U.settles
  if single and U.mode == 'c' and e.n == 1 and find(c.flags, 'a', 1, true) then
    -- A member that was added in this very script is known only to `open` yet.
    local r = field(c, q .. a)
    single = not ((c.open and c.open[q .. a]) or (r and byte(r) == 80))
  end
  if U.mode == 'e' and code == 'F' then
    for k = 0, e.n - 1 do
      local x = a + k * e.s
      local r = field(c, q .. x)
      if not r or byte(r) == 80 then
        join_close(c, q .. x)
        release(c, q, x, 1, 1, e.t, U, 0, cause)
      end
    end
  elseif U.mode == 'a' and code ~= 'S' then
    later(c, 'k', q, a, e.n, e.s, e.t, cause)
  elseif single then
    if code == 'S' and U.mode ~= 'e' then return release(c, q, a, e.n, e.s, e.t, U, 0) end
    if U.mode == 'c' then return fail_join(c, q, a, e.n, e.s, e.t, U, cause, code == 'K') end
    later(c, 'k', q, a, e.n, e.s, e.t)
  else
    local order = q == p and from or 3e9
    -- Members that tasks added stand behind the others, in the order in which they were added.
    if code ~= 'S' and q ~= p then order = order + (find(field(c, 'j' .. q .. a) or '', ',' .. p .. i, 1, true) or 0) end
    if e.n == 1 then
      return arrive(c, q, a, m[2] or q .. a, e.t, U, code, cause, order, bytes)
    end
    for k = 0, e.n - 1 do arrive(c, q, a + k * e.s, q .. text(a + k * e.s), e.t, U, code, cause, order, bytes) end
  end
end

-- tell_parent: the outcome of a child that its parent waits for is known: the parent's node takes it (kind n, child.lua).
local function tell_parent(c)
  local parent, node, t = match(field(c, 'P') or '', '^(%S+) (%S+) %S+ %a %d+ (%d+) %d+$')
  local above = parent and try_context(parent)
  if not above or not live(above) then return end
  local p, i = match(node, '^(.*/)(%d+)$')
  later(above, 'n', p or '', tonumber(i or node), 1, 1, t, c.id)
end

-- known: the outcome is there; who waits hears of it in flush().
local function known_outcome(c)
  c.outcome, c.told = since(c.created), true
  if find(c.flags, 'c', 1, true) then tell_parent(c) end
end

-- The outcome is known as soon as the output nodes are terminal; waiters hear of it in flush(). The workflow ends with its last node.
-- worst J: one of several outputs was reopened (undo.lua), so that all are looked at again when the last one has ended (judge.lua).
local function output(c, code, cause)
  local letter = code == 'K' and sub(cause, 1, 1) or code
  c.outs = c.outs - 1
  if c.worst == 'J' then
    if c.outs == 0 then later(c, 'o', '', 0, 1, 1, '0', '0 S') end
    return
  end
  if letter == 'F' or letter == 'C' then c.worst = 'F'
  elseif letter == 'R' and c.worst == 'S' then c.worst = 'R' end
  if c.outs == 0 then known_outcome(c) end
end

-- bury: the task is a dead letter: it failed by itself, with no attempt left. An error callback's record said what it was called for.
local function bury(c, id, T)
  local dead = c.dead
  if not dead then
    dead = {}
    c.dead = dead
  end
  dead[#dead + 1] = id
  local cause = T.mode == 'e' and match(c.f[id] or '', '^L .* ([FCR]%S+) %S+$')
  if cause then put(c, 'c' .. id, cause) end
end

-- failed_as: a node with the type of its error behind, where it has one.
local function failed_as(id, record)
  local type_ = match(record, '^F%d*|{"type":"([%w_.]+)"')
  return type_ and id .. '=' .. type_ or id
end

-- settle: node i becomes terminal. code S F R K; cause is what successors hear (for K: what skipped it); pass: a fan hands its input's code on.
-- id: p .. i where the caller has it (making text of numbers was 10 % of Redis's time).
local function settle(c, p, i, T, code, record, cause, bytes, pass, id)
  if code == 'F' and byte(record) == 70 then
    bury(c, p .. i, T)
    if not T.callback then cancel_rest(c, p .. i) end
  end
  id = id or p .. text(i)
  put(c, id, record)
  if not T.virtual then
    c.rem = c.rem - 1
    c[code] = c[code] + 1
    tell_task(c, code, T, code == 'F' and failed_as(id, record) or id)
  end
  c.changed = true
  if T.out then
    output(c, code, cause)
    -- The only output node: who waits is told its record along with the end.
    if T.only and #record <= PUSH_BYTES then c.answer = '\n' .. p .. i .. '\n' .. record end
  end
  local succ = T.succ
  if T.place then
    local e = succ[1]
    return later(c, 'p', e.p or p, e.ref, 1, 1, e.t, code .. (T.group and 'g' or 's') .. ' ' .. cause .. ' ' .. p .. ' ' .. i .. ' ' .. T.input)
  end
  local from = T.fan and tonumber(T.pred) or i
  local own = T.virtual and code == 'F' and T.input ~= '-' and 'C' .. p .. i
  for k = 1, #succ do tell(c, p, i, succ[k], pass or code, cause, bytes, from, own) end
end

-- The end of a segment settles the place that it replaced: with its value, or with what failed in it.
local function settle_place(c, p, i, T, x)
  local code, kind, cause, q, k, expr = match(x, '^(%a)(%a) (%S*) (%S*) (%d+) (%S+)$')
  if not code then error('place') end
  -- Reopened meanwhile: its next end settles the place.
  if not terminal(field(c, q .. k)) then return end
  if code == 'S' then return settle(c, p, i, T, 'S', 'V|' .. q .. '|' .. k .. '|' .. expr, '', 0) end
  local letter = sub(cause, 1, 1)
  if kind == 'g' then return settle(c, p, i, T, 'F', 'C|' .. cause, 'C' .. p .. i, 0) end
  letter = letter == 'R' and 'R' or 'F'
  settle(c, p, i, T, letter, 'A|' .. cause, letter .. p .. i, 0)
end

-- revoked: the record of a node that ended REVOKED before it could be done, with the attempts that it had. why: expired | purged
local function revoked(attempts, why)
  return 'R' .. attempts .. '|{"type":"TaskRevokedError","message":"' .. why .. '","code":"' .. why .. '"}'
end

-- expired: of one that was not done in time.
local function expired(attempts)
  return revoked(attempts, 'expired')
end

-- stands: whether what was to end a node without a worker still holds: of a join, that nothing is pending; else, where it was to fail or be skipped, that
-- the node before it is over. k: the node's name.
local function stands(c, kind, p, i, T, k, r)
  local j = c.joins and c.joins[k]
  if j then return j[1] == 0 end
  if r then return find(r, '^P 0 ') ~= nil end
  if kind == 'v' or T.pred == '-' then return true end
  local before = field(c, p .. text(at(T.pred, i)))
  return terminal(before) and (T.mode == 'e' or TERMINAL[byte(before)] ~= 'S')
end

local function step(c, kind, p, i, t, T, x)
  local k = p .. text(i)
  local r = field(c, k)
  if MOVES[kind] then
    return MOVES[kind](c, p, i, t, T, x, r)
  elseif kind == 'p' then
    if r and byte(r) == 87 then settle_place(c, p, i, T, x) end
  elseif terminal(r) then
    return
  elseif kind ~= 'x' and not stands(c, kind, p, i, T, k, r) then
    return
  elseif kind == 'v' then
    join_close(c, k)
    settle(c, p, i, T, 'S', T.input == '-' and 'S|null' or 'V|' .. p .. '|' .. i .. '|' .. T.input, '', 0, nil, k)
  elseif kind == 'c' then
    join_close(c, k)
    if T.virtual then settle(c, p, i, T, 'F', 'C|' .. x, x, 0)
    else settle(c, p, i, T, 'F', 'C|' .. x, 'C' .. p .. i, 0) end
  elseif kind == 'x' then
    local code = r and byte(r) or 81
    if code == 76 then
      if sub(r, -1) ~= 'x' then put(c, p .. i, (sub(r, -2) == ' -' and sub(r, 1, -2) or r) .. 'x') end
    elseif code ~= 87 and code ~= 80 and not (r and find(r, ' W%S+ %S+$')) then
      settle(c, p, i, T, 'R', expired((tonumber(match(r or '', '^[QD] (%d+)') or '1')) - 1), 'R' .. p .. i, 0)
    end
  else
    join_close(c, k)
    settle(c, p, i, T, 'K', 'K|' .. x, x, 0, T.fan and kind ~= 'k' and kind or nil, k)
  end
end

-- guarded: runs f(c, …); an error marks the workflow as damaged and drops all that this script had planned for it.
local function guarded(c, f, ...)
  local ok, err = pcall(f, c, ...)
  if ok then return err == nil and true or err end
  c.damaged = type(err) == 'table' and err.err or tostring(err)
  return nil
end

local function run_range(c, item, allowed)
  local kind, p, a, n, s, t, x = item[2], item[3], item[4], item[5], item[6], item[7], item[8]
  local T = template(c, p, t)
  -- A node costs as much as it tells: a fan node is 200.
  local cost = MOVE_COST[kind] or math.max(1, #T.succ)
  local m = min(n, math.max(1, floor(allowed / cost)))
  item[9] = cost
  if m > 1 then fields(c, ids(p, a, m, s)) end
  for k = 0, m - 1 do step(c, kind, p, a + k * s, t, T, x) end
  return m
end

-- run: works off `todo` for at most `budget` nodes; the rest goes to the spread list.
local function run(budget)
  while todo_head <= #todo and budget > 0 do
    local item = todo[todo_head]
    local c = item[1]
    todo_head = todo_head + 1
    if not c.damaged then
      local done = guarded(c, run_range, item, budget)
      if done then
        budget = budget - done * item[9]
        if done < item[5] then
          item[4], item[5] = item[4] + done * item[6], item[5] - done
          todo_head = todo_head - 1
          todo[todo_head] = item
        end
      end
    end
  end
  return budget
end

local function spread_item(item)
  return item[2] .. ':' .. item[1].id .. ':' .. item[1].run .. ':' .. item[7] .. ':' .. item[3] .. ':' .. item[4] .. ':' .. item[5] .. ':' .. item[6] .. ':' .. item[8]
end

-- take_spread: one waiting spread item comes back to `todo`. A task that was reopened is released (kind z) when no other item of its workflow is
-- left: its turn comes again behind them. When the list holds nothing else, nothing else is left, whatever was counted.
local function take_spread()
  local text = redis.call('LPOP', K_spread)
  if not text then return false end
  local kind, id, run_, t, p, a, n, s, x = match(text, '^(%a):([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+):(.*)$')
  if not kind then return true end
  local c = try_context(id, { 'u' })
  if not c and kind == 'h' then redis.call('UNLINK', K_held .. id) end
  if not c or c.run ~= run_ then return true end
  if kind ~= 'z' then c.net = c.net - 1 end
  if not live(c) and not OUTLIVES[kind] and not (c.state == 'e' and SETTLES[kind]) then return true end
  if kind == 'z' and tonumber(c.f['u'] or 0) > 0 then
    if redis.call('LLEN', K_spread) > 0 then
      redis.call('RPUSH', K_spread, text)
      return true
    end
    c.net = -c.f['u']
  end
  later(c, kind, p, tonumber(a), tonumber(n), tonumber(s), t, x)
  return true
end

-- take_spreads: works off waiting spread items, SPREADS at most, within a budget of nodes. Returns what is left of it, whether there was an item, and
-- whether there were so many that others may wait.
local SPREADS = 20
local function take_spreads(budget)
  local any = false
  for _ = 1, SPREADS do
    if budget <= 0 or not take_spread() then return budget, any end
    any = true
    budget = run(budget)
  end
  return budget, any, true
end
