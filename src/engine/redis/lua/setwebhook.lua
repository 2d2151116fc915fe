-- setwebhook: makes an endpoint of webhooks, changes one or removes one, if it still is as it was read; in the home partition (0). Sent again, it
-- changes nothing.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, seen, value, fresh:int, most:int        seen: what was read, '' for none; value: JSON, '' to remove it; fresh: 1 forgets how deliveries to it went; most: endpoints, at most
-- RETURNS {'ok'} | {'other'} it is another one by now | {'many'} there are too many | {'full'} Redis is, for a new one | {'epoch'}
-- @include base
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local _, id, seen, value, fresh, most = unpack(ARGV)
local stored = redis.call('HGET', K_webhooks, id) or ''
if stored == value and fresh == '0' then return { 'ok' } end
if stored ~= seen and stored ~= value then return { 'other' } end
if seen == '' then
  if meta[2] then return { 'full' } end
  if redis.call('HLEN', K_webhooks) >= tonumber(most) then return { 'many' } end
end
if fresh == '1' or value == '' then redis.call('HDEL', K_webhookstate, id) end
if value == '' then
  redis.call('HDEL', K_webhooks, id)
else
  redis.call('HSET', K_webhooks, id, value)
end
return { 'ok' }
