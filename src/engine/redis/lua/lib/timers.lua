-- timers: delayed nodes that came due go to their ready list; nodes whose `expires` has passed before they started end REVOKED.
-- What came due is handed over like what a context released: a turn may lease it at once.
local function promote(limit)
  local due = redis.call('ZRANGEBYSCORE', K_timers, '-inf', now(), 'LIMIT', 0, limit)
  if #due == 0 then return 0 end
  local ready, n = {}, 0
  for i = 1, #due do
    local kind, list, e = match(due[i], '^(%a):([^:]+:%d):(.+)$')
    if kind == 'd' then
      ready[n + 1], ready[n + 2], ready[n + 3] = NOBODY, list, e
      n = n + 3
    elseif kind == 'x' then
      local id, run_, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
      local c = id and try_context(id)
      if c and c.run == run_ and live(c) then later(c, 'x', p, tonumber(a), tonumber(n), tonumber(s), t) end
    elseif kind == 't' then
      local c = try_context(e)
      if c and live(c) and find(c.flags, 't', 1, true) then later(c, 't', '', 0, 1, 1, '0') end
    end
  end
  redis.call('ZREM', K_timers, unpack(due))
  gather(released, ready)
  return #due
end
