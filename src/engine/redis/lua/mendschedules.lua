-- mendschedules: looks at some schedules: one at which beats must look stands in `due`, whatever took it out (a key deleted by hand, a bad restore). Repairs
-- are counted.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, after, count:int        after: the name that was looked at last; '' begins
-- RETURNS {'ok', last, repaired} last '' when that was the end | {'epoch'}
-- @include base
-- @include workflow
-- @include schedule
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local names = redis.call('ZRANGEBYLEX', K_schedules, ARGV[2] == '' and '-' or '(' .. ARGV[2], '+', 'LIMIT', 0, ARGV[3])
local repaired = 0
for i = 1, #names do
  local s = schedule(names[i])
  local at_ = s and look_at(s)
  if at_ and not redis.call('ZSCORE', K_due, names[i]) then
    redis.call('ZADD', K_due, at_, names[i])
    repaired = repaired + 1
  elseif not s and redis.call('EXISTS', K_schedule .. names[i]) == 0 then
    redis.call('ZREM', K_schedules, names[i])
    repaired = repaired + 1
  end
end
if repaired > 0 then redis.call('HINCRBY', K_repairs, 'schedule-undue', repaired) end
return { 'ok', #names == tonumber(ARGV[3]) and names[#names] or '', repaired }
