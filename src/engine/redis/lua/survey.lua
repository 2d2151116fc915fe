-- survey: one step of the slow look at all workflows of a partition: a few of its keys, of which those of live workflows and of processes that nobody
-- knows are answered. One step at a time over all workers: a step claims the next one for itself and says when it is due.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, count:int, stepMs:int, lapMs:int       stepMs until the next step, lapMs when all keys have been seen
-- RETURNS {'ok', dueMs, {workflow…}, {process…}} | {'later', dueMs} | {'epoch'}      dueMs: until the next step
-- @include base
-- @include workflow
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'survey')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local due, cursor = match(meta[2] or '', '^(%d+) (%d+)$')
due = tonumber(due or 0)
-- A clock that was set back must not end the surveys.
if due > now() and due - now() <= tonumber(ARGV[4]) then return { 'later', due - now() } end
local page = redis.call('SCAN', cursor or '0', 'MATCH', B .. '[wp]:*', 'COUNT', tonumber(ARGV[2]))
local wait = tonumber(ARGV[page[1] == '0' and 4 or 3])
redis.call('HSET', KEYS[1], 'survey', now() + wait .. ' ' .. page[1])
local workflows, processes, at_ = {}, {}, #B + 1
for i = 1, #page[2] do
  local kind, name = match(sub(page[2][i], at_), '^(%a):(.*)$')
  if kind == 'p' then
    if redis.call('HEXISTS', K_beats, name) == 0 then processes[#processes + 1] = name end
  else
    local s = redis.pcall('HGET', page[2][i], 's')
    -- One that has ended is asked only whether it will go.
    local over = type(s) == 'string' and match(s, '^[ex] ')
    if not over or not redis.call('ZSCORE', K_ended, name) then workflows[#workflows + 1] = name end
  end
end
return { 'ok', wait, workflows, processes }
