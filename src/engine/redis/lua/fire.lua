-- fire: schedules whose time has come submit their workflows, or what their policies say instead. Each item is decided by itself, on the schedule as it
-- is at this moment: one that somebody changed, or that another beat has fired, is left alone. So no (schedule, nominal time) is fired twice, whoever asks
-- and however often. The workflow's id follows from both, so that what is known stays known when Redis has lost its last second.
-- The workflows are written before the schedules are: an error between the two fires again, and finds the workflow.
-- KEYS    meta, guard
-- ARGV    epoch, cancelled, terminated, items:list       the errors of workflows that are revoked for the next one, as JSON
--         each: name, version, kind, overlap ('': the schedule's), expected, what, next, due, passed, id, begin, total, outs, keepMs, roots, fields, then fields times (name, value)
--         kind    t a tick · d the ticks up to `next` are passed over (passed: how many) · q the first of what waits · m, b asked for by a person
--         expected  of t and d: the schedule's next nominal time; of q: what stands first in the line
--         begin   1 with all its fields · 2 it is stored but for these fields (submit, stage) · 0 of d
-- RETURNS {'ok', {answer, late by}…} | {'epoch'}      answer: fired | known | skipped | waiting | missed | stale | paused | gone | early | busy | full | unstored
-- @include base
-- @include workflow
-- @include graph
-- @include start
-- @include pauses
-- @include listing
-- @include flush
-- @include loss
-- @include finish
-- @include undo
-- @include judge
-- @include segments
-- @include sweep
-- @include cancel
-- @include child
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory', 'paused')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local full, CANCELLED, TERMINATED = meta[2], ARGV[2], ARGV[3]
heed(meta[3])

-- stands: the control field of a workflow; false: there is none.
local function stands(id)
  local c = loaded[id]
  if c and c.state then return c.state .. ' ' end
  local s = redis.pcall('HGET', K_workflow .. id, 's')
  return type(s) == 'table' and 'x ' or s
end

-- prune: what the end of a workflow could not say, because it was removed or set aside, is seen here.
local function prune(s)
  local kept = {}
  for id in gmatch(s.running, '%S+') do
    local control = stands(id)
    if control and not STATES.over[sub(control, 1, 1)] then kept[#kept + 1] = id end
  end
  local rest = concat(kept, ' ')
  if rest == s.running then return end
  s.running = rest
  schedule_changed(s)
end

local function revoke_running(s, why)
  for id in gmatch(s.running, '%S+') do
    local c = try_context(id, { 'C', 'm' })
    if c and live(c) then guarded(c, revoke_all, why) end
  end
end

-- asked: what, without who asked for a time, and without the instant at which a person asked: the same request may come twice.
local function asked(what)
  return (string.gsub(string.gsub(what, '^m:%d+', 'm'), '^b', 't'))
end

local function waits(s, what)
  for one in gmatch(s.waiting, '%S+') do
    if asked(one) == asked(what) then return true end
  end
  return false
end

-- leave_out_waiting: what waits gives way to the next one, and counts as skipped.
local function leave_out_waiting(s)
  for one in gmatch(s.waiting, '%S+') do
    s.skipped = s.skipped + 1
    if byte(one) == 116 then s.ticks = s.ticks - 1 end
  end
  s.waiting = ''
end

-- turn_of: what the overlap policy says: 'start', or what becomes of it instead.
local function turn_of(s, kind, overlap, what)
  if kind == 'q' then return s.running == '' and 'start' or 'busy' end
  if overlap == 'a' or (s.running == '' and s.waiting == '') then return 'start' end
  if waits(s, what) then return 'waiting' end
  if overlap == 't' then
    revoke_running(s, TERMINATED)
    leave_out_waiting(s)
    s.running = ''
    return 'start'
  end
  if overlap == 'c' then
    revoke_running(s, CANCELLED)
    leave_out_waiting(s)
    s.waiting = what
    return 'waiting'
  end
  if s.waiting == '' and overlap ~= 's' then
    s.waiting = what
    return 'waiting'
  end
  if overlap == 'B' then
    local _, waiting = string.gsub(s.waiting, '%S+', '')
    if waiting < MOST_WAITING then
      s.waiting = s.waiting .. ' ' .. what
      return 'waiting'
    end
  end
  return 'skipped'
end

-- start: the workflow begins; what is stored of it in pieces is taken up. One whose pieces cannot be read ends damaged, and no other run with it.
local function start(s, what, late, id, begin, total, outs, keep, roots, from, count)
  local c = begin == '1' and START.new(id, 'p', total, outs, keep, '-') or try_context(id, start_fields())
  if not c then return end
  guarded(c, function()
    if begin == '2' then roots = kept_roots(c) end
    if not roots then error('field r') end
    for k = from, from + 2 * count - 2, 2 do put(c, ARGV[k], ARGV[k + 1]) end
    put(c, 'B', s.name .. ' ' .. what .. ' ' .. late)
    raise(c, 's')
    START.begin(c, roots)
  end)
  redis.call('ZREM', K_staging, id)
end

-- note: the run stands among the last ones, and among those that run.
local function note(s, id, what, late)
  local lines, running = { id .. ' ' .. what .. ' ' .. now_text() .. ' ' .. late }, {}
  for line in gmatch(s.runs, '[^\n]+') do
    if #lines < MOST_RUNS then lines[#lines + 1] = line end
  end
  s.runs = concat(lines, '\n')
  for one in gmatch(s.running, '%S+') do running[#running + 1] = one end
  running[#running + 1] = id
  s.running = concat(running, ' ', math.max(1, #running - MOST_RUNNING + 1))
  s.fired = s.fired + 1
end

-- refusal: why nothing is decided about an item now; nil: it is to be decided.
local function refusal(s, kind, expected)
  if kind == 'm' or kind == 'b' then return full and 'full' end
  if s.paused then return 'paused' end
  if kind == 'q' then
    if match(s.waiting, '^%S*') ~= expected then return 'stale' end
  else
    if s.next ~= expected then return 'stale' end
    if tonumber(s.due) > now() then return 'early' end
  end
  return kind ~= 'd' and full and 'full'
end

local function advance(s, next_, due)
  s.next, s.due = next_, due
  if s.most > 0 and tonumber(s.ticks) >= s.most then s.next, s.due = '-', '-' end
end

local function fire(k)
  local name, version, kind, overlap, expected, what, next_, due, passed, id, begin, total, outs, keep, roots, count = unpack(ARGV, k, k + 15)
  local s = schedule(name)
  if not s then
    redis.call('ZREM', K_due, name)
    return { 'gone', 0 }
  end
  if s.version ~= version then return { 'stale', 0 } end
  local why = refusal(s, kind, expected)
  if why then return { why, 0 } end
  if kind == 'd' then
    s.missed = s.missed + passed
    advance(s, next_, due)
    schedule_changed(s)
    return { 'missed', 0 }
  end
  local control = stands(id)
  local known = control and byte(control) ~= 103
  if begin == '2' and not known then
    local c = control and try_context(id, start_fields())
    if not control or (c and not START.is_whole(c)) then return { 'unstored', 0 } end
  end
  if overlap == '' then overlap = s.overlap end
  if overlap ~= 'a' then prune(s) end
  -- A tick that was fired before its schedule was made anew, or by a backfill, is not fired again, nor does it wait.
  local answer = known and 'known' or turn_of(s, kind, overlap, what)
  if answer == 'busy' then return { 'busy', 0 } end
  if kind == 'q' then s.waiting = match(s.waiting, '^%S+ ?(.*)$') end
  local nominal = match(what, '^%a:(%d+)')
  local late = (kind == 't' and now() - s.due) or (kind == 'q' and now() - nominal) or 0
  if answer == 'start' then
    -- What is left of an earlier try to store it in pieces is stored anew.
    if control and begin == '1' then redis.call('UNLINK', K_workflow .. id) end
    start(s, what, late, id, begin, total, outs, keep, roots, k + 16, tonumber(count))
    note(s, id, what, late)
    answer = 'fired'
  elseif answer == 'skipped' then
    s.skipped = s.skipped + 1
  end
  if kind == 't' then
    if answer == 'fired' or answer == 'waiting' then s.ticks = s.ticks + 1 end
    advance(s, next_, due)
  end
  schedule_changed(s)
  return { answer, late }
end

local answers, k = { 'ok' }, 4
while k <= #ARGV do
  answers[#answers + 1] = fire(k)
  k = k + 16 + 2 * ARGV[k + 15]
end
run(500)
flush()
wake()
return answers
