-- base: what every script starts with: the key prefix and Redis's clock.
-- All scripts are functions of one Redis library, loaded once: what is marked `per call` is set anew at every call, what is marked `first call`
-- at the first one (while a library loads, Redis hides the standard functions), and everything else is made once.
-- KEYS[1] is the partition's meta, KEYS[2] a key that never exists. Naming both makes a Cluster answer TRYAGAIN before the script starts
-- while its slot moves: computed keys would otherwise be torn in half. The generator checks that every script declares them.
local B = string.sub(KEYS[1], 1, -5) -- per call
local sub, byte, match, gmatch, find, concat = string.sub, string.byte, string.match, string.gmatch, string.find, table.concat -- first call
local floor, min = math.floor, math.min -- first call

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + floor(t[2] / 1000)
end
