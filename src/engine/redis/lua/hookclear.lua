-- hookclear: one step of removing the deliveries of an endpoint that is being removed.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, endpoint
-- RETURNS {'ok', 1: there may be more, else 0} | {'epoch'}      250 that wait and 250 that were given up a call
-- @include base
-- @include hooks
local STEP = 250
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local endpoint, left = ARGV[2], 0
for _, list in ipairs({ K_hookdue, K_hookdead }) do
  local ids = redis.call('ZRANGE', list .. endpoint, 0, STEP - 1)
  HOOK.remove(endpoint, ids)
  if #ids == STEP then left = 1 end
end
HOOK.reindex(endpoint)
return { 'ok', left }
