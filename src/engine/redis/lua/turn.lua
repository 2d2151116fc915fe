-- turn: a worker's steady state in one round trip: finish attempts, advance their graphs, promote what came due, lease new work.
-- Repeatable: the same process, lane and sequence number finishes nothing twice and answers the same grants again.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, lane:int, sequence:int, queues, want:int, look:int, closed, maxBytes:int, completions:list
--         queues ',a,b,'; look: 1 also at timers, spreads and parked lists, 2 at timers and spreads; 3 4 5 and 6 7 8 as 0 1 2, and tell the news (see flush) of completions, and of workflows too; closed 'lane:sequence …' grants that need no record any more
--         completions: groups of seven; workflows of one task: ids joined by ',', '1', '', template, attempt, '*', records; else workflow, run, prefix, template, attempt, nodes '7,9', records separated by \30
-- RETURNS {'ok', more (2: look again), dueMs, {lost 'workflow:node'…}, {grant…}, news} | {'epoch'} | {'reopen'}
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include listing
-- @include flush
-- @include timers
-- @include grant
-- @include lone
-- @include fetch
-- @include loss
-- @include segments
-- @include finish
-- @include hop
local epoch, process, lane, sequence, queues, want = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local look, closed, max_bytes = ARGV[7], ARGV[8], tonumber(ARGV[9])
if look > '2' then telling, telling_ends, look = true, look > '5', text(look % 3) end
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory', 'paused')
if meta[1] ~= epoch then return { 'epoch' } end
heed(meta[3])
queues = unpaused(queues)
local pkey = K_process .. process
local last = tonumber(redis.call('HGET', pkey, 'q' .. lane) or '')
if not last or (sequence ~= last and sequence ~= last + 1) then return { 'reopen' } end
local grant_name = lane .. ':' .. ARGV[4]
local attempt = process .. ':' .. grant_name

if sequence == last then
  local record = redis.call('HGET', pkey, 'g' .. grant_name)
  if record then regrant(record, attempt) end
  flush()
  local told = telling and match(redis.call('HGET', pkey, 'v' .. lane) or '', '^' .. ARGV[4] .. '\n(.*)$')
  if told then news[#news + 1] = told end
  return { 'ok', 1, 0, {}, grants, telling and concat(news, '\n') or nil }
end

if #ARGV == 16 and look == '0' and want > 0 and meta[2] ~= 'stop' and hop(process, attempt, queues) then
  remember(pkey, lane, ARGV[4], closed)
  return { 'ok', 0, -1, {}, grants }
end

local lost = finish_all(10, process)
-- Before anything reads them again: an expiry that comes due in this very turn must find them ended.
flush_lone()
if look ~= '0' then promote(100) end
local budget, waiting = run(500), false
if look ~= '0' then
  local left, _, others = take_spreads(budget)
  budget, waiting = left, others
end
hand_over()

asked.process, asked.attempt, asked.want, asked.max_bytes, asked.more = process, attempt, meta[2] == 'stop' and 0 or want, max_bytes, waiting or budget <= 0
fetch(queues, sequence, look == '1')
if asked.skipped >= SKIP_LIMIT then asked.more = true end

remember(pkey, lane, ARGV[4], closed)
join_lone()
flush_lone()
if flush() > 0 then asked.more = true end
local told
if telling then
  tell_otherwise(10, lost)
  told = concat(news, '\n')
  -- Kept for the repetition of this turn, as its grants are.
  if told ~= '' then redis.call('HSET', pkey, 'v' .. lane, ARGV[4] .. '\n' .. told) end
end
wake()
local due = -1
if asked.leased == 0 then
  local next_due = redis.call('ZRANGE', K_timers, 0, 0, 'WITHSCORES')
  if next_due[2] then due = math.max(0, tonumber(next_due[2]) - now()) end
end
return { 'ok', asked.parked and 2 or asked.more and 1 or 0, due, lost, grants, told }
