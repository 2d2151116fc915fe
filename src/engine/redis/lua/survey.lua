-- survey: one step of the slow look at all workflows of a partition: a few of its keys, of which those of live workflows, of processes that nobody
-- knows and of lists that no index names are answered. One walk over all workers: who makes a step makes the next, unless it does not come for takeMs.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, count:int, takeMs:int, lapMs:int       lapMs: until the next step when all keys have been seen
-- RETURNS {'ok', dueMs, {workflow…}, {process…}, {ready list…}, {parked list…}} | {'later', dueMs} | {'epoch'}      dueMs: until the next step, 0: as soon as you like
-- @include base
-- @include workflow
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'survey')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local due, cursor, owner = match(meta[2] or '', '^(%d+) (%d+) (%S+)$')
local left = tonumber(due or 0) - now()
-- A clock that was set back must not end the surveys.
if left > 0 and left <= math.max(tonumber(ARGV[4]), tonumber(ARGV[5])) and (owner ~= ARGV[2] or cursor == '0') then return { 'later', left } end
local page = redis.call('SCAN', cursor or '0', 'MATCH', B .. '[wpqk]:*', 'COUNT', tonumber(ARGV[3]))
local over = page[1] == '0'
redis.call('HSET', KEYS[1], 'survey', now() + tonumber(ARGV[over and 5 or 4]) .. ' ' .. page[1] .. ' ' .. ARGV[2])
local workflows, processes, ready, parked, at_ = {}, {}, {}, {}, #B + 1
for i = 1, #page[2] do
  local kind, name = match(sub(page[2][i], at_), '^(%a):(.*)$')
  if kind == 'p' then
    if redis.call('HEXISTS', K_beats, name) == 0 then processes[#processes + 1] = name end
  elseif kind == 'q' then
    if redis.call('HEXISTS', K_active, name) == 0 then ready[#ready + 1] = name end
  elseif kind == 'k' then
    if redis.call('HEXISTS', K_parkedlists, name) == 0 then parked[#parked + 1] = name end
  else
    local s = redis.pcall('HGET', page[2][i], 's')
    -- One that has ended is asked only whether it will go.
    if not (type(s) == 'string' and match(s, '^[ex] ')) or not redis.call('ZSCORE', K_ended, name) then workflows[#workflows + 1] = name end
  end
end
return { 'ok', over and tonumber(ARGV[5]) or 0, workflows, processes, ready, parked }
