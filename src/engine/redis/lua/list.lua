-- list: one page of a partition's workflows, the newest first, of those that stand behind a place in that order; of one instant the greatest id first.
-- What is asked beyond states, tenant, label and time is looked up, workflow by workflow; a page ends where enough have been looked at.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    time, id, oldest, states, tenants, label, task, count:int, looks:int, limit:int, words:list
--         behind this time and id, '' for all before that time; not older than `oldest`; both in ms, of 13 digits; states: letters P T S F R; tenants: 'a b', of the index;
--         label: '' or one, whose workflows are of any tenant; task: '' or one that the submitted canvas calls; words: each stands in the meta
--         as many as `count`, as fit into `limit` bytes (at least one), and as `looks` at workflows allow
-- RETURNS {time, id, {id, time, control, meta|false, task|false}…}  time, id: how far it looked, '' when nothing is behind; task: of what has no meta
-- @include base
-- @include workflow
local behind, id_behind, oldest, label, task = ARGV[1], ARGV[2], ARGV[3], ARGV[6], ARGV[7]
local count, looks, limit = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local CHUNK, TEMPLATES, MOST_TEMPLATES, TEMPLATES_COST = 100, 32, 1024, 8
local DIGITS = { P = '01', T = '02', S = '036', F = '47', R = '58' }
local LETTERS = { ['1'] = 'P', ['2'] = 'T', ['3'] = 'S', ['6'] = 'S', ['4'] = 'F', ['7'] = 'F', ['5'] = 'R', ['8'] = 'R' }

-- greater: by bytes, as Redis sorts members; `<` of Lua sorts by the server's locale.
local function greater(a, b)
  for k = 1, min(#a, #b) do
    local x, y = byte(a, k), byte(b, k)
    if x ~= y then return x > y end
  end
  return #a > #b
end

-- A stream is one sorted run of places. Its head is `time`, `id`; none: it is over.
local function read_digit(s)
  local top = s.digit .. behind
  while true do
    local got = redis.call('ZRANGE', s.key, (id_behind == '' and '(' or '') .. top, s.digit .. oldest, 'BYSCORE', 'REV', 'LIMIT', s.rank, CHUNK, 'WITHSCORES')
    s.rank = s.rank + #got / 2
    s.places, s.at = {}, 0
    for k = 1, #got, 2 do
      local time = sub(string.format('%014.0f', got[k + 1]), 2)
      if time ~= behind or greater(id_behind, got[k]) then
        local n = #s.places
        s.places[n + 1], s.places[n + 2] = time, got[k]
      end
    end
    if #s.places > 0 or #got < 2 * CHUNK then return end
  end
end

local function read_label(s)
  local got = redis.call('ZRANGE', K_labels, '(' .. label .. ':' .. s.top, '[' .. label .. ':' .. oldest, 'BYLEX', 'REV', 'LIMIT', 0, CHUNK)
  s.places, s.at = {}, 0
  for k = 1, #got do
    local time, id = match(got[k], '^[^:]+:[^:]+:(%d+):(.+)$')
    s.places[2 * k - 1], s.places[2 * k], s.top = time, id, time .. ':' .. id
  end
end

local function advance(s)
  if s.at >= #s.places then s.read(s) end
  s.time, s.id = s.places[s.at + 1], s.places[s.at + 2]
  s.at = s.at + 2
end

local streams, wanted = {}, {}
local function open(s)
  s.places, s.at = {}, 0
  advance(s)
  if s.time then streams[#streams + 1] = s end
end

local function open_all()
  for letter in gmatch(ARGV[4], '%a') do wanted[letter] = true end
  if label ~= '' then return open({ read = read_label, top = behind .. (id_behind == '' and '' or ':' .. id_behind) }) end
  local digits = {}
  for letter in gmatch(ARGV[4], '%a') do
    for digit in gmatch(DIGITS[letter], '%d') do digits[digit] = true end
  end
  for tenant in gmatch(ARGV[5], '%S+') do
    for digit in pairs(digits) do open({ read = read_digit, key = K_listed .. tenant, digit = digit, rank = 0 }) end
  end
end

local function next_place()
  local first
  for k = 1, #streams do
    local s = streams[k]
    if s.time and (not first or s.time > first.time or (s.time == first.time and greater(s.id, first.id))) then first = s end
  end
  return first
end

local function task_of(template_) return match(template_ or '', '^%a %d+ %S+ %d %S+ %S+ (%S+) ') end

-- calls: whether the submitted canvas calls the task: looks through its templates, the first MOST_TEMPLATES of them.
local function calls(key, first)
  if task_of(first) == task then return true end
  for from = 1, MOST_TEMPLATES - 1, TEMPLATES do
    local names = {}
    for k = from, from + TEMPLATES - 1 do names[#names + 1] = 't' .. k end
    local got = redis.call('HMGET', key, unpack(names))
    looks = looks - TEMPLATES_COST
    for k = 1, #got do
      if not got[k] then return false end
      if task_of(got[k]) == task then return true end
    end
  end
  return false
end

-- found: the row of a workflow, if it is meant. One that cannot be read is one that failed.
local function found(id, time)
  local key = K_workflow .. id
  local f = redis.pcall('HMGET', key, 's', 'm', 't0')
  if f.err then return wanted.F and task == '' and #ARGV == 10 and { id, time, '', false, false } or nil end
  if not f[1] then return nil end
  local c = {}
  local letter = pcall(parse_control, c, f[1]) and (not c.class and '' or LETTERS[c.class]) or 'F'
  if not wanted[letter] then return nil end
  for k = 11, #ARGV do
    if not find(f[2] or '', ARGV[k], 1, true) then return nil end
  end
  if task ~= '' and not calls(key, f[3]) then return nil end
  return { id, time, f[1], f[2], not f[2] and task_of(f[3]) or false }
end

open_all()
local out, size, time, id = { '', '' }, 0, false, false
while true do
  local s = next_place()
  if not s then return out end
  if #out - 2 >= count or looks <= 0 then break end
  local row = found(s.id, s.time)
  if row then
    size = size + #row[1] + #row[3] + #(row[4] or '')
    if size > limit and #out > 2 then break end
    out[#out + 1] = row
  end
  looks, time, id = looks - 1, s.time, s.id
  advance(s)
end
out[1], out[2] = time, id
return out
