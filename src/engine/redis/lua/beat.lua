-- beat: one more beat of a process's heart. It vouches for everything that the process holds in this partition.
-- At the process's home the beat also says when it came, by Redis's clock, and what the process last said of itself.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    process, sample        sample  at home only: JSON, '' when there is nothing new
-- RETURNS the counter | 0 the process is not known here (any more): it must open its lanes again
-- @include base
local process, sample = ARGV[1], ARGV[2]
if redis.call('HEXISTS', K_beats, process) == 0 then return 0 end
if sample == '' then
  redis.call('HSET', K_process .. process, 'b', clock() .. '')
elseif sample then
  local at = clock() .. ''
  redis.call('HSET', K_process .. process, 'b', at, 's', at .. ' ' .. sample)
end
return redis.call('HINCRBY', K_beats, process, 1)
