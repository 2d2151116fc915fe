-- pauses: queues of which nothing is leased. Every partition has a copy in its meta, field `paused`: a version and the names, `1700000000000 ,a,b,`. So a
-- turn reads it along with the epoch, and pays no command for it. The greatest version counts, wherever it is met (pausequeue.lua, copypauses.lua).
-- The names as ',a,b,', ',' or '' for none; false until somebody asks.
local pauses = false -- per call

-- heed: the field as it was read; false where there is none.
local function heed(paused)
  pauses = paused and match(paused, '^%d+ (,.*)$') or ''
end

local function is_paused(queue)
  if not pauses then heed(redis.call('HGET', KEYS[1], 'paused')) end
  return #pauses > 1 and find(pauses, ',' .. queue .. ',', 1, true) ~= nil
end

-- unpaused: of queues, ',a,b,', those that are not paused. What serves no queue that is paused needs no look at pauses anywhere else.
local function unpaused(queues)
  if #pauses < 2 then return queues end
  local left = ','
  for queue in gmatch(queues, '[^,]+') do
    if not is_paused(queue) then left = left .. queue .. ',' end
  end
  return left
end
