-- flush: writes what the script decided: every workflow in one HSET, ready entries, timers, spreads, wake tokens, and tells waiters.
-- Nothing is written before this point, so whatever failed earlier has left no trace.
-- Ready lists that hold entries, as far as this script knows.
local busy = {} -- per call

local function write_fields(key, d)
  local args, n = {}, 0
  for k, v in pairs(d) do
    args[n + 1], args[n + 2] = k, v
    n = n + 2
    if n >= 4000 then
      redis.call('HSET', key, unpack(args, 1, n))
      args, n = {}, 0
    end
  end
  if n > 0 then redis.call('HSET', key, unpack(args, 1, n)) end
end

local function push_all(command, key, list)
  for from = 1, #list, 4000 do redis.call(command, key, unpack(list, from, min(from + 3999, #list))) end
end

local function tell_waiters(c)
  if not find(c.flags, 'w', 1, true) then return end
  local message = c.id .. (c.answer or '')
  for channel in gmatch(field(c, 'w') or '', '%S+') do redis.call('PUBLISH', channel, message) end
end

local function gather(into, pairs_)
  for i = 1, #pairs_, 2 do
    local list = into[pairs_[i]]
    if not list then
      list = {}
      into[pairs_[i]] = list
    end
    list[#list + 1] = pairs_[i + 1]
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

-- A workflow that cannot be read is set aside and ended: only it fails. Its bytes stay under another name until retention.
local function set_aside(c)
  if c.aside then return end
  c.aside = true
  local reason = string.gsub(c.damaged, '[%c"\\]', ' ')
  local kind = redis.call('TYPE', c.key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('RENAME', c.key, K_damaged .. c.id) end
  if kind == 'hash' then
    for channel in gmatch(redis.call('HGET', c.key, 'w') or '', '%S+') do redis.call('PUBLISH', channel, c.id) end
  end
  if kind ~= 'none' then
    redis.call('HSET', c.key, 's', 'x 1 0 0 F ' .. NOW .. ' 0 ' .. NOW .. ' ' .. NOW .. ' 0 1 0 0 86400000 -', 'x', reason)
    redis.call('ZADD', K_ended, NOW + 86400000, c.id)
  end
end

-- released, returned: ready entries by list that contexts have handed over, to be pushed behind and in front.
local released, returned = {}, {} -- per call

-- hand_over: takes the ready entries out of the contexts, so that a turn may lease them before they ever reach a list.
local function hand_over()
  for i = 1, #contexts do
    local c = contexts[i]
    if not c.damaged and #c.pushes + #c.fronts > 0 then
      gather(released, c.pushes)
      gather(returned, c.fronts)
      c.pushes, c.fronts = {}, {}
    end
  end
end

local function flush()
  local timers, spreads = {}, {}
  hand_over()
  for i = todo_head, #todo do
    if not todo[i][1].damaged then spreads[#spreads + 1] = spread_item(todo[i]) end
  end
  for i = 1, #contexts do
    local c = contexts[i]
    if c.damaged then
      set_aside(c)
    elseif c.dirty or c.changed then
      if c.open then
        for k, j in pairs(c.open) do join_write(c, k, j) end
        c.open = nil
      end
      if c.rem == 0 and c.outs == 0 and c.changed and c.state ~= 'e' then
        c.state, c.ended = 'e', NOW
        redis.call('ZADD', K_ended, NOW + c.keep, c.id)
      end
      if c.changed then c.d['s'] = control_text(c) end
      c.f['s'] = c.d['s'] or c.f['s']
      write_fields(c.key, c.d)
      if c.told then tell_waiters(c) end
      for k = 1, #c.timers do timers[#timers + 1] = c.timers[k] end
      c.d, c.timers, c.dirty, c.changed, c.told = {}, {}, false, false, false
    end
  end
  push_lists('LPUSH', returned)
  push_lists('RPUSH', released)
  released, returned = {}, {}
  push_all('ZADD', K_timers, timers)
  push_all('RPUSH', K_spread, spreads)
  todo, todo_head = {}, 1
  return #spreads
end

-- wake: one token in the queue's wake list while there is work; blocked workers pop tokens, never tasks.
local function wake()
  local queues = {}
  for list in pairs(busy) do queues[match(list, '^[^:]+')] = true end
  for queue in pairs(queues) do
    if redis.call('EXISTS', K_wake .. queue) == 0 then redis.call('RPUSH', K_wake .. queue, '1') end
  end
end
