-- hookagain: a delivery is sent again now, under its id: one that was given up begins with its first attempt; one that waits for its next attempt has it now.
-- KEYS    meta, guard
-- ARGV    epoch, id, endpoint
-- RETURNS {'ok'} | {'none'} there is no such delivery to this endpoint | {'epoch'}
-- @include base
-- @include hooks
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local id, endpoint = ARGV[2], ARGV[3]
local key = K_hook .. id
local got = redis.call('HMGET', key, 'e', 'k')
if got[1] ~= endpoint then return { 'none' } end
if redis.call('ZREM', K_hookdead .. endpoint, id) == 1 then
  redis.call('PERSIST', key)
  redis.call('HSET', key, 'n', 0)
  redis.call('ZADD', K_hookdue .. endpoint, clock(), id)
elseif not got[2] then
  redis.call('ZADD', K_hookdue .. endpoint, clock(), id)
end
HOOK.reindex(endpoint)
return { 'ok' }
