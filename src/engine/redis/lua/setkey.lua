-- setkey: makes an API key, changes one or removes one, if it still is as it was read; in the home partition (0). Sent again, it changes nothing.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, seen, value, most:int        seen: what was read, '' for none; value: JSON, '' to remove it; most: keys, at most
-- RETURNS {'ok'} | {'other'} it is another one by now | {'many'} there are too many | {'full'} Redis is, for a new one | {'epoch'}
-- @include base
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local _, id, seen, value, most = unpack(ARGV)
local stored = redis.call('HGET', K_apikeys, id) or ''
if stored == value then return { 'ok' } end
if stored ~= seen then return { 'other' } end
if seen == '' then
  if meta[2] then return { 'full' } end
  if redis.call('HLEN', K_apikeys) >= tonumber(most) then return { 'many' } end
end
if value == '' then
  redis.call('HDEL', K_apikeysused, id)
  redis.call('HDEL', K_apikeys, id)
else
  redis.call('HSET', K_apikeys, id, value)
end
return { 'ok' }
