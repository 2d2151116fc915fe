-- schedule: one schedule's state, read once and written once per script: write_schedules() is the last thing that flush() does.
-- K_schedule<tenant>:<id> is a hash:  d definition (the client's JSON)   s state   p why it is paused, JSON   r workflows of it that run
--   q what waits until they have ended   l the last runs, `<workflow> <what> <fired at> <late by>` a line; only those that there are
-- state: version next due overlap most fails fired skipped missed ticks
--   version  counts the changes that people make; a beat that has read another one fires nothing
--   next     the nominal time that comes next, ms; due: when it is to fire (jitter behind it). Both `-`: never, or not while it is paused
--   overlap  a letter of protocol/schedules.ts; most: how many ticks may fire, 0 for ever; fails: 1 when a failure pauses it
--   fired    workflows submitted, whoever asked; ticks: times that fired, or wait to, and that nobody asked for
-- what: `t:<nominal>` a tick, `b:<nominal>` one that a backfill asked for, `m:<ms>:<token>` one that a person asked for.
-- A workflow of a schedule has flag s, and field B: `<tenant>:<id> <what> <late by, ms>`.
local schedules = {} -- per call
local schedules_changed = false -- per call
local SCHEDULE_STATE = '^(%d+) (%S+) (%S+) (%a) (%d+) ([01]) (%d+) (%d+) (%d+) (%d+)$'
-- Of more that run at the same time the oldest are not listed.
local MOST_RUNNING, MOST_WAITING, MOST_RUNS = 100, 1000, 10

-- schedule: nil when there is none, or none that can be read.
local function schedule(name)
  local s = schedules[name]
  if s ~= nil then return s or nil end
  schedules[name] = false
  local got = redis.pcall('HMGET', K_schedule .. name, 's', 'p', 'r', 'q', 'l')
  if got.err or not got[1] then return nil end
  local version, next_, due, overlap, most, fails, fired, skipped, missed, ticks = match(got[1], SCHEDULE_STATE)
  if not version then return nil end
  s = { name = name, version = version, next = next_, due = due, overlap = overlap, most = tonumber(most), fails = fails, fired = fired, skipped = skipped,
    missed = missed, ticks = ticks, paused = got[2], running = got[3] or '', waiting = got[4] or '', runs = got[5] or '', before = got, changed = false }
  schedules[name] = s
  return s
end

local function schedule_changed(s)
  s.changed, schedules_changed = true, true
end

local function schedule_state(s)
  return concat({ s.version, s.next, s.due, s.overlap, s.most, s.fails, s.fired, s.skipped, s.missed, s.ticks }, ' ')
end

-- look_at: when a beat must look at it again; nil: not before somebody changes it.
local function look_at(s)
  if s.paused then return nil end
  if s.waiting ~= '' and s.running == '' then return now() end
  return s.due ~= '-' and s.due or nil
end

local function write_schedule(s)
  local key, set, gone = K_schedule .. s.name, { 's', schedule_state(s) }, {}
  local after = { p = s.paused or '', r = s.running, q = s.waiting, l = s.runs }
  for k, name in ipairs({ 'p', 'r', 'q', 'l' }) do
    local before, value = s.before[k + 1] or '', after[name]
    if value == '' and before ~= '' then
      gone[#gone + 1] = name
    elseif value ~= before then
      set[#set + 1], set[#set + 2] = name, value
    end
    s.before[k + 1] = value
  end
  redis.call('HSET', key, unpack(set))
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  local at_ = look_at(s)
  if at_ then redis.call('ZADD', K_due, at_, s.name) else redis.call('ZREM', K_due, s.name) end
  s.changed = false
end

local function write_schedules()
  if not schedules_changed then return end
  schedules_changed = false
  for _, s in pairs(schedules) do
    if s and s.changed then write_schedule(s) end
  end
end

-- without_word: a list of words separated by spaces, without one of them.
local function without_word(words, word)
  local kept = {}
  for one in gmatch(words, '%S+') do
    if one ~= word then kept[#kept + 1] = one end
  end
  return concat(kept, ' ')
end

-- schedule_ended: a workflow of a schedule has ended, with all its tasks.
local function schedule_ended(c)
  local name = match(field(c, 'B') or '', '^(%S+) ')
  local s = name and schedule(name)
  if not s then return end
  local rest = without_word(s.running, c.id)
  -- Of a schedule that was dropped and made again, or run again since.
  if rest == s.running then return end
  s.running = rest
  if c.worst == 'F' and s.fails == '1' and not s.paused then
    -- Who changes the schedule at this moment reads it again.
    s.version = text(s.version + 1)
    s.paused = '{"by":"failure","at":' .. now_text() .. ',"workflow":"' .. c.id .. '"}'
  end
  schedule_changed(s)
end
