-- occupied: whether anything of a queue waits in its lists, and whether any of its tasks is leased by these processes. Of one process all is looked at; a call
-- ends behind the one with which it has looked at LOOK_NODES.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    queue, processes:list
-- RETURNS {entries of ready lists, entries of parked lists, leased nodes met, processes looked at}
-- @include base
-- @include workflow
local LOOK_NODES = 500
local queue = ARGV[1]

local function lengths(index, prefix)
  local lists, sum = redis.call('HKEYS', index), 0
  for k = 1, #lists do
    if match(lists[k], '^[^:]+') == queue then sum = sum + redis.call('LLEN', prefix .. lists[k]) end
  end
  return sum
end

local looked, leased, done = 0, 0, 0
-- held_of: nodes of a grant that its attempt still holds.
local function held_of(attempt, e)
  local id, _, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
  if not id then return end
  local c = loaded[id] or new_context(id)
  fields(c, { 't' .. p .. t })
  looked = looked + n
  if template(c, p, t).queue ~= queue then return end
  local names = ids(p, tonumber(a), tonumber(n), tonumber(s))
  fields(c, names)
  local lead = 'L ' .. attempt .. ' '
  for k = 1, #names do
    if sub(c.f[names[k]] or '', 1, #lead) == lead then leased = leased + 1 end
  end
end

for k = 2, #ARGV do
  if looked >= LOOK_NODES then break end
  local held = redis.call('HGETALL', K_process .. ARGV[k])
  for j = 1, #held, 2 do
    local name = match(held[j], '^g(%d+:%d+)$')
    if name then
      for e in gmatch(held[j + 1], '[^\n]+') do pcall(held_of, ARGV[k] .. ':' .. name, e) end
    end
  end
  done = done + 1
end
return { lengths(K_active, K_ready), lengths(K_parkedlists, K_parked), leased, done }
