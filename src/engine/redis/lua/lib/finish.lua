-- finish: what a worker says of its attempts. Only the attempt that holds the lease changes anything; others are answered as lost.
-- A completion's record is stored as it came (S F I), or is a command:
--   r<ms>|<attempt>|error  try again after ms      b|  give back, uncharged      l<budget>|  the process or thread it ran in alone died      %STATE json  what the task says of itself, the lease stays
--   ~<span>\n<record>  of a workflow with a trace: the span that ran, then the record
--   X|<prefix>|…  replaced by a staged segment     Y[i]|<child>  waits for a child workflow     +<segments>\n<record>  more members for its chord, then the record
local function held(r, attempt)
  check('a lease', r)
  if not r or byte(r) ~= 76 then return nil end
  local owner, att, del, bytes, cause, flags = match(r, '^L (%S+) (%d+) (%d+) (%d+) (%S+) (%S+)$')
  if owner ~= attempt then return nil end
  return att, del, bytes, cause, flags
end

-- fits: whether a workflow may grow by these staged segments (canvas-semantics 6.3): a task that replaces itself for ever must end. nil: they are not whole,
-- or not those that this attempt staged (stage.lua).
local TASK_LIMIT = 100000
local TOO_MANY = '|{"type":"LimitExceeded","message":"the workflow would grow past 100,000 tasks and twice what was submitted","code":"limit-exceeded"}'
local function fits(c, attempt, prefixes)
  local total = c.rem + c.S + c.F + c.R + c.K
  for q in gmatch(prefixes, '%S+') do
    local owner, stored, parts = match(field(c, 'z' .. q) or '', '^(%S+) (%d+)/(%d+)$')
    if owner ~= attempt or stored ~= parts then return nil end
    total = total + (match(field(c, 'r' .. q) or '', '^%d+') or 0)
  end
  if total <= TASK_LIMIT then return true end
  return total <= 2 * (match(field(c, 'm') or '', '"c":(%d+)') or 1)
end

-- A staged segment of node p i becomes part of the graph: its nodes count, its roots are released.
local function attach(c, q, p, i)
  local total, nodes, roots = match(field(c, 'r' .. q) or '', '^(%d+) (%d+) (%S+)$')
  if not total then error('segment ' .. q) end
  c.rem = c.rem + tonumber(total)
  c.changed = true
  drop(c, 'z' .. q)
  put(c, 'G', (field(c, 'G') or '') .. segment_line(q, nodes, p .. i))
  release_roots(c, q, roots)
end

-- add_members: '<prefix> <end node>;…' each one more input of the join that this node's chord feeds.
local function add_members(c, p, i, T, segments)
  local outer, ref, t = match(T.chord, '^!(.-)!(%d+)@(%d+)$')
  if not outer then ref, t = match(T.chord, '^([+-]?%d+)@(%d+)$') end
  if not ref then return end
  local join, own = at(ref, i), p
  p = outer or p
  for q, last in gmatch(segments, '(%S+) (%d+);') do
    local j = join_state(c, p .. join, template(c, p, t))
    -- Over already (it was revoked, or expired): nothing waits for them, but they run as its other members do, and a rerun of it takes what they came to.
    if j then
      j[1] = j[1] + 1
      join_open(c, p .. join, j)
    end
    put(c, 'j' .. p .. join, (field(c, 'j' .. p .. join) or '') .. ',' .. q .. last)
    if not find(c.flags, 'a', 1, true) then c.flags = c.flags .. 'a' end
    attach(c, q, own, i)
    -- A chord that has been cancelled takes nobody in any more.
    local why = '*' .. p .. join .. 'x' .. c.run
    if template(c, p, t).cancels and field(c, why) then later(c, 'b', q, 0, last + 1, 1, '0', why .. ' R' .. why .. ' ' .. p .. join) end
  end
end

