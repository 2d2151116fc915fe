-- mendmove: a node should become terminal without a worker (a virtual node whose input succeeded, one to be skipped, a place whose replacement ended),
-- and no spread item is there to do it: the move is made now.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, prefix, index:int, template, word, kind, cause, code, sure:int, fix:int      kind and cause as in a spread item
-- RETURNS {'fine'} | {'unsure'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local p, i = ARGV[4], tonumber(ARGV[5])
local c = unchanged(ARGV[2], ARGV[3], p .. text(i), ARGV[7])
if not c then return { 'fine' } end
local there = in_list(K_spread, '^%a:(.*)$', ARGV[11] == '1', c, p, i)
if there then return { 'fine' } end
if there == nil then return { 'unsure' } end
if ARGV[12] ~= '1' then return { 'fault' } end
later(c, ARGV[8], p, i, 1, 1, ARGV[6], ARGV[9])
run(500)
flush()
wake()
mended(ARGV[10])
return { 'mended' }
