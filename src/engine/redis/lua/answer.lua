-- answer: a worker process says what came of a command; whoever gave it finds the answer for `keepMs`. Saying it again changes nothing.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, id, keepMs:int, answer
-- RETURNS {'ok'} | {'epoch'}
-- @include base
local process, id = ARGV[2], ARGV[3]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local key = K_commands .. process
local waiting = redis.call('LRANGE', key, 0, -1)
for i = 1, #waiting do
  if sub(waiting[i], 1, #id + 1) == id .. ' ' then redis.call('LREM', key, 1, waiting[i]) end
end
redis.call('HSET', K_answers .. id, process, ARGV[5])
redis.call('PEXPIRE', K_answers .. id, ARGV[4])
return { 'ok' }
