-- setevents: what a partition's log of events tells, and how much of it is kept; of two settings the newer one counts.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, setting        '<ms> <level> <entries> <bytes>', see lib/events.lua; ms: when it was made
-- RETURNS {'ok'} this or a newer one is there now | {'epoch'}
-- @include base
-- @include workflow
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'events', 'log', 'memory')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local function made(setting)
  return tonumber(match(setting or '', '^%d+') or 0)
end
if made(ARGV[2]) <= made(meta[2]) then return { 'ok' } end
redis.call('HSET', KEYS[1], 'events', ARGV[2])
LOG.keep(ARGV[2], meta[3], meta[4])
return { 'ok' }
