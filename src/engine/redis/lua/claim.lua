-- claim: who runs the tick of a name at a nominal time: one claimer, whoever asks, and however often. A claimer that asks again hears the same: its reply was lost.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, name, nominal:int, claimer, ttlMs:int        claimer  a token of one claim, not of a process     ttlMs  how long the key outlives its newest claim
-- RETURNS {'yes', now} | {'no', now} this nominal time or a later one is another claimer's | {'wait', ms, now} it is not there yet by Redis's clock | {'epoch'}
-- @include base
local AHEAD_MS = 50
-- A claimer that lost a reply is remembered while so many others claim later times of the name.
local KEPT = 32
local nominal, claimer = tonumber(ARGV[3]), ARGV[4]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local key, at = K_claim .. ARGV[2], clock()
local mine = redis.call('ZSCORE', key, claimer)
if mine then return { tonumber(mine) == nominal and 'yes' or 'no', at } end
if nominal > at + AHEAD_MS then return { 'wait', nominal - at, at } end
local newest = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
if newest and tonumber(newest) >= nominal then return { 'no', at } end
redis.call('ZADD', key, ARGV[3], claimer)
redis.call('ZREMRANGEBYRANK', key, 0, -KEPT - 1)
redis.call('PEXPIRE', key, ARGV[5])
return { 'yes', at }
