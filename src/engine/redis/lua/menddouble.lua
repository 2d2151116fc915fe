-- menddouble: a ready node stands in its list more than once: one entry is taken out, the one that is furthest behind.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, prefix, index:int, list, entry, fix:int
-- RETURNS {'fine'} | {'unsure'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local p, i, key = ARGV[4], tonumber(ARGV[5]), K_ready .. ARGV[6]
local c = context(ARGV[2])
if not c or c.run ~= ARGV[3] or not live(c) then return { 'fine' } end
if redis.call('LLEN', key) > LOOKED then return { 'unsure' } end
local entries, naming, exact = redis.call('LRANGE', key, 0, -1), 0, false
for k = 1, #entries do
  if names_node(entries[k], c, p, i) then naming = naming + 1 end
  exact = exact or entries[k] == ARGV[7]
end
if naming < 2 or not exact then return { 'fine' } end
if ARGV[8] ~= '1' then return { 'fault' } end
redis.call('LREM', key, -1, ARGV[7])
mended('entry-doubled')
return { 'mended' }
