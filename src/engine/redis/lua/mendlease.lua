-- mendlease: a node is leased by an attempt that no process is known to hold, so that nobody would give it back if that process died, or has died.
-- The process is made to hold it again, with a heartbeat that stands still when there was none: the sweep then judges it as any other process, and
-- an attempt that is still running ends as if nothing had been.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, prefix, index:int, template, word, code, fix:int
-- RETURNS {'fine'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local p, i = ARGV[4], tonumber(ARGV[5])
local c = unchanged(ARGV[2], ARGV[3], p .. text(i), ARGV[7])
local process, grant = match(ARGV[7], '^L (%S+):(%d+:%d+) ')
if not c or not process then return { 'fine' } end
local held = redis.call('HGET', K_process .. process, 'g' .. grant)
local granted, beating = {}, redis.call('HEXISTS', K_beats, process) == 1
for e in gmatch(held or '', '[^\n]+') do granted[#granted + 1] = e end
local known_ = any_names(granted, nil, c, p, i)
if known_ and beating then return { 'fine' } end
if ARGV[9] ~= '1' then return { 'fault' } end
if not known_ then
  granted[#granted + 1] = entry(c, p, i, 1, 1, ARGV[6])
  redis.call('HSET', K_process .. process, 'g' .. grant, concat(granted, '\n'))
end
redis.call('HSETNX', K_beats, process, 0)
mended(ARGV[8])
return { 'mended' }
