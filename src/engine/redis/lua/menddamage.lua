-- menddamage: a workflow cannot be read: its control field, a definition, a template or a record is none that a script writes. It ends FAILURE
-- (workflow-corrupt), as it would when a turn met it; its bytes stay until retention. With its hash gone, what was set aside from it goes too.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, prefix, index:int, code, reason, fix:int       index -1: only the control field is asked
-- RETURNS {'fine'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include grant
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local id, p, i = ARGV[2], ARGV[3], tonumber(ARGV[4])
local key = K_workflow .. id
local function broken()
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return redis.call('EXISTS', K_damaged .. id) == 1 end
  if kind ~= 'hash' then return true end
  local ok, c = pcall(context, id)
  if not ok or not c then return true end
  if not live(c) or i < 0 then return false end
  local t = template_numbers(key, p, i, 1)[1]
  return t == '?' or not pcall(template, c, p, t) or word(field(c, p .. text(i))) == '?'
end
if not broken() then return { 'fine' } end
if ARGV[7] ~= '1' then return { 'fault' } end
if redis.call('TYPE', key).ok == 'none' then redis.call('UNLINK', K_damaged .. id)
else
  set_aside({ id = id, key = key, damaged = ARGV[6] })
  write_listings()
end
mended(ARGV[5])
return { 'mended' }
