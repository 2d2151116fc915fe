-- pause: nothing new of a workflow starts until it is resumed. What runs may end; what becomes ready then is held. Delays, expiries and the timeout go on.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, reason        reason: JSON
-- RETURNS {'ok'} it is paused, or was | {'ended'} it has ended, or was revoked | {'none'} no such workflow, or one that is being stored yet | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include flush
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = try_context(ARGV[2])
if not c or c.state == 'g' then return { 'none' } end
if not live(c) then return { 'ended' } end
if c.state == 'h' then return { 'ok' } end
c.state, c.changed = 'h', true
LOG.workflow(c, '=p')
put(c, 'h', now_text() .. ' ' .. ARGV[3])
signal(c, 'pause')
flush()
return { 'ok' }
