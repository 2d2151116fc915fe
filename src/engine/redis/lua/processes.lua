-- processes: what worker processes say of themselves, and when each was heard last.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    names:list        at most 500
-- RETURNS {now, {info|false, heard|false, sample|false}, …} in the order of the names; times in ms of Redis's clock
-- @include base
local out = { clock() .. '' }
for i = 1, #ARGV do out[#out + 1] = redis.call('HMGET', K_process .. ARGV[i], 'info', 'b', 's') end
return out
