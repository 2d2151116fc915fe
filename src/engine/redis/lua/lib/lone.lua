-- lone: workflows of one task, most of what a queue sees. Their fields, records and control are those of every workflow; here they are cut and joined
-- as texts, without a context, at a third of the cost. Whatever is not plain (a retry, a replacement, damage) falls back to the general way.
local lone_writes, lone_ended, lone_told, lone_grants, lone_leased = {}, {}, {}, {}, {} -- per call
local LONE_ENTRY = '^([^:]+):1:(%d+)::0:1:1$'
local LONE_FRESH = '^p 1 1 1 S (%d+) 0 0 0 0 0 0 0 (%d+ %S+)$'
local LONE_RUNNING = '^r 1 1 1 S (%d+) (%d+) 0 0 0 0 0 0 (%d+) (%S+)$'

local function lone_write(key, record, control)
  local n = #lone_writes
  lone_writes[n + 1], lone_writes[n + 2], lone_writes[n + 3] = key, record, control
end

local function lone_fields(id, ...)
  if loaded[id] then return nil end
  local got = redis.pcall('HMGET', K_workflow .. id, ...)
  return not got.err and got or nil
end

-- lease_lone: leases a fresh task of its own. False: not plain; 'dead': this turn has leased it already, for a repeated entry.
-- Tasks of one template travel as one grant, with their workflows' ids behind.
local function lease_lone(e, process, attempt)
  local id, t = match(e, LONE_ENTRY)
  if id and lone_leased[id] then return 'dead' end
  local got = id and lone_fields(id, 's', 't' .. t, '0', 'b0')
  local T = got and got[2] and not got[3] and parsed[got[2]]
  if not T or not T.lone or not got[1] or not got[4] or byte(got[4]) ~= 1 or not knows(process, T.task) then return false end
  local created, rest = match(got[1], LONE_FRESH)
  local definition_ = sub(got[4], 4)
  if not created or find(rest, '[lnd]') or find(definition_, MARKER, 1, true) then return false end
  local g = lone_grants[T]
  if not g then
    g = { t, '', T.spec, {}, {}, telling and {} or nil }
    lone_grants[T] = g
    grants[#grants + 1] = g
  end
  local n = #g[4] + 1
  g[4][n], g[5][n] = definition_, id
  if telling then g[6][n] = waited(T, '', '1', '1', created) end
  lone_leased[id] = true
  granted_bytes = granted_bytes + #definition_ + #id
  descriptors[#descriptors + 1] = e
  if find(rest, 'p', 1, true) then starts(created, 1) else list_as('2', created, id) end
  lone_write(K_workflow .. id, 'L ' .. attempt .. ' 1 0 0 - -', 'r 1 1 1 S ' .. created .. ' ' .. since(created) .. ' 0 0 0 0 0 0 ' .. rest)
  return true
end

-- finish_lone: a task of its own that succeeded. False: not plain.
local function finish_lone(id, held_, record)
  if byte(record) ~= 83 and byte(record) ~= 73 then return false end
  local got = lone_fields(id, '0', 's')
  if not got or got[1] ~= held_ or not got[2] then return false end
  local created, started, keep, flags = match(got[2], LONE_RUNNING)
  -- One that has labels is listed under them, and a child whose parent waits for it tells it.
  if not created or find(flags, '[lc]') then return false end
  local stamp = since(created)
  local control = 'e 1 0 0 S ' .. created .. ' ' .. started .. ' ' .. stamp .. ' ' .. stamp .. ' 1 0 0 0 ' .. keep .. ' ' .. flags
  lone_write(K_workflow .. id, record, control)
  if telling_ends then news[#news + 1] = 'woe ' .. id .. ' ' .. control end
  local n = #lone_ended
  lone_ended[n + 1], lone_ended[n + 2] = now() + keep, id
  if find(flags, 'p', 1, true) then starts(created, -1) else list_as('3', created, id) end
  if find(flags, 'w', 1, true) then
    n = #lone_told
    lone_told[n + 1], lone_told[n + 2] = id, #record <= PUSH_BYTES and id .. '\n0\n' .. record or id
  end
  return true
end

-- joined: grants of lone tasks with their lists as texts, when all are known.
local function join_lone()
  for T, g in pairs(lone_grants) do
    g[1] = '|1||' .. g[1] .. '|0|' .. #g[4] .. '|0|1|-'
    g[4], g[5] = concat(g[4]), concat(g[5], ',')
    if g[6] then g[6] = concat(g[6], ',') end
    if LOG.tells(1) then LOG.line((LOG.tells(2) and '*B' .. T.told or '*b') .. ' ' .. g[5]) end
  end
  lone_grants = {}
end

local function flush_lone()
  for i = 1, #lone_writes, 3 do redis.call('HSET', lone_writes[i], '0', lone_writes[i + 1], 's', lone_writes[i + 2]) end
  push_all('ZADD', K_ended, lone_ended)
  for i = 1, #lone_told, 2 do publish(redis.call('HGET', K_workflow .. lone_told[i], 'w'), lone_told[i + 1]) end
  lone_writes, lone_ended, lone_told = {}, {}, {}
end
