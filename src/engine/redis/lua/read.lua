-- read: fields of a workflow, as many as fit into `limit` bytes (at least one).
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id, limit:int, names:list
-- RETURNS {value|false, …} perhaps shorter than asked
-- @include base
local key, limit, out, size = K_workflow .. ARGV[1], tonumber(ARGV[2]), {}, 0
local from = 3
while from <= #ARGV and size < limit do
  local to = min(from + (size == 0 and 99 or 499), #ARGV)
  local got = redis.call('HMGET', key, unpack(ARGV, from, to))
  for i = 1, to - from + 1 do
    local v = got[i]
    size = size + (v and #v or 0) + 8
    if size > limit and #out > 0 then return out end
    out[#out + 1] = v
  end
  from = to + 1
end
return out
