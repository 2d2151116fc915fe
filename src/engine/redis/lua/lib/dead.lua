-- dead: how dead letters leave the index: with their workflow, as the oldest of too many, or by name.
-- Of one workflow they lie side by side in `deadof`, between `<workflow>:` and `<workflow>;` (the character behind the colon).
local DEAD_LIMIT, DEAD_STEP = 10000, 1000

local function remove_dead(names)
  if #names == 0 then return 0 end
  redis.call('ZREM', K_dead, unpack(names))
  return redis.call('ZREM', K_deadof, unpack(names))
end

-- forget_dead: those of a workflow that goes, `limit` at most. Returns how many.
local function forget_dead(id, limit)
  return remove_dead(redis.call('ZRANGEBYLEX', K_deadof, '[' .. id .. ':', '(' .. id .. ';', 'LIMIT', 0, limit))
end

-- without_dead: those of these workflows that have no dead letter (any more): DEAD_STEP go per call, the others must wait. Where there are none at
-- all, that costs one command.
local function without_dead(ids)
  if #ids == 0 or redis.call('EXISTS', K_deadof) == 0 then return ids end
  local free, left = {}, DEAD_STEP
  for k = 1, #ids do
    if left == 0 then break end
    left = left - forget_dead(ids[k], left)
    if left > 0 then free[#free + 1] = ids[k] end
  end
  return free
end

-- trim_dead: the oldest of more than DEAD_LIMIT, DEAD_STEP a call. Returns whether there are more of them.
local function trim_dead()
  local excess = redis.call('ZCARD', K_dead) - DEAD_LIMIT
  if excess <= 0 then return false end
  remove_dead(redis.call('ZRANGE', K_dead, 0, min(excess, DEAD_STEP) - 1))
  return excess > DEAD_STEP
end