-- history: the errors of a node's attempts, a line each behind the line of when its first attempt began: the first and the last ones.
-- at_: when it failed; default now.
local HISTORY = 5
local function history(began, lines, att, err, at_)
  local list = {}
  for line in gmatch(lines, '[^\n]+') do list[#list + 1] = line end
  if #list == HISTORY then table.remove(list, 2) end
  list[#list + 1] = att .. ' ' .. (at_ or now()) .. ' ' .. err
  return began .. '\n' .. concat(list, '\n')
end

-- out_of_retries: why a node is not tried again although its own number allows it, if so; else one retry of the workflow (field y) is taken.
local function out_of_retries(c, most, due, began)
  if most ~= '' and due - began > tonumber(most) then return 'the next retry would begin later than maxElapsedMs allows' end
  local left = field(c, 'y')
  if not left then return nil end
  if tonumber(left) < 1 then return 'the workflow has no retry left' end
  put(c, 'y', text(left - 1))
end

-- again: the node is tried again after ms. most: how long after the beginning of its first attempt the next one may begin, or ''; ran: how long
-- this attempt took, which is all that is known of the first one's beginning.
local function again(c, p, i, t, T, del, bytes, cause, flags, record)
  local ms, att, most, ran, err = match(record, '^r(%d+)|(%d+)|(%d*)|(%d+)|(.*)$')
  if not ms then error('completion') end
  local last = text(tonumber(att) - 1)
  if sub(flags, -1) == 'x' then
    return settle(c, p, i, T, 'R', expired(tonumber(last)), 'R' .. p .. i, 0)
  end
  ms = tonumber(ms)
  local began, lines = match(field(c, 'e' .. p .. i) or '', '^(%d+)\n(.*)$')
  began = tonumber(began) or now() - ran
  local why = out_of_retries(c, most, now() + ms, began)
  if why then
    local given = err ~= '' and err or '{"type":"MaxRetriesExceeded","message":"' .. why .. '"}'
    return settle(c, p, i, T, 'F', 'F' .. (last == '1' and '' or last) .. '|' .. given, 'F' .. p .. i, 0)
  end
  put(c, 'e' .. p .. i, history(began, lines or '', last, err == '' and 'null' or err))
  -- It ended: no suspect any more.
  put(c, p .. i, (ms > 0 and 'D ' or 'Q ') .. att .. ' ' .. del .. ' ' .. bytes .. ' ' .. cause .. ' -')
  tell_task(c, 'Y', T, p .. i .. '=' .. att)
  enqueue(c, waits_in(c, T, p .. text(i)), entry(c, p, i, 1, 1, t), ms > 0 and now() + ms)
end

-- without_ignored: what is stored of a success. A result marked as ignored (S<attempt>i|…) goes where no successor takes it: readers do not get it.
local function without_ignored(c, p, T, record)
  local att = match(record, '^S(%d+)i|')
  if not att then return record end
  for k = 1, #T.succ do
    local e = T.succ[k]
    local U = template(c, e.p or p, e.t)
    if U.virtual or (U.mode ~= 'e' and U.input ~= '-') then return record end
  end
  return att == '1' and 'I|' or 'I' .. att .. '|'
end

-- await: the attempt ends, and its node waits for the outcome of its child (child.lua); it may be there already. An error callback's cause is kept for
-- a requeue: `Y[i]|<child>`, i: its own result is to be ignored.
local function await(c, p, i, t, T, att, cause, record)
  local ignored, child = match(record, '^Y(i?)|(%S+)$')
  if not child then error('completion') end
  put(c, p .. text(i), 'W ' .. att .. ignored .. ' ' .. child)
  if T.mode == 'e' and cause ~= '-' then put(c, 'c' .. p .. text(i), cause) end
  later(c, 'n', p, i, 1, 1, t, child)
end

-- feeds_join: whether a node after this one waits for others too.
local function feeds_join(c, p, T)
  for k = 1, #T.succ do
    if template(c, T.succ[k].p or p, T.succ[k].t).needs > 1 then return true end
  end
  return false
end

local function finish_one(c, p, i, t, T, attempt, record, att, del, bytes, cause, flags)
  local kind = byte(record)
  if kind == 126 then
    local span, rest = match(record, '^~(%x+)\n(.*)$')
    if not span then error('completion') end
    if feeds_join(c, p, T) then put(c, 'k' .. p .. text(i), span) end
    record, kind = rest, byte(rest)
  end
  if kind == 43 then
    local segments, rest = match(record, '^%+([^\n]*)\n(.*)$')
    local fit = fits(c, attempt, (string.gsub(segments, ' %d+;', ' ')))
    -- What the attempt was to leave behind has been forgotten: it runs again.
    if fit == nil then return lose(c, p, i, t, T, att, del, bytes, cause, flags, false, 1e9) end
    if not fit then return settle(c, p, i, T, 'F', 'F' .. att .. TOO_MANY, 'F' .. p .. i, 0) end
    add_members(c, p, i, T, segments)
    record, kind = rest, byte(rest)
  end
  if kind == 83 and byte(record, 2) ~= 124 then record = without_ignored(c, p, T, record) end
  if kind == 83 or kind == 73 then return settle(c, p, i, T, 'S', record, '', #record) end
  if kind == 70 then return settle(c, p, i, T, 'F', record, 'F' .. p .. i, 0) end
  -- With the attempt in front: readers show it while that attempt holds the node.
  if kind == 37 then
    tell_task(c, 'G', T, p .. i .. '=' .. match(record, '^%%(%S*)'))
    return put(c, 'g' .. p .. i, attempt .. ' ' .. sub(record, 2))
  end
  if kind == 114 then return again(c, p, i, t, T, del, bytes, cause, flags, record) end
  if kind == 98 then return lose(c, p, i, t, T, att, del, bytes, cause, flags, false, 1e9) end
  if kind == 108 then
    return lose(c, p, i, t, T, att, del, bytes, cause, flags, 'alone', tonumber(match(record, '^l(%d+)|')))
  end
  if kind == 88 then
    local q = sub(record, 3)
    local fit = fits(c, attempt, q)
    if fit == nil then return lose(c, p, i, t, T, att, del, bytes, cause, flags, false, 1e9) end
    if not fit then return settle(c, p, i, T, 'F', 'F' .. att .. TOO_MANY, 'F' .. p .. i, 0) end
    put(c, p .. i, 'W ' .. att)
    return attach(c, q, p, i)
  end
  if kind == 89 then return await(c, p, i, t, T, att, cause, record) end
  error('completion')
end

-- miss: a completion of a node that its attempt no longer holds. A report is nothing that its worker must know of; who listens must not hear of it.
local unheard = {} -- per call
local function miss(lost, node, record)
  local into = byte(record) == 37 and unheard or lost
  into[#into + 1] = node
end

-- finish_group: completions of one workflow, prefix, template and attempt; records are separated by \30. A late one may be of a segment that is gone
-- (Redis has forgotten it, a rerun dropped it): the template is looked at for an attempt that holds its lease only.
local function finish_group(c, run_, p, t, attempt, list, records, lost)
  local f, k, T = c.f, 0, nil
  local plain = 'L ' .. attempt .. ' 1 0 0 - -'
  for record in gmatch(records, '[^\30]+') do
    k = k + 1
    local id = list[k]
    local i = tonumber(sub(id, #p + 1))
    local r = f[id]
    if r == plain and c.run == run_ then
      T = T or template(c, p, t)
      if byte(record) == 83 and byte(record, 2) == 124 then settle(c, p, i, T, 'S', record, '', #record, nil, id)
      else finish_one(c, p, i, t, T, attempt, record, '1', '0', '0', '-', '-') end
    else
      local att, del, bytes, cause, flags = held(r, attempt)
      if att and c.run == run_ then
        T = T or template(c, p, t)
        finish_one(c, p, i, t, T, attempt, record, att, del, bytes, cause, flags)
      else
        miss(lost, c.id .. ':' .. id, record)
      end
    end
  end
end

-- tell_lones: workflows of one task have succeeded and ended. They share their template.
local function tell_lones(done, t)
  if not LOG.tells(1) then return end
  local source = LOG.tells(2) and redis.call('HGET', K_workflow .. done[1], 't' .. t)
  local T = source and (parsed[source] or parse_template(source))
  LOG.line((T and '*E' .. T.told or '*e') .. ' ' .. concat(done, ','))
end

-- finish_lones: completions of workflows of one task; `ids` and `records` go side by side.
local function finish_lones(ids, t, attempt, records, lost)
  local held_, next_id, done = 'L ' .. attempt .. ' 1 0 0 - -', gmatch(ids, '[^,]+'), {}
  for record in gmatch(records, '[^\30]+') do
    local id = next_id()
    if finish_lone(id, held_, record) then
      done[#done + 1] = id
    else
      local c = try_context(id, { 't' .. t, '0' })
      if c and live(c) then guarded(c, finish_group, '1', '', t, attempt, { '0' }, record, lost)
      else miss(lost, id .. ':0', record) end
    end
  end
  if #done > 0 then tell_lones(done, t) end
end

local function finish_some(at_, process, lost)
  local id, run_, p, t, attempt = ARGV[at_], ARGV[at_ + 1], ARGV[at_ + 2], ARGV[at_ + 3], ARGV[at_ + 4]
  local list, names, n = {}, {}, 0
  for i in gmatch(ARGV[at_ + 5], '%d+') do
    n = n + 1
    list[n] = p .. i
    names[n] = list[n]
  end
  names[n + 1] = 't' .. p .. t
  if n == 1 then
    -- What follows a lone completion is mostly the next step of a chain, leased in this same turn: read along with it.
    local after = ARGV[at_ + 5] + 1
    names[3], names[4] = p .. text(after), 'b' .. p .. text(floor(after / 32))
  end
  local c = try_context(id, names)
  if c and live(c) then
    guarded(c, finish_group, run_, p, t, process .. ':' .. attempt, list, ARGV[at_ + 6], lost)
  else
    for k = 1, n do lost[#lost + 1] = id .. ':' .. list[k] end
  end
end

local function finish_all(from, process)
  local lost = {}
  for at_ = from, #ARGV, 7 do
    if ARGV[at_ + 5] == '*' then
      finish_lones(ARGV[at_], ARGV[at_ + 3], process .. ':' .. ARGV[at_ + 4], ARGV[at_ + 6], lost)
    else
      finish_some(at_, process, lost)
    end
  end
  return lost
end

local function tell_if_otherwise(c, id, said, is_lost)
  if not c or is_lost[c.id .. ':' .. id] or byte(said) == 37 then return end
  local r = not c.damaged and c.f[id]
  if not r then
    if c.damaged then news[#news + 1] = 'n ' .. c.id .. ':' .. id end
    return
  end
  -- What would grow too far fails; what was to be tried again and had expired meanwhile is revoked.
  local code = byte(r)
  if (code == 70 or code == 82) and code ~= byte(said) then news[#news + 1] = 'n ' .. c.id .. ':' .. id .. ' ' .. r end
end

-- tell_otherwise: for a worker that listens: its completions that came to something else than it said. Asked when all is decided.
local function tell_otherwise(from, lost)
  local is_lost = {}
  for k = 1, #lost do
    is_lost[lost[k]] = true
    news[#news + 1] = 'n ' .. lost[k]
  end
  for k = 1, #unheard do news[#news + 1] = 'n ' .. unheard[k] end
  for at_ = from, #ARGV, 7 do
    local lone = ARGV[at_ + 5] == '*'
    local next_one = gmatch(ARGV[lone and at_ or at_ + 5], '[^,]+')
    for record in gmatch(ARGV[at_ + 6], '[^\30]+') do
      local one = next_one()
      tell_if_otherwise(loaded[lone and one or ARGV[at_]], lone and '0' or ARGV[at_ + 2] .. one, record, is_lost)
    end
  end
end

-- regrant: the grants of an earlier turn again, from its record; nodes that this attempt no longer holds are left out.
local function regrant(record, attempt)
  for e in gmatch(record, '[^\n]+') do
    local id, run_, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
    local c = try_context(id)
    if c and c.run == run_ and live(c) then
      guarded(c, function()
        local T = template(c, p, t)
        for k = 0, tonumber(n) - 1 do
          local i = tonumber(a) + k * tonumber(s)
          local att, del, bytes, cause, flags = held(field(c, p .. i), attempt)
          if att then emit(c, p, t, i, 1, 1, T, att, cause, input_of(c, p, i, T, tonumber(bytes)), suspect_of(del, flags)) end
        end
      end)
    end
  end
end
