-- reap: gives back what a dead (or leaving) process held, in bounded steps; its lanes close at the first step, so its own turns are refused.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, counter, charge:int, budget:int, tell:int       counter '' when the process leaves by itself; charge 1: it died, see lib/loss.lua; tell 1: of workflows too (see flush)
-- RETURNS {'alive'} the counter moved | {'more', nodes, news} call again | {'done', nodes, news} | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include loss
-- @include giveback
local process, counter, charge, budget = ARGV[2], ARGV[3], ARGV[4] == '1', tonumber(ARGV[5])
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
if counter ~= '' and redis.call('HGET', K_beats, process) ~= counter then return { 'alive' } end
telling_ends = ARGV[6] == '1'
local pkey = K_process .. process
local held, lanes, grants_, nodes, rest = redis.call('HGETALL', pkey), {}, {}, 0, false
for i = 1, #held, 2 do
  local kind = byte(held[i])
  if kind == 113 then
    lanes[#lanes + 1] = held[i]
  elseif kind == 103 and nodes < 500 then
    nodes = nodes + giveback(process, held[i], held[i + 1], charge, budget)
    grants_[#grants_ + 1] = held[i]
  elseif kind == 103 then
    rest = true
  end
end
run(500)
flush()
if #lanes > 0 then redis.call('HDEL', pkey, unpack(lanes)) end
if #grants_ > 0 then redis.call('HDEL', pkey, unpack(grants_)) end
wake()
if rest then return { 'more', nodes, concat(news, '\n') } end
local info = redis.call('HGET', pkey, 'info')
redis.call('UNLINK', pkey, K_commands .. process, K_call .. process)
if redis.call('HDEL', K_beats, process) == 1 then LOG.worker(counter == '' and 'f' or 'l', process, info) end
return { 'done', nodes, concat(news, '\n') }
