-- holds: which attempts must not go on. Asked by a process that was given up for dead and lives, or that heard a signal (see flush).
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    attempts:list        workflow, node, attempt; so many times three, 500 at most
-- RETURNS {'<which, counted from 1> <why>'…}   why: lost, another has the node; revoked; terminated, revoked and to be killed; paused, it holds its node but must not start
-- @include base
local out = {}

local function hard(r)
  return type(r) == 'string' and find(r, '"code":"terminated"', 1, true) and 'terminated' or 'revoked'
end

-- The error of a revoked node is its own, or where its record says.
local function revoked(key, r)
  local where = match(r, '^R%d*|(%*.*)$')
  return hard(where and redis.call('HGET', key, where) or r)
end

local function why_not(key, k)
  local f = redis.pcall('HMGET', key, 's', ARGV[k + 1])
  local s, r = f[1], f[2]
  if f.err or not s or not r then return 'lost' end
  if byte(r) == 82 then return revoked(key, r) end
  if match(r, '^L (%S+)') ~= ARGV[k + 2] then return 'lost' end
  local state = byte(s)
  if state == 107 then return hard(redis.call('HGET', key, '*')) end
  return state == 104 and 'paused' or nil
end

for k = 1, #ARGV, 3 do
  local why = why_not(K_workflow .. ARGV[k], k)
  if why then out[#out + 1] = (k + 2) / 3 .. ' ' .. why end
end
return out
