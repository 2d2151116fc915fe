-- beat: one more beat of a process's heart. It vouches for everything that the process holds in this partition.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    process
-- RETURNS the counter | 0 the process is not known here (any more): it must open its lanes again
-- @include base
if redis.call('HEXISTS', K_beats, ARGV[1]) == 0 then return 0 end
return redis.call('HINCRBY', K_beats, ARGV[1], 1)
