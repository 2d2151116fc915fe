-- hooklead: who takes up the log of events of a partition for webhooks, for a while. It only spares work: what is taken up, and that it is once, `hookfeed`
-- decides by the cursor.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, leaseMs:int        leaseMs: 0 gives it back
-- RETURNS {'yes', cursor or '', now} | {'no', for so many ms another process does it} | {'epoch'}
-- @include base
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local at = clock()
local got = redis.call('HMGET', K_hookfeed, 'o', 'u', 'c')
if got[1] and got[1] ~= ARGV[2] and tonumber(got[2]) > at then return { 'no', tonumber(got[2]) - at } end
redis.call('HSET', K_hookfeed, 'o', ARGV[2], 'u', at + tonumber(ARGV[3]))
return { 'yes', got[3] or '', at }
