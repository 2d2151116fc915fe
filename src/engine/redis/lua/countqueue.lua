-- countqueue: how many nodes the entries of a part of a list name; the dead ones among them count too.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    kind, list, offset:int, count:int
-- RETURNS {nodes, entries}
-- @include base
-- @include workflow
local key = (ARGV[1] == 'parked' and K_parked or K_ready) .. ARGV[2]
local offset = tonumber(ARGV[3])
local entries, nodes = redis.call('LRANGE', key, offset, offset + tonumber(ARGV[4]) - 1), 0
for k = 1, #entries do nodes = nodes + (byte(entries[k]) ~= 58 and match(entries[k], ':(%d+):%d+$') or 0) end
return { nodes, #entries }
