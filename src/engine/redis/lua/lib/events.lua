-- events: what this call changed, for those who watch: one entry of the partition's log (K_events, a STREAM) for all of it. LOG.write(), which the generator
-- puts behind every script, writes it: so a call costs one XADD at most, and a call that is repeated, which changes nothing, tells nothing.
-- The entry's field `e` is lines:
--   <workflow>[ @<tenant>] <word>…      what happened to one workflow, in order. Words:
--       =n submitted  =b started  =o<S|F|R> its outcome is known  =e ended  =p paused  =c resumed  =r<run> run again  =t<run> failed tasks run again
--       <letter><queue>/<task>   of the nodes that follow: L started  S F R K ended so  Y tried again  U waits again without having ended  G said what it does
--       <node>[=<detail>]        detail: of L and Y the attempt (none: 1), of F the error's type, of G the state; of L also <first>:<count>:<stride>
--   *<letter>[<queue>/<task>] <workflow>,…      workflows of one task without a tenant: n submitted  b begun  B and its task, too  e succeeded and ended  E and its task, too  x removed
--   %<letter> <process> <home> <name>      a worker process: o online  f offline  l lost; every partition is told, the one that is its home counts
--   ~<letter> <queue> <count>  a queue: p paused  c resumed  x purged of so many tasks
--   !<reason>                  something may be missing before this entry
-- Nothing of arguments and results stands in it. Whoever reads it: src/engine/client/events.
-- What is told, and how many entries are kept: field `log` of meta, `<level> <entries>`; level 0 nothing, 1 no tasks, 2 all. LOG.keep() keeps it.
-- Per call, by LOG.begin(): the level (false: not asked for yet) with how many entries are kept, and the lines.
local event_level, event_limit, event_lines = false, false, {}
local LOG_ENTRIES, LOG_BYTES = 100000, 67108864
-- A log is never shorter: a reader that is behind by less than a page has missed nothing.
local LEAST_ENTRIES = 1000
-- What is not asked for at every node; Lua allows 200 locals.
local LOG = {}

function LOG.begin()
  event_level = false
  if event_lines[1] then event_lines = {} end
end

-- LOG.watch: the field `log` of meta, from who has read it.
function LOG.watch(setting)
  if not setting then
    event_level, event_limit = 2, LOG_ENTRIES
    return
  end
  local level, limit = match(setting, '^(%d) (%d+)$')
  event_level, event_limit = tonumber(level) or 0, limit
end

-- LOG.tells: whether what has this level is told: 1 workflows, 2 tasks.
function LOG.tells(level)
  if not event_level then LOG.watch(redis.call('HGET', KEYS[1], 'log')) end
  return event_level >= level
end

function LOG.line(line)
  event_lines[#event_lines + 1] = line
end

-- tell_task: something happened to a node. T: its template; name: the node, with a detail behind.
local function tell_task(c, letter, T, name)
  if not LOG.tells(2) then return end
  local events = c.events
  if not events then
    events = {}
    c.events = events
  end
  local n = #events
  if c.told_letter ~= letter or c.told_of ~= T.told then
    c.told_letter, c.told_of = letter, T.told
    n = n + 1
    events[n] = letter .. T.told
  end
  events[n + 1] = name
end

-- LOG.workflow: a word about the workflow itself.
function LOG.workflow(c, word)
  if not LOG.tells(1) then return end
  local events = c.events or {}
  c.events = events
  events[#events + 1] = word
end

-- LOG.tenant: who may hear of it: nothing of a workflow without a tenant.
function LOG.tenant(l)
  local tenant = match(l or '', '^%S+')
  return tenant and tenant ~= '-' and ' @' .. tenant or ''
end

-- What class_of() says as words: before its tasks that it is there and has begun, behind them its outcome and its end.
local OUTCOME_WORDS = { ['3'] = ' =oS', ['4'] = ' =oF', ['5'] = ' =oR', ['6'] = ' =oS', ['7'] = ' =oF', ['8'] = ' =oR' }
local OVER = { ['3'] = true, ['4'] = true, ['5'] = true }

-- LOG.context: a line for all that happened to a workflow. Its class is up to date.
function LOG.context(c)
  local events, class, before = c.events, c.class, c.shown
  c.events, c.told_letter, c.shown = false, false, class
  if not class or not LOG.tells(1) then return end
  local line = c.id .. (find(c.flags, 'l', 1, true) and LOG.tenant(c.f.l or redis.call('HGET', c.key, 'l')) or '')
  if not before then line = line .. ' =n' end
  if class == '2' and (not before or before == '1') then line = line .. ' =b' end
  if events then line = line .. ' ' .. concat(events, ' ') end
  if OUTCOME_WORDS[class] and not OUTCOME_WORDS[before] then line = line .. OUTCOME_WORDS[class] end
  if OVER[class] and not OVER[before] then line = line .. ' =e' end
  LOG.line(line)
end

-- LOG.worker: something happened to a worker process. info: what it announced.
function LOG.worker(letter, process, info)
  if not LOG.tells(1) then return end
  info = info or ''
  LOG.line('%' .. letter .. ' ' .. process .. ' ' .. (match(info, '"home":(%d+)') or '0') .. ' ' .. (match(info, '"name":"([^"%s\\]+)"') or '-'))
end

-- LOG.write: the entry. What lies under its name and is no log stops nobody: who reads it says so.
function LOG.write()
  if not event_lines[1] then return end
  redis.pcall('XADD', K_events, 'MAXLEN', '~', event_limit, 'LIMIT', 1000, '*', 'e', concat(event_lines, '\n'))
end

-- LOG.keep: the field `log` as it should be: the level of the setting (field `events`, `<ms> <level> <entries> <bytes>`), 0 while Redis is all but full, and as many
-- entries as have room in its bytes. Where the level changes, readers are told that something may be missing.
function LOG.keep(setting, before, memory)
  local _, level, entries, bytes = match(setting or '', '^(%d+) (%d) (%d+) (%d+)$')
  local most = tonumber(entries) or LOG_ENTRIES
  local length = redis.pcall('XLEN', K_events)
  if type(length) == 'number' and length > LEAST_ENTRIES then
    local used = redis.call('MEMORY', 'USAGE', K_events, 'SAMPLES', 5) or 0
    if used > (tonumber(bytes) or LOG_BYTES) * 0.9 then
      most = min(most, math.max(LEAST_ENTRIES, floor(length * 0.9 * (tonumber(bytes) or LOG_BYTES) / used)))
    end
  end
  level = memory == 'stop' and '0' or level or '2'
  local after = level .. ' ' .. most
  if after == (before or '2 ' .. LOG_ENTRIES) then return end
  if level ~= sub(before or '2', 1, 1) then LOG.line(memory == 'stop' and '!memory' or '!level') end
  redis.call('HSET', KEYS[1], 'log', after)
  event_limit = most
end
