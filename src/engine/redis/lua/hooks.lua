-- hooks: deliveries of an endpoint in a partition: those that wait, the next one first, or those that were given up, the oldest first.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    endpoint, list, offset:int, count:int        list: due | dead; count: 500 at most
-- RETURNS {{id, score, event, workflow, tenant, made, attempts, '1' while it is sent or '', status or '', reason or ''}…}
-- @include base
local endpoint, list, offset, count = unpack(ARGV)
local found = redis.call('ZRANGE', (list == 'dead' and K_hookdead or K_hookdue) .. endpoint, offset, offset + count - 1, 'WITHSCORES')
local out = {}
for k = 1, #found, 2 do
  local got = redis.call('HMGET', K_hook .. found[k], 'v', 'w', 't', 'c', 'n', 'k', 's', 'x')
  if got[1] then
    out[#out + 1] = { found[k], found[k + 1], got[1], got[2], got[3], got[4], got[5], got[6] and '1' or '', got[7] or '', got[8] or '' }
  end
end
return out
