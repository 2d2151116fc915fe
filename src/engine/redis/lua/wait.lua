-- wait: a client asks to be told on `channel` when the outcome is known. Asking again adds nothing.
-- KEYS    meta, guard
-- FLAGS   allow-oom
-- ARGV    id, channel
-- RETURNS 'none' no such workflow | 'outcome' it is known | 'waiting' a message with the id will come
-- @include base
local key = K_workflow .. ARGV[1]
local f = redis.call('HMGET', key, 's', 'w')
if not f[1] then return 'none' end
local head, outcome, middle, flags = match(f[1], '^(%a %d+ %d+ %d+ %a %d+ %d+ )(%d+)( .* )(%S+)$')
if not head or outcome ~= '0' then return 'outcome' end
if not find(' ' .. (f[2] or '') .. ' ', ' ' .. ARGV[2] .. ' ', 1, true) then
  if not find(flags, 'w', 1, true) then flags = flags .. 'w' end
  redis.call('HSET', key, 's', head .. outcome .. middle .. flags, 'w', f[2] and f[2] .. ' ' .. ARGV[2] or ARGV[2])
end
return 'waiting'
