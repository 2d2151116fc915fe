-- hooks: deliveries of webhooks. Each lies in the queue of its endpoint, so that one that does not answer keeps no other waiting; an index says which
-- queue has something due.
local HOOK = {}

-- HOOK.reindex: where an endpoint stands in the index: when its first delivery is due. Behind every change of its queue.
function HOOK.reindex(endpoint)
  local first = redis.call('ZRANGE', K_hookdue .. endpoint, 0, 0, 'WITHSCORES')
  if first[2] then
    redis.call('ZADD', K_hookqueues, first[2], endpoint)
  else
    redis.call('ZREM', K_hookqueues, endpoint)
  end
end

-- HOOK.add: a delivery that is due now. 'there': it is there; 'many': its endpoint has as many as it may.
function HOOK.add(id, endpoint, event, workflow, tenant, body, most, made)
  if redis.call('EXISTS', K_hook .. id) == 1 then return 'there' end
  if redis.call('ZCARD', K_hookdue .. endpoint) >= most then return 'many' end
  redis.call('HSET', K_hook .. id, 'e', endpoint, 'v', event, 'w', workflow, 't', tenant, 'b', body, 'c', made, 'n', 0)
  redis.call('ZADD', K_hookdue .. endpoint, made, id)
  return 'new'
end

-- HOOK.remove: deliveries, wherever they stand.
function HOOK.remove(endpoint, names)
  for k = 1, #names do
    redis.call('DEL', K_hook .. names[k])
    redis.call('ZREM', K_hookdue .. endpoint, names[k])
    redis.call('ZREM', K_hookdead .. endpoint, names[k])
  end
end
