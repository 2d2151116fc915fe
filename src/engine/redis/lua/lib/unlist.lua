-- unlist: how workflows leave the index (listing.lua): with their hashes, which say under what they stand.
-- @include events
local function unlabel(id, l, created)
  local tenant, names = match(l, '^(%S+)(.*)$')
  if not tenant then return end
  redis.call('ZREM', K_listed .. tenant, id)
  if tenant ~= '-' then redis.call('ZREM', K_listed .. '*', id) end
  local members = {}
  for name in gmatch(names, '%S+') do members[#members + 1] = name .. ':' .. created .. ':' .. id end
  if #members > 0 then redis.call('ZREM', K_labels, unpack(members)) end
end

-- tell_removed: workflows without a tenant are gone.
local function tell_removed(ids)
  if #ids > 0 and LOG.tells(1) then LOG.line('*x ' .. concat(ids, ',')) end
end

-- unlist: called before their hashes go. One command, and one more to see that nothing has a tenant or labels.
local function unlist(ids)
  if #ids == 0 then return end
  local plain = {}
  redis.call('ZREM', K_listed .. '-', unpack(ids))
  if redis.call('EXISTS', K_labels, K_listed .. '*') == 0 then return tell_removed(ids) end
  for k = 1, #ids do
    -- Of what is no hash nobody knows its labels; the doctor finds what it leaves.
    local f = redis.pcall('HMGET', K_workflow .. ids[k], 'l', 's')
    local l = not f.err and f[1]
    if l then unlabel(ids[k], l, match(f[2] or '', '^%a %d+ %d+ %d+ %a (%d+) ') or '') end
    local tenant = LOG.tenant(l or nil)
    if tenant == '' then plain[#plain + 1] = ids[k] elseif LOG.tells(1) then LOG.line(ids[k] .. tenant .. ' =x') end
  end
  tell_removed(plain)
end
