-- dead: one page of a partition's dead letters, the newest first, of those that stand behind a place in that order.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    time:int, name, oldest:int, count:int, limit:int        behind this time (ms) and name, '' for all before that time; not older than `oldest`; as many as fit into `limit` bytes (at least one)
-- RETURNS {more, {name, time, record, template, meta|false}…}  more 1: there are others behind; of a task that is no dead letter (any more) only name and time
-- @include base
-- @include workflow
-- @include grant
local time, behind, oldest, count, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local CHUNK = 200

-- Names and times by rank: those of the same time that come before the place are passed over.
local function found()
  local out, rank = {}, redis.call('ZCOUNT', K_dead, '(' .. ARGV[1], '+inf')
  while #out <= count do
    local got = redis.call('ZRANGE', K_dead, rank, rank + CHUNK - 1, 'REV', 'WITHSCORES')
    for k = 1, #got, 2 do
      local at_ = tonumber(got[k + 1])
      if at_ < oldest or #out > count then return out end
      if at_ < time or got[k] < behind then out[#out + 1] = { got[k], got[k + 1] } end
    end
    if #got < 2 * CHUNK then return out end
    rank = rank + CHUNK
  end
  return out
end

local function describe(entry_)
  local id, p, node = match(entry_[1], '^([^:]+):(.-)(%d+)$')
  local i = tonumber(node)
  local c = loaded[id] or new_context(id)
  fields(c, { p .. node, 'm', 'b' .. p .. floor(i / 32) })
  local r = c.f[p .. node]
  if not r or byte(r) ~= 70 then return end
  local t = match(slice(c, p, floor(i / 32), i % 32, i % 32), '^(%d+);')
  entry_[3], entry_[4], entry_[5] = r, field(c, 't' .. p .. t) or '', c.f['m']
end

local names, out, size = found(), { 0 }, 0
for k = 1, min(#names, count) do
  pcall(describe, names[k])
  size = size + #(names[k][3] or '') + #(names[k][4] or '') + #(names[k][5] or '')
  if size > limit and k > 1 then
    out[1] = 1
    return out
  end
  out[#out + 1] = names[k]
end
if #names > count then out[1] = 1 end
return out
