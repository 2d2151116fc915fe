-- activate: a workflow that was stored in pieces starts. Its first nodes are released at once; wide ones through spread items.
-- KEYS    meta, guard
-- ARGV    epoch, id
-- RETURNS {'ok'} also when it had started before | {'epoch'} | {'gone'}
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include listing
-- @include flush
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = context(ARGV[2], { 'r', 'T', 'F', 'l', 'O' })
if not c then return { 'gone' } end
if c.state ~= 'g' then return { 'ok' } end
local roots = match(c.f['r'] or '', '^%d+ (%S+)$')
if not roots then return { 'gone' } end
c.state, c.changed = 'p', true
if c.f['F'] and not find(c.flags, 'x', 1, true) then c.flags = c.flags .. 'x' end
if c.f['O'] and not find(c.flags, 'd', 1, true) then c.flags = c.flags .. 'd' end
set_deadline(c, roots)
if c.f['l'] then c.flags = c.flags .. 'l' end
release_roots(c, '', roots)
redis.call('ZREM', K_staging, c.id)
run(500)
flush()
wake()
return { 'ok' }
