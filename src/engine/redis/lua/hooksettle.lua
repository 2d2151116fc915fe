-- hooksettle: what came of an attempt, from the process that has its lease. Sent again, it hears that the lease is gone.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, token, what, delayMs:int, status, reason        what: done, it is over | again, after delayMs | back, it was not sent, and the attempt does not count | dead, it is given up; status: of HTTP, or ''
-- RETURNS {'ok'} | {'lost'} the lease is another's, or it is over | {'epoch'}
-- @include base
-- @include hooks
-- Those of an endpoint that were given up: the newest so many, and so long, ms (30 days).
local MOST_DEAD, DEAD_MS = 1000, 2592000000
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local _, id, token, what, delay, status, reason = unpack(ARGV)
local key = K_hook .. id
local got = redis.call('HMGET', key, 'e', 'k')
if not got[1] or got[2] ~= token then return { 'lost' } end
local endpoint, at = got[1], clock()
local due, dead = K_hookdue .. endpoint, K_hookdead .. endpoint
if what == 'done' then
  HOOK.remove(endpoint, { id })
elseif what == 'back' then
  redis.call('HDEL', key, 'k')
  redis.call('HINCRBY', key, 'n', -1)
  redis.call('ZADD', due, at, id)
elseif what == 'again' then
  redis.call('HDEL', key, 'k')
  redis.call('HSET', key, 's', status, 'x', reason)
  redis.call('ZADD', due, at + tonumber(delay), id)
else
  redis.call('HDEL', key, 'k')
  redis.call('HSET', key, 's', status, 'x', reason)
  redis.call('ZREM', due, id)
  redis.call('ZADD', dead, at, id)
  redis.call('PEXPIRE', key, DEAD_MS)
  redis.call('PEXPIRE', dead, DEAD_MS)
  redis.call('ZREMRANGEBYSCORE', dead, '-inf', at - DEAD_MS)
  -- One came: one goes.
  if redis.call('ZCARD', dead) > MOST_DEAD then HOOK.remove(endpoint, redis.call('ZRANGE', dead, 0, 0)) end
end
HOOK.reindex(endpoint)
return { 'ok' }
