-- flush: writes what the script decided: every workflow in one HSET, ready entries, timers, spreads, wake tokens, and tells waiters.
-- Nothing is written before this point but by flush_lone(), whose workflows no context holds: whatever failed earlier has left no trace.
-- @include schedule
-- Ready lists that hold entries, as far as this script knows.
local busy = {} -- per call
-- A worker that listens is told what became of its completions and, when it asks, of workflows, line by line; for others nothing is gathered:
--   w<letters> <workflow> <control>   o its outcome became known, e it ended
--   n <workflow>:<node> [record]      a completion that came to something else than was said: this record, or nothing at all
local telling = false -- per call
local telling_ends = false -- per call
local news = {} -- per call

local function write_fields(key, d, n)
  for from = 1, n, 4000 do redis.call('HSET', key, unpack(d, from, min(from + 3999, n))) end
end

-- publish: to each of the channels, which are separated by spaces.
local function publish(channels, message)
  for channel in gmatch(channels or '', '%S+') do redis.call('PUBLISH', channel, message) end
end

local function tell_waiters(c)
  if not find(c.flags, 'w', 1, true) then return end
  publish(field(c, 'w'), c.id .. (c.answer or ''))
end

local function tell_worker(c, ended)
  local letters = (c.told and 'o' or '') .. (ended and 'e' or '')
  if letters ~= '' then news[#news + 1] = 'w' .. letters .. ' ' .. c.id .. ' ' .. c.f.s end
end

-- gather: planned triples as entries by list.
local function gather(into, planned)
  for i = 1, #planned, 3 do
    if not planned[i].damaged then
      local entries = into[planned[i + 1]]
      if not entries then
        entries = {}
        into[planned[i + 1]] = entries
      end
      entries[#entries + 1] = planned[i + 2]
    end
  end
end

local function push_lists(command, lists)
  for list, entries in pairs(lists) do
    if #entries > 0 then
      push_all(command, K_ready .. list, entries)
      redis.call('HSET', K_active, list, 1)
      busy[list] = true
    end
  end
end

-- aside_control: the control field of what is set aside. It keeps its place in the order of the list if that can still be read.
local function aside_control(id, before, l)
  local c = { id = id, f = { l = l } }
  if not pcall(parse_control, c, before) or #c.created ~= 13 then c.class, c.created, c.flags = false, now_text(), '-' end
  c.flags = (find(c.flags, 'p', 1, true) and 'p' or '-') .. (l and 'l' or '')
  c.state, c.run, c.rem, c.outs, c.worst, c.started, c.outcome, c.ended = 'x', '1', 0, 0, 'F', '0', '1', '1'
  c.S, c.F, c.R, c.K, c.keep = 0, 1, 0, 0, '86400000'
  relist(c)
  return control_text(c)
end

-- A damaged child that its parent waits for: the parent looks at it, as at any other that has ended.
local function tell_parent_of(key, id)
  local parent, p, i, t = match(redis.call('HGET', key, 'P') or '', '^(%S+) (%S-)(%d+) %S+ %a %d+ (%d+) %d+$')
  local s = parent and redis.pcall('HGET', K_workflow .. parent, 's')
  local run_ = type(s) == 'string' and match(s, '^%a (%d+) ')
  if not run_ then return end
  redis.call('RPUSH', K_spread, concat({ 'n', parent, run_, t, p, i, 1, 1, id }, ':'))
  redis.call('HINCRBY', K_workflow .. parent, 'u', 1)
end

-- A workflow that cannot be read is set aside and ended: only it fails. Its bytes stay under another name until retention.
local function set_aside(c)
  if c.aside then return end
  c.aside = true
  local reason = string.gsub(c.damaged, '[%c"\\]', ' ')
  local kind = redis.call('TYPE', c.key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('RENAME', c.key, K_damaged .. c.id) end
  if kind == 'hash' then publish(redis.call('HGET', c.key, 'w'), c.id) end
  if kind ~= 'none' then
    local f = kind == 'hash' and redis.call('HMGET', c.key, 's', 'l') or {}
    local control = aside_control(c.id, f[1] or '', f[2])
    redis.call('HSET', c.key, 's', control, 'x', reason)
    if kind == 'hash' then tell_parent_of(c.key, c.id) end
    if telling_ends then news[#news + 1] = 'woe ' .. c.id .. ' ' .. control end
    if LOG.tells(1) then LOG.line(c.id .. LOG.tenant(f[2]) .. ' =oF =e') end
    redis.call('ZADD', K_ended, now() + 86400000, c.id)
  end
end

-- released, returned: ready entries by list that contexts have handed over, to be pushed behind and in front.
local released, returned = {}, {} -- per call

-- hand_over: takes the ready entries out of the contexts, so that a turn may lease them before they ever reach a list.
local function hand_over()
  if #pushed > 0 then
    gather(released, pushed)
    pushed = {}
  end
  if #fronted > 0 then
    gather(returned, fronted)
    fronted = {}
  end
end

-- Workers hear of timers once a second, from tend. A timer that is due before they would hear of it wakes one.
local LOOK_MS = 2000
local nudged = {} -- per call
local function write_timers()
  local args, soon, queue = {}, now() + LOOK_MS, nil
  for i = 1, #timed, 3 do
    if not timed[i].damaged then
      args[#args + 1], args[#args + 2] = timed[i + 1], timed[i + 2]
      if timed[i + 1] < soon then soon, queue = timed[i + 1], match(timed[i + 2], '^%a:([^:]+)') end
    end
  end
  timed = {}
  if queue then
    local first = redis.call('ZRANGE', K_timers, 0, 0, 'WITHSCORES')
    if not first[2] or tonumber(first[2]) > soon then nudged[queue] = true end
  end
  push_all('ZADD', K_timers, args)
end

-- Fields that were dropped and not put again.
local function remove_fields(c)
  local names = {}
  for name in pairs(c.gone) do
    if not c.f[name] then names[#names + 1] = name end
  end
  for from = 1, #names, 4000 do redis.call('HDEL', c.key, unpack(names, from, min(from + 3999, #names))) end
  c.gone = false
end

-- Timers of nodes that were ended before they were due.
local untimed = {} -- per call

-- signal: processes are told what became of a workflow in which they may hold attempts: 'revoke' or 'pause'. Who does not hear it sees that the
-- count of signals has changed, at its next upkeep.
local signals = {} -- per call
local function signal(c, word)
  signals[#signals + 1] = word .. ' ' .. c.id
end

local function tell_processes()
  redis.call('HINCRBY', KEYS[1], 'signals', 1)
  redis.call('PUBLISH', K_signals, concat(signals, '\n'))
  signals = {}
end

-- end_control: what control of a running workflow left beside it goes with its end.
local function end_control(c)
  if find(c.flags, 's', 1, true) then schedule_ended(c) end
  if c.state == 'h' then redis.call('UNLINK', K_held .. c.id) end
  if find(c.flags, 't', 1, true) then redis.call('ZREM', K_timers, match(field(c, 'T') or '', ' (.*)$') or '') end
end

-- Names of tasks that are dead letters no more, because they run again: whoever takes up a step of a new run takes them out.
local undead = {} -- per call

-- Dead letters in both orders: by time, and by name so that those of one workflow are found.
local dead_times, dead_names = {}, {} -- per call
local function gather_dead(c)
  for k = 1, #c.dead do
    local n, name = #dead_times, c.id .. ':' .. c.dead[k]
    dead_times[n + 1], dead_times[n + 2] = now(), name
    dead_names[n + 1], dead_names[n + 2] = 0, name
  end
  c.dead = false
end

local function flush()
  local spreads = {}
  hand_over()
  for i = todo_head, #todo do
    local c = todo[i][1]
    if not c.damaged then
      spreads[#spreads + 1] = spread_item(todo[i])
      if todo[i][2] ~= 'z' then c.net = c.net + 1 end
    end
  end
  for i = 1, #deferred do
    if not deferred[i][1].damaged then spreads[#spreads + 1] = spread_item(deferred[i]) end
  end
  deferred = {}
  for i = 1, #contexts do
    local c = contexts[i]
    if c.damaged then
      set_aside(c)
    elseif c.n > 0 or c.changed or c.open or c.gone then
      if c.open then
        for k, j in pairs(c.open) do join_write(c, k, j) end
        c.open = nil
      end
      local ended = c.changed and c.rem + 0 == 0 and c.outs + 0 == 0 and c.outcome ~= '0' and c.state ~= 'e' and not find(c.flags, 'o', 1, true)
      if ended then
        end_control(c)
        c.state, c.ended = 'e', since(c.created)
        redis.call('ZADD', K_ended, now() + c.keep, c.id)
      end
      if c.changed then
        relist(c)
        put(c, 's', control_text(c))
      end
      if c.events or c.class ~= c.shown then LOG.context(c) end
      write_fields(c.key, c.d, c.n)
      if c.gone then remove_fields(c) end
      if c.dead then gather_dead(c) end
      if c.told then tell_waiters(c) end
      if telling_ends then tell_worker(c, ended) end
      c.d, c.n, c.changed, c.told = {}, 0, false, false
    end
    -- Spread items of it that are in the list.
    if c.net ~= 0 and not c.damaged then
      redis.call('HINCRBY', c.key, 'u', c.net)
      c.net = 0
    end
  end
  write_listings()
  if #undead > 0 then
    push_all('ZREM', K_dead, undead)
    push_all('ZREM', K_deadof, undead)
    undead = {}
  end
  push_all('ZADD', K_dead, dead_times)
  push_all('ZADD', K_deadof, dead_names)
  dead_times, dead_names = {}, {}
  push_lists('LPUSH', returned)
  push_lists('RPUSH', released)
  released, returned = {}, {}
  if #timed > 0 then write_timers() end
  push_all('ZREM', K_timers, untimed)
  untimed = {}
  push_all('RPUSH', K_spread, spreads)
  todo, todo_head = {}, 1
  if #signals > 0 then tell_processes() end
  write_schedules()
  return #spreads
end

-- wake: one token in the queue's wake list while there is work; blocked workers pop tokens, never tasks. None for what waits in a paused queue: it would
-- bring a worker that gets nothing, and leaves a token.
local function wake()
  local queues = nudged
  for list in pairs(busy) do
    local queue = match(list, '^[^:]+')
    if not is_paused(queue) then queues[queue] = true end
  end
  for queue in pairs(queues) do
    if redis.call('EXISTS', K_wake .. queue) == 0 then redis.call('RPUSH', K_wake .. queue, '1') end
  end
end
