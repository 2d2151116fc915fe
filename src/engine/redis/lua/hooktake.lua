-- hooktake: deliveries that are due, for a process that sends them: each is its own until the lease is over, and then anybody's again. An attempt counts
-- from here on, so that one which ends its process every time ends some time.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, token, leaseMs:int, most:int, each:int, busy:list        most: in all, 100 at most; each: to one endpoint; busy: endpoint, how many to it, …: of those that this process sends to already
-- RETURNS {'ok', ms until the next is due (-1: none), {id, endpoint, event, workflow, tenant, body, attempt, made}…} | {'epoch'}
-- @include base
-- @include hooks
-- Queues looked at beside those that are busy.
local LOOKED_AT = 50
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local _, token, lease, most, each = unpack(ARGV)
local room, at, busy, out = tonumber(most), clock(), {}, { 'ok', -1 }
for k = 6, #ARGV, 2 do busy[ARGV[k]] = tonumber(ARGV[k + 1]) end
local due = redis.call('ZRANGEBYSCORE', K_hookqueues, '-inf', at, 'LIMIT', 0, LOOKED_AT + #ARGV)
for i = 1, #due do
  local endpoint = due[i]
  local count = min(room, busy[endpoint] or tonumber(each))
  local ids = count > 0 and redis.call('ZRANGEBYSCORE', K_hookdue .. endpoint, '-inf', at, 'LIMIT', 0, count) or {}
  for k = 1, #ids do
    local id = ids[k]
    local got = redis.call('HMGET', K_hook .. id, 'v', 'w', 't', 'b', 'c')
    if not got[4] then
      redis.call('ZREM', K_hookdue .. endpoint, id)
    else
      local attempt = redis.call('HINCRBY', K_hook .. id, 'n', 1)
      redis.call('HSET', K_hook .. id, 'k', token)
      redis.call('ZADD', K_hookdue .. endpoint, at + tonumber(lease), id)
      out[#out + 1] = { id, endpoint, got[1], got[2], got[3], got[4], attempt, got[5] }
      room = room - 1
    end
  end
  if #ids > 0 then HOOK.reindex(endpoint) end
end
local first = redis.call('ZRANGE', K_hookqueues, 0, 0, 'WITHSCORES')
if first[2] then out[2] = math.max(0, first[2] - at) end
return out
