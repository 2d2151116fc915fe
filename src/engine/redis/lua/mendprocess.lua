-- mendprocess: a process holds something and has no heartbeat entry, so that no sweep would ever judge it: it gets one that stands still until it beats.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, fix:int
-- RETURNS {'fine'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
if redis.call('EXISTS', K_process .. ARGV[2]) == 0 or redis.call('HEXISTS', K_beats, ARGV[2]) == 1 then return { 'fine' } end
if ARGV[3] ~= '1' then return { 'fault' } end
redis.call('HSETNX', K_beats, ARGV[2], 0)
mended('process-unknown')
return { 'mended' }
