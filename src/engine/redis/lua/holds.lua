-- holds: which attempts no longer hold their nodes. Asked by a process that was given up for dead and lives.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    attempts:list        workflow, node, attempt; so many times three, 500 at most
-- RETURNS {which of them, counted from 1, do not hold…}
-- @include base
local gone = {}
for k = 1, #ARGV, 3 do
  local r = redis.pcall('HGET', K_workflow .. ARGV[k], ARGV[k + 1])
  if type(r) ~= 'string' or match(r, '^L (%S+)') ~= ARGV[k + 2] then gone[#gone + 1] = (k + 2) / 3 end
end
return gone
