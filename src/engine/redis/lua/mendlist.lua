-- mendlist: a list holds entries, and the index that workers go by does not name it.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, kind, list, fix:int       kind ready | parked
-- RETURNS {'fine'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local ready = ARGV[2] == 'ready'
local index = ready and K_active or K_parkedlists
if redis.call('EXISTS', (ready and K_ready or K_parked) .. ARGV[3]) == 0 or redis.call('HEXISTS', index, ARGV[3]) == 1 then return { 'fine' } end
if ARGV[4] ~= '1' then return { 'fault' } end
redis.call('HSET', index, ARGV[3], 1)
busy[ARGV[3]] = true
wake()
mended('list-unlisted')
return { 'mended' }
