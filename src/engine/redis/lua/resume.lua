-- resume: a paused workflow goes on: what was held of it goes to its ready lists, in steps.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id
-- RETURNS {'ok'} it goes on, or was not paused | {'ended'} it has ended, or was revoked | {'none'} no such workflow, or one that is being stored yet | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include flush
-- @include grant
-- @include lone
-- @include undo
-- @include judge
-- @include segments
-- @include sweep
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = try_context(ARGV[2])
if not c or c.state == 'g' then return { 'none' } end
if not live(c) then return { 'ended' } end
if c.state ~= 'h' then return { 'ok' } end
c.state, c.changed = c.started == '0' and 'p' or 'r', true
LOG.workflow(c, '=c')
drop(c, 'h')
later(c, 'h', '', 0, 1, 1, '0')
run(500)
flush()
wake()
return { 'ok' }
