-- begin: the handler of a leased node is about to be called: said of suspects and of tasks that must never run twice, before they start; of others
-- nobody needs to know. See lib/loss.lua for the marks.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, workflow, run, node, attempt, mark
-- RETURNS {'ok'} | {'lost'} the attempt no longer holds the node: its handler must not be called | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include loss
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = try_context(ARGV[2], { ARGV[4] })
if not c or c.run ~= ARGV[3] or not live(c) then return { 'lost' } end
local r = field(c, ARGV[4])
local lease, flags = match(r or '', '^(L %S+ %d+ %d+ %d+ %S+) (%S+)$')
if not lease or match(lease, '^L (%S+)') ~= ARGV[5] then return { 'lost' } end
local level, _, late = suspicion(flags)
redis.call('HSET', c.key, ARGV[4], lease .. ' ' .. flags_of(level, ARGV[6], late))
return { 'ok' }
