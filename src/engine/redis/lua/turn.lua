-- turn: a worker's steady state in one round trip: finish attempts, advance their graphs, promote what came due, lease new work.
-- Repeatable: the same process, lane and sequence number finishes nothing twice and answers the same grants again.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, lane:int, sequence:int, queues, want:int, look:int, closed, maxBytes:int, completions:list
--         queues ',a,b,'; look 1 also looks at parked lists; closed 'lane:sequence …' grants that need no record any more
--         completions: groups of workflow, run, prefix, template, attempt, count, then count times (node, record)
-- RETURNS {'ok', more, dueMs, {lost 'workflow:node'…}, {grant…}} | {'epoch'} | {'reopen'}
-- @include base
-- @include workflow
-- @include graph
-- @include flush
-- @include timers
-- @include grant
-- @include finish
local epoch, process, lane, sequence, queues, want = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local look, closed, max_bytes = ARGV[7], ARGV[8], tonumber(ARGV[9])
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory')
if meta[1] ~= epoch then return { 'epoch' } end
local pkey = K_process .. process
local last = tonumber(redis.call('HGET', pkey, 'q' .. lane) or '')
if not last or (sequence ~= last and sequence ~= last + 1) then return { 'reopen' } end
local attempt = process .. ':' .. lane .. ':' .. sequence

if sequence == last then
  local record = redis.call('HGET', pkey, 'g' .. lane .. ':' .. sequence)
  if record then regrant(record, attempt) end
  flush()
  return { 'ok', 1, 0, {}, grants }
end

local lost = finish_all(10, process)
promote(100)
if #todo == 0 then take_spread() end
run(500)
local left = flush()

local leased, skipped, more = 0, 0, left > 0
local function from_list(key, list)
  local got, dead, empty = drain(key, list, want - leased, 1000 - skipped, max_bytes, attempt, process)
  leased, skipped = leased + got, skipped + dead
  if not empty then more = true end
  return empty
end

local lists = redis.call('HKEYS', K_active)
for i = 1, #lists do busy[lists[i]] = true end
if want > 0 and meta[2] ~= 'stop' then
  if look == '1' then
    local parked = redis.call('HKEYS', K_parkedlists)
    for i = 1, #parked do
      local list, queue, task = match(parked[i], '^(([^:]+):%d):(.+)$')
      if leased < want and find(queues, ',' .. queue .. ',', 1, true) and knows(process, task) then
        if from_list(K_parked .. parked[i], list) then redis.call('HDEL', K_parkedlists, parked[i]) end
      end
    end
  end
  if #lists > 1 then
    -- The most urgent first; among equals the order turns with the sequence, so that no queue waits for another for ever.
    local rank = {}
    for i = 1, #lists do rank[lists[i]] = tonumber(sub(lists[i], -1)) * 1000 + (i + sequence) % #lists end
    table.sort(lists, function(x, y) return rank[x] < rank[y] end)
  end
  for i = 1, #lists do
    if leased >= want or skipped >= 1000 or granted_bytes >= max_bytes then break end
    if find(queues, ',' .. match(lists[i], '^[^:]+') .. ',', 1, true) then
      if from_list(K_ready .. lists[i], lists[i]) then
        busy[lists[i]] = nil
        redis.call('HDEL', K_active, lists[i])
      end
    end
  end
end
if skipped >= 1000 then more = true end

local p = { 'q' .. lane, sequence }
if #descriptors > 0 then p[3], p[4] = 'g' .. lane .. ':' .. sequence, concat(descriptors, '\n') end
redis.call('HSET', pkey, unpack(p))
if closed ~= '' then
  local names = {}
  for name in gmatch(closed, '%S+') do names[#names + 1] = 'g' .. name end
  redis.call('HDEL', pkey, unpack(names))
end
flush()
wake()
local due = -1
if leased == 0 then
  local next_due = redis.call('ZRANGE', K_timers, 0, 0, 'WITHSCORES')
  if next_due[2] then due = math.max(0, tonumber(next_due[2]) - NOW) end
end
return { 'ok', more and 1 or 0, due, lost, grants }
