-- copypauses: a partition hears which queues are paused. It keeps what is newer.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, paused        the field as another partition has it
-- RETURNS {'ok'} this or a newer one is there now | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include flush
-- @include copies
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'paused')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
if version_of(ARGV[2]) > version_of(meta[2]) then take_pauses(meta[2], ARGV[2]) end
return { 'ok' }
