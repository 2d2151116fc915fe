-- depths: how much waits in a partition and since when, for who watches all queues at once, whatever they hold: 2,000 entries and 2,000 timers are looked at,
-- some 3 ms; what lies behind them is counted by the length of its list.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    lists:int      of 2,000 lists at most
-- RETURNS {timers behind those looked at, {kind, queue, nodes, ageMs}…}      kind: ready, parked, delayed; nodes: what the entries at the head of the list name, and one for each behind them; ageMs: since the workflow of the first live entry was submitted, -1 unknown
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include flush
-- @include grant
-- @include queued
local LOOKED, HEAD, FEWEST = 2000, 10, 10
local most = min(tonumber(ARGV[1]), 2000)

local function nodes_of(e)
  return byte(e) ~= 58 and tonumber(match(e, ':(%d+):%d+$')) or 0
end

local function age_of(entries)
  for k = 1, min(#entries, HEAD) do
    local x = queued_entry(entries[k])
    if x then return now() - x.c.created end
  end
  return -1
end

local out = { 0 }
local function look(kind, lists, prefix, share)
  for k = 1, min(#lists, most) do
    local key = prefix .. lists[k]
    local entries = share > 0 and redis.call('LRANGE', key, 0, share - 1) or {}
    local nodes = redis.call('LLEN', key) - #entries
    for j = 1, #entries do nodes = nodes + nodes_of(entries[j]) end
    if nodes > 0 then out[#out + 1] = { kind, match(lists[k], '^[^:]+'), nodes, kind == 'ready' and age_of(entries) or -1 } end
    if k * share > LOOKED then share = 0 end
  end
end

local active, parked = redis.call('HKEYS', K_active), redis.call('HKEYS', K_parkedlists)
local share = math.max(FEWEST, floor(LOOKED / math.max(1, #active + #parked)))
look('ready', active, K_ready, share)
look('parked', parked, K_parked, share)

local timers, delayed = redis.call('ZRANGE', K_timers, 0, LOOKED - 1), {}
for k = 1, #timers do
  local queue, n = match(timers[k], '^d:([^:]+):%d:.*:(%d+):%d+$')
  if queue then delayed[queue] = (delayed[queue] or 0) + n end
end
for queue, n in pairs(delayed) do out[#out + 1] = { 'delayed', queue, n, -1 } end
out[1] = redis.call('ZCARD', K_timers) - #timers
return out
