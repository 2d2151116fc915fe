-- base: what every script starts with: the partition's epoch, Redis's clock, the key prefix.
-- KEYS[1] is the partition's meta, KEYS[2] a key that never exists. Naming both makes a Cluster answer TRYAGAIN before the script starts
-- while its slot moves: computed keys would otherwise be torn in half. The generator checks that every script declares them.
local B = string.sub(KEYS[1], 1, -5)
local sub, byte, match, gmatch, find, concat = string.sub, string.byte, string.match, string.gmatch, string.find, table.concat
local floor, min = math.floor, math.min

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + floor(t[2] / 1000)
end
