-- touchkey: an API key was used; one that is gone leaves nothing behind. In the home partition (0).
-- KEYS    meta, guard
-- ARGV    epoch, id
-- RETURNS {'ok'} | {'none'} there is no such key | {'epoch'}
-- @include base
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
if redis.call('HEXISTS', K_apikeys, ARGV[2]) == 0 then return { 'none' } end
redis.call('HSET', K_apikeysused, ARGV[2], string.format('%.0f', clock()))
return { 'ok' }
