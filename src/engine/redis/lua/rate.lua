-- rate: adds what was counted to windows that all processes share, and answers what they hold; in the home partition (0). A window begins with its first
-- count. Sent again, it counts again: who is not sure whether it was counted does not repeat it.
-- KEYS    meta, guard
-- ARGV    epoch, windowMs:int, counts:list        counts: name, count, name, count …; 500 names at most
-- RETURNS {'ok', {total, leftMs}…} in their order | {'epoch'}
-- @include base
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local out = { 'ok' }
for k = 3, #ARGV, 2 do
  local key = K_rate .. ARGV[k]
  local total = redis.call('INCRBY', key, ARGV[k + 1])
  local left = redis.call('PTTL', key)
  if left < 0 then
    left = tonumber(ARGV[2])
    redis.call('PEXPIRE', key, ARGV[2])
  end
  out[#out + 1] = { total, left }
end
return out
