-- mendsweep: a revoked workflow has not ended, and no spread item walks over what is left of it: the walk begins anew.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, sure:int, fix:int
-- RETURNS {'fine'} | {'unsure'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
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
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = context(ARGV[2], { 'm', 'G' })
if not c or c.run ~= ARGV[3] or c.state ~= 'k' then return { 'fine' } end
if redis.call('LLEN', K_spread) > LOOKED then
  if ARGV[4] ~= '1' then return { 'unsure' } end
else
  local items = redis.call('LRANGE', K_spread, 0, -1)
  for k = 1, #items do
    if match(items[k], '^%a:([^:]+)') == c.id then return { 'fine' } end
  end
end
if ARGV[5] ~= '1' then return { 'fault' } end
put(c, 'u', '0')
sweep_all(c)
run(500)
flush()
wake()
mended('sweep-missing')
return { 'mended' }
