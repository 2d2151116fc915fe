-- values: results of nodes first, first + stride, … side by side, as the input of a join wants them: no element of a reply, no object for any of them.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id, limit:int, prefix, first:int, count:int, stride:int       as many as fit into `limit` bytes (at least one)
-- RETURNS {text, n, plain}  n results joined by ','; plain 0: the one behind them is no plain success
-- @include base
-- @include workflow
local key, limit, p = K_workflow .. ARGV[1], tonumber(ARGV[2]), ARGV[3]
local first, count, stride = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local out, n, size = {}, 0, 0
while n < count do
  local m = min(count - n, n == 0 and 100 or 500)
  local got = redis.call('HMGET', key, unpack(ids(p, first + n * stride, m, stride)))
  for k = 1, m do
    local r = got[k]
    if not r or byte(r) ~= 83 or byte(r, 2) ~= 124 then return { concat(out, ','), n, 0 } end
    size = size + #r - 1
    if size > limit and n > 0 then return { concat(out, ','), n, 1 } end
    n = n + 1
    out[n] = sub(r, 3)
  end
end
return { concat(out, ','), n, 1 }
