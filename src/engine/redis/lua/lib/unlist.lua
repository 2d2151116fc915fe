-- unlist: how workflows leave the index (listing.lua): with their hashes, which say under what they stand.
local function unlabel(id, l, created)
  local tenant, names = match(l, '^(%S+)(.*)$')
  if not tenant then return end
  redis.call('ZREM', K_listed .. tenant, id)
  if tenant ~= '-' then redis.call('ZREM', K_listed .. '*', id) end
  local members = {}
  for name in gmatch(names, '%S+') do members[#members + 1] = name .. ':' .. created .. ':' .. id end
  if #members > 0 then redis.call('ZREM', K_labels, unpack(members)) end
end

-- unlist: called before their hashes go. One command, and one more to see that nothing has a tenant or labels.
local function unlist(ids)
  if #ids == 0 then return end
  redis.call('ZREM', K_listed .. '-', unpack(ids))
  if redis.call('EXISTS', K_labels, K_listed .. '*') == 0 then return end
  for k = 1, #ids do
    -- Of what is no hash nobody knows its labels; the doctor finds what it leaves.
    local f = redis.pcall('HMGET', K_workflow .. ids[k], 'l', 's')
    if not f.err and f[1] then unlabel(ids[k], f[1], match(f[2] or '', '^%a %d+ %d+ %d+ %a (%d+) ') or '') end
  end
end
