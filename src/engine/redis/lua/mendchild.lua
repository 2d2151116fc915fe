-- mendchild: a node waits for a child workflow whose outcome is there, or which is gone, and nothing is there to tell the node: it takes the outcome now.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, prefix, index:int, template, word, child, sure:int, fix:int
-- RETURNS {'fine'} | {'unsure'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include flush
-- @include inspect
-- @include grant
-- @include lone
-- @include loss
-- @include finish
-- @include undo
-- @include judge
-- @include sweep
-- @include child
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local p, i, id = ARGV[4], tonumber(ARGV[5]), ARGV[8]
local c = unchanged(ARGV[2], ARGV[3], p .. text(i), ARGV[7])
if not c then return { 'fine' } end
local child = try_context(id)
if child and child.state ~= 'x' and child.outcome == '0' then return { 'fine' } end
local there = in_list(K_spread, '^%a:(.*)$', ARGV[9] == '1', c, p, i)
if there then return { 'fine' } end
if there == nil then return { 'unsure' } end
if ARGV[10] ~= '1' then return { 'fault' } end
later(c, 'n', p, i, 1, 1, ARGV[6], id)
run(500)
flush()
wake()
mended('child-unheard')
return { 'mended' }
