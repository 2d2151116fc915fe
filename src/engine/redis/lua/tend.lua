-- tend: the once-a-second upkeep of a partition: timers, one spread item, retention (of dead letters too), abandoned submits, the memory flag; what the sweep needs, and whether there is work.
-- Any number of processes may tend the same partition.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, limit:int, stagingMs:int, tell:int, process       tell 1: of workflows too (see flush); process  who asks
-- RETURNS {'ok', more, runId, {process, counter, …}, {ready list…}, {parked list…}, dueMs, news, commands that wait for the process, signals, paused queues (the field of meta)} | {'epoch'}       signals: how many there have been, see flush; lists of paused queues are not named
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include listing
-- @include flush
-- @include timers
-- @include dead
-- @include unlist
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'signals', 'paused', 'events', 'log')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
heed(meta[3])
LOG.watch(meta[5])
local limit = tonumber(ARGV[2])
telling_ends = ARGV[4] == '1'
local promoted = promote(limit)
local _, spread = take_spreads(run(500))
local left = flush()

local function remove(ids, index)
  if #ids == 0 then return end
  local keys = {}
  for i = 1, #ids do keys[2 * i - 1], keys[2 * i] = K_workflow .. ids[i], K_damaged .. ids[i] end
  redis.call('UNLINK', unpack(keys))
  redis.call('ZREM', index, unpack(ids))
end
local over = redis.call('ZRANGEBYSCORE', K_ended, '-inf', now(), 'LIMIT', 0, limit)
local gone = without_dead(over)
unlist(gone)
remove(gone, K_ended)
local trimming = trim_dead()
local abandoned = redis.call('ZRANGEBYSCORE', K_staging, '-inf', now() - tonumber(ARGV[3]), 'LIMIT', 0, limit)
remove(abandoned, K_staging)

local memory = redis.call('INFO', 'memory')
local used, max = tonumber(match(memory, 'used_memory:(%d+)')), tonumber(match(memory, 'maxmemory:(%d+)'))
local flag = max and max > 0 and ((used > max * 0.95 and 'stop') or (used > max * 0.8 and 'full')) or nil
if flag then redis.call('HSET', KEYS[1], 'memory', flag) else redis.call('HDEL', KEYS[1], 'memory') end
LOG.keep(meta[4], meta[5], flag)
wake()
local more = promoted >= limit or #over >= limit or left > 0 or spread or trimming
-- Lists that a worker may take from.
local function open_lists(index)
  local lists, open = redis.call('HKEYS', index), {}
  for i = 1, #lists do
    if not is_paused(match(lists[i], '^[^:]+')) then open[#open + 1] = lists[i] end
  end
  return open
end
local first = redis.call('ZRANGE', K_timers, 0, 0, 'WITHSCORES')
local due = first[2] and math.max(0, tonumber(first[2]) - now()) or -1
return { 'ok', more and 1 or 0, match(redis.call('INFO', 'server'), 'run_id:(%x+)') or '', redis.call('HGETALL', K_beats),
  open_lists(K_active), open_lists(K_parkedlists), due, concat(news, '\n'), redis.call('LLEN', K_commands .. ARGV[5]), meta[2] or '0', meta[3] or '' }
