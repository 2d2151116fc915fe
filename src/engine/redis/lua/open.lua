-- open: a process announces itself in a partition, with the tasks it knows, and opens one lane at its own sequence number.
-- Grants of that lane which the process does not know never arrived: they go back, uncharged.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, lane:int, sequence:int, info, known, tasks:list        known: ' lane:sequence lane:sequence '; a task: '<name>' or '<name> <JSON of what it is called with>'
-- RETURNS {'ok', nodesGivenBack} | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include loss
-- @include giveback
local process, lane, sequence, known_grants = ARGV[2], ARGV[3], ARGV[4], ARGV[6]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local pkey = K_process .. process
local held, gone, nodes = redis.call('HGETALL', pkey), {}, 0
for i = 1, #held, 2 do
  local mine = match(held[i], '^g(%d+):%d+$')
  if mine == lane and not find(known_grants, ' ' .. sub(held[i], 2) .. ' ', 1, true) then
    nodes = nodes + giveback(process, held[i], held[i + 1], false, 1e9)
    gone[#gone + 1] = held[i]
  end
end
run(500)
flush()
if #gone > 0 then redis.call('HDEL', pkey, unpack(gone)) end
redis.call('HSET', pkey, 'info', ARGV[5], 'q' .. lane, sequence, 'b', clock() .. '')
for i = 7, #ARGV do
  local task, description = match(ARGV[i], '^(%S+) ?(.*)$')
  redis.call('HSET', pkey, 't:' .. task, description)
end
-- Another one than before each time: who sweeps has counted how long the last one stood still.
if redis.call('HSETNX', K_beats, process, now()) == 1 then LOG.worker('o', process, ARGV[5]) end
wake()
return { 'ok', nodes }
