-- dropschedule: a schedule goes. Its workflows go on.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, name
-- RETURNS {'ok'} | {'none'} there was none | {'epoch'}
-- @include base
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local name = ARGV[2]
redis.call('ZREM', K_due, name)
redis.call('ZREM', K_schedules, name)
return { redis.call('UNLINK', K_schedule .. name) == 1 and 'ok' or 'none' }
