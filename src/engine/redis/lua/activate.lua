-- activate: a workflow that was stored in pieces starts. Its first nodes are released at once; wide ones through spread items.
-- KEYS    meta, guard
-- ARGV    epoch, id
-- RETURNS {'ok'} also when it had started before | {'epoch'} | {'gone'} it is not there, or not whole
-- @include base
-- @include workflow
-- @include graph
-- @include start
-- @include pauses
-- @include listing
-- @include flush
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = context(ARGV[2], start_fields())
if not c then return { 'gone' } end
if c.state ~= 'g' then return { 'ok' } end
local roots = kept_roots(c)
if not roots then return { 'gone' } end
START.begin(c, roots)
redis.call('ZREM', K_staging, c.id)
run(500)
flush()
wake()
return { 'ok' }
