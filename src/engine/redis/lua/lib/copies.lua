-- copies: how a partition takes over which queues are paused.
local NO_PAUSES, PAUSED_LIMIT = '0 ,', 1000

local function version_of(paused)
  return tonumber(match(paused or NO_PAUSES, '^(%d+) ,') or 0)
end

-- take_pauses: the field becomes `paused`. Queues that were paused and are not any more get a token where they hold entries.
local function take_pauses(before, paused)
  redis.call('HSET', KEYS[1], 'paused', paused)
  heed(before)
  local was = pauses
  heed(paused)
  local lists = redis.call('HKEYS', K_active)
  for i = 1, #lists do
    if find(was, ',' .. match(lists[i], '^[^:]+') .. ',', 1, true) then busy[lists[i]] = true end
  end
  wake()
end
