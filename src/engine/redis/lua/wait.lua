-- wait: a client asks for the outcome, and to be told on `channel` when it is not known yet. Asking again adds nothing.
-- Most workflows end in one node: its record comes along, so that a known outcome costs one round trip.
-- again 1: it had an outcome before, which was taken back (a requeue, a retry, a rerun). A message of that one may still be under way, on a connection of
-- its own, so what a message says is no answer: who hears one asks again.
-- KEYS    meta, guard
-- FLAGS   allow-oom
-- ARGV    id, channel
-- RETURNS {'none'} no such workflow | {'waiting', again:int} a message with the id will come | {'outcome', control, meta, damage, record of the output node}
-- @include base
local RECORD_BYTES = 65536
local key = K_workflow .. ARGV[1]
local f = redis.call('HMGET', key, 's', 'w', 'm', 'x')
if not f[1] then return { 'none' } end
local head, run_, outcome, middle, flags = match(f[1], '^(%a (%d+) %d+ %d+ %a %d+ %d+ )(%d+)( .* )(%S+)$')
if not head or outcome ~= '0' then
  local node = not f[3] and '0' or match(f[3], '^{"o":(%d+),')
  local record = node and redis.call('HSTRLEN', key, node) <= RECORD_BYTES and redis.call('HGET', key, node)
  return { 'outcome', f[1], f[3], f[4], record }
end
if not find(' ' .. (f[2] or '') .. ' ', ' ' .. ARGV[2] .. ' ', 1, true) then
  if not find(flags, 'w', 1, true) then flags = flags .. 'w' end
  redis.call('HSET', key, 's', head .. outcome .. middle .. flags, 'w', f[2] and f[2] .. ' ' .. ARGV[2] or ARGV[2])
end
return { 'waiting', (run_ ~= '1' or find(flags, 'r', 1, true)) and 1 or 0 }
