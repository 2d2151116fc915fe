-- due: the schedules at which a beat must look now. Who is told of one has it for a while: other beats are told of it again only when nothing has come of
-- that. It is no lock: whoever fires, `fire` decides on the schedule as it is.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, limit:int, claimMs:int
-- RETURNS {'ok', now, ms until the next is due (-1: none), {name, state, first that waits or ''}…} | {'epoch'}
-- @include base
-- @include workflow
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local out = { 'ok', now(), -1 }
local names = redis.call('ZRANGEBYSCORE', K_due, '-inf', now(), 'LIMIT', 0, ARGV[2])
for i = 1, #names do
  local got = redis.pcall('HMGET', K_schedule .. names[i], 's', 'p', 'q')
  if got.err or not got[1] or got[2] then
    redis.call('ZREM', K_due, names[i])
  else
    redis.call('ZADD', K_due, now() + ARGV[3], names[i])
    out[#out + 1] = { names[i], got[1], match(got[3] or '', '^%S*') }
  end
end
local first = redis.call('ZRANGE', K_due, 0, 0, 'WITHSCORES')
if first[2] then out[3] = math.max(0, first[2] - now()) end
return out
