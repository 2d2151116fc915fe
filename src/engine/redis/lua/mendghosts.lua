-- mendghosts: one step over an index of workflows: entries of workflows that are not there, or that do not say that they stand there.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, index, tenant, cursor, fix:int       index: listed (of that tenant), labels, ended; cursor '0' at first, then as answered
-- RETURNS {'ok', cursor, {entry…}}  entries that are (with fix: were) wrong | {'epoch'}
-- @include base
-- @include inspect
local SCAN_COUNT = 250
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local index, tenant = ARGV[2], ARGV[3]
local key = index == 'labels' and K_labels or index == 'ended' and K_ended or K_listed .. tenant

-- says: whether the workflow says that it stands there. What cannot be read says nothing against it.
local function says(id, label, created)
  local f = redis.pcall('HMGET', K_workflow .. id, 's', 'l')
  if f.err or index == 'ended' then return f.err or f[1] end
  if not f[1] then return false end
  local own, names = match(f[2] or '-', '^(%S+)(.*)$')
  if index == 'listed' then return own == tenant or (tenant == '*' and own ~= '-') end
  return find(names .. ' ', ' ' .. label .. ' ', 1, true) and match(f[1], '^%a %d+ %d+ %d+ %a (%d+) ') == created
end

local page = redis.call('ZSCAN', key, ARGV[4], 'COUNT', SCAN_COUNT)
local ghosts = {}
for k = 1, #page[2], 2 do
  local entry_ = page[2][k]
  local label, created, id
  if index == 'labels' then label, created, id = match(entry_, '^([^:]+:[^:]+):(%d+):(.+)$') end
  if not says(id or entry_, label, created) then ghosts[#ghosts + 1] = entry_ end
end
if ARGV[5] == '1' then
  for k = 1, #ghosts do
    redis.call('ZREM', key, ghosts[k])
    mended('listing-orphaned')
  end
end
return { 'ok', page[1], ghosts }
