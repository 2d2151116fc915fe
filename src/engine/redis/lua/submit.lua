-- submit: stores new workflows and starts them, or only begins to store those that are too large for one call.
-- Idempotent by workflow id and by key; each workflow is answered by itself.
-- KEYS    meta, guard
-- ARGV    epoch, workflows:list
--         each: id, digest ('-': the id is new, made by the caller), begin '1'|'0', total, outs, keepMs, key, waiter, roots, fields, then fields times (name, value)
-- RETURNS {'ok', {answer, id}…} | {'epoch'}      answer: new | same | staging | full (and it is not there) | id-conflict | idempotency-conflict
-- @include base
-- @include workflow
-- @include graph
-- @include start
-- @include pauses
-- @include listing
-- @include flush
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory', 'paused', 'log')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
heed(meta[3])
LOG.watch(meta[4])
local KEEP_KEY_S = 86400

-- A workflow under an id that we made has no digest: nobody else can have sent another one under it. Who sends that id again, because the outcome was
-- unknown, is compared with what is stored; of the meta its shape (outputs and counts), not name and tags.
local LONE_META = '{"o":0,"n":1,"c":1}'
local function shape(meta)
  return match(meta, '^{"o":.-,"n":%d+,"c":%d+') or meta
end

local function same_fields(id, at_)
  local names, values, n = {}, {}, 0
  for k = at_ + 10, at_ + 8 + 2 * ARGV[at_ + 9], 2 do
    n = n + 1
    names[n], values[n] = ARGV[k], ARGV[k + 1]
  end
  for from = 1, n, 1000 do
    local to = min(from + 999, n)
    local got = redis.call('HMGET', K_workflow .. id, unpack(names, from, to))
    for k = from, to do
      local stored = got[k - from + 1]
      if names[k] == 'm' then
        if shape(stored or LONE_META) ~= shape(values[k]) then return false end
      elseif names[k] ~= 'y' and names[k] ~= 'T' and names[k] ~= 'F' and names[k] ~= 'l' and names[k] ~= 'O' and stored ~= values[k] then
        return false
      end
    end
  end
  return true
end

local function existing(id, digest, begin, at_)
  local c = loaded[id]
  if c then return { (c.f['d'] or '-') == digest and 'same' or 'id-conflict', id } end
  local f = redis.call('HMGET', K_workflow .. id, 's', 'd')
  if not f[1] then return nil end
  if f[2] and f[2] ~= digest then return { 'id-conflict', id } end
  if not f[2] and digest ~= '-' and not same_fields(id, at_) then return { 'id-conflict', id } end
  return { byte(f[1]) == 103 and begin == '0' and 'staging' or 'same', id }
end

local function by_key(key, digest)
  local known = redis.call('GET', K_idempotency .. key)
  if not known then return nil end
  local d, id = match(known, '^(%S+) (%S+)$')
  if d ~= digest then return { 'idempotency-conflict', id } end
  return { 'same', id }
end

local answers, from = { 'ok' }, 2
while from <= #ARGV do
  local id, digest, begin, total, outs, keep, key, waiter, roots, count = unpack(ARGV, from, from + 9)
  count = tonumber(count)
  local answer = (key ~= '' and by_key(key, digest)) or existing(id, digest, begin, from) or (meta[2] and { 'full', id })
  if not answer then
    local c = START.new(id, begin == '1' and 'p' or 'g', total, outs, keep, waiter == '' and '-' or 'w')
    if digest ~= '-' then put(c, 'd', digest) end
    if waiter ~= '' then put(c, 'w', waiter) end
    for k = from + 10, from + 8 + 2 * count, 2 do put(c, ARGV[k], ARGV[k + 1]) end
    if begin == '1' then START.begin(c, roots) else START.keep_roots(c, total, roots) end
    if key ~= '' then redis.call('SET', K_idempotency .. key, digest .. ' ' .. id, 'EX', KEEP_KEY_S) end
    answer = { begin == '1' and 'new' or 'staging', id }
  end
  answers[#answers + 1] = answer
  from = from + 10 + 2 * count
end
run(500)
flush()
wake()
return answers
