-- turn: a worker's steady state in one round trip: finish attempts, advance their graphs, promote what came due, lease new work.
-- Repeatable: the same process, lane and sequence number finishes nothing twice and answers the same grants again.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, lane:int, sequence:int, queues, want:int, look:int, closed, maxBytes:int, completions:list
--         queues ',a,b,'; look 1 also looks at parked lists; closed 'lane:sequence …' grants that need no record any more
--         completions: groups of workflow, run, prefix, template, attempt, nodes '7,9', records separated by \30
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
local budget = run(500)
if budget > 0 and take_spread() then budget = run(budget) end
hand_over()

local leased, skipped, more = 0, 0, budget <= 0
local function full()
  return leased >= want or skipped >= 1000 or granted_bytes >= max_bytes
end
local function from_list(key, list)
  local got, dead, empty = drain(key, list, want - leased, 1000 - skipped, max_bytes, attempt, process)
  leased, skipped = leased + got, skipped + dead
  if not empty then more = true end
  return empty
end
-- Entries that this very turn released or gave back are leased without ever reaching a list.
local function from_hand(hand, list)
  local entries = hand[list]
  if not entries then return end
  local i = 1
  while i <= #entries and not full() do
    local got, left_over, met = lease_entry(entries[i], list, want - leased, attempt, process)
    leased, skipped = leased + got, skipped + met - got
    if left_over then entries[i] = left_over else i = i + 1 end
  end
  local rest = {}
  for k = i, #entries do rest[k - i + 1] = entries[k] end
  hand[list] = rest
  if i <= #entries then more = true end
end

local lists, listed = redis.call('HKEYS', K_active), {}
for i = 1, #lists do
  busy[lists[i]], listed[lists[i]] = true, true
end
local function also(hand)
  for list in pairs(hand) do
    if not listed[list] then lists[#lists + 1], listed[list] = list, true end
  end
end
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
  also(released)
  also(returned)
  if #lists > 1 then
    -- The most urgent first; among equals the order turns with the sequence, so that no queue waits for another for ever.
    local rank = {}
    for i = 1, #lists do rank[lists[i]] = tonumber(sub(lists[i], -1)) * 1000 + (i + sequence) % #lists end
    table.sort(lists, function(x, y) return rank[x] < rank[y] end)
  end
  for i = 1, #lists do
    local list = lists[i]
    if full() then break end
    if find(queues, ',' .. match(list, '^[^:]+') .. ',', 1, true) then
      from_hand(returned, list)
      if busy[list] and not full() and from_list(K_ready .. list, list) then
        busy[list] = nil
        redis.call('HDEL', K_active, list)
      end
      if not full() then from_hand(released, list) end
    end
  end
  if full() and (next(released) or next(returned)) then more = true end
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
if flush() > 0 then more = true end
wake()
local due = -1
if leased == 0 then
  local next_due = redis.call('ZRANGE', K_timers, 0, 0, 'WITHSCORES')
  if next_due[2] then due = math.max(0, tonumber(next_due[2]) - NOW) end
end
return { 'ok', more and 1 or 0, due, lost, grants }
