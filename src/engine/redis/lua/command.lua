-- command: hands a command to a worker process, at the process's home. Handing it over again changes nothing.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, id, ttlMs:int, command      ttlMs  how long somebody waits for the answer: a command that is older is not executed
-- RETURNS {'ok'} | {'none'} no such process | {'busy'} too many wait | {'epoch'}
-- @include base
local MOST = 100
local process, id = ARGV[2], ARGV[3]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
if redis.call('HEXISTS', K_beats, process) == 0 then return { 'none' } end
if redis.call('HEXISTS', K_answers .. id, process) == 1 then return { 'ok' } end
local waiting = redis.call('LRANGE', K_commands .. process, 0, -1)
for i = 1, #waiting do
  if sub(waiting[i], 1, #id + 1) == id .. ' ' then return { 'ok' } end
end
if #waiting >= MOST then return { 'busy' } end
redis.call('RPUSH', K_commands .. process, id .. ' ' .. clock() + tonumber(ARGV[4]) .. ' ' .. ARGV[5])
if redis.call('LLEN', K_call .. process) == 0 then redis.call('RPUSH', K_call .. process, '1') end
return { 'ok' }
