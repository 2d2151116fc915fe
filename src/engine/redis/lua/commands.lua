-- commands: what a worker process was told to do and has not answered, the oldest first. Those that nobody waits for any more are dropped.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process
-- RETURNS {'ok', {id, command, …}} | {'epoch'}
-- @include base
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local key = K_commands .. ARGV[2]
local at, out = clock(), {}
local waiting = redis.call('LRANGE', key, 0, -1)
for i = 1, #waiting do
  local id, till, command = match(waiting[i], '^(%S+) (%d+) (.*)$')
  if not id or tonumber(till) < at then
    redis.call('LREM', key, 1, waiting[i])
  else
    out[#out + 1], out[#out + 2] = id, command
  end
end
return { 'ok', out }
