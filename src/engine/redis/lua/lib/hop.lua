-- hop: a turn that brings one completion, of a step of a chain that succeeded, and leases the next step: what an idle system spends a chain's time on.
-- It does what finish_all, fetch and flush do, in a third of the steps. Whatever is not plain (retries, joins, delays, replacements, other work that
-- is ready, damage) takes the general way, which finds here what was read.
local HOP_CONTROL = '^r 1 (%d+) (%d+ %a %d+ %d+ %d+ 0) (%d+) (.*)$'

-- anything_waits: whether a list holds entries that some worker may take.
local function anything_waits()
  local lists = redis.call('HKEYS', K_active)
  for i = 1, #lists do
    if not is_paused(match(lists[i], '^[^:]+')) then return true end
  end
  return false
end

-- tell_hop: a step has succeeded and the next one has begun. rest: the end of the control field.
local function tell_hop(id, T, done, U, begun_, rest)
  if not LOG.tells(2) then return end
  local tenant = find(rest, '%a*l%a*$') and LOG.tenant(redis.call('HGET', K_workflow .. id, 'l')) or ''
  LOG.line(id .. tenant .. ' S' .. T.told .. ' ' .. done .. ' L' .. U.told .. ' ' .. begun_)
end

-- hop: false when this turn is not such a one. Nothing is written then.
local function hop(process, attempt, queues)
  local id, p, t, here, record = ARGV[10], ARGV[12], ARGV[13], ARGV[15], ARGV[16]
  local i = tonumber(here)
  if not i or ARGV[11] ~= '1' or byte(record) ~= 83 or #record > INLINE_INPUT then return false end
  local n = text(i + 1)
  local names = { 's', 't' .. p .. t, p .. here, p .. n, 'b' .. p .. text(floor((i + 1) / 32)), 't' .. p .. text(t - 1) }
  local key = K_workflow .. id
  local got = redis.pcall('HMGET', key, unpack(names))
  -- What cannot be read (`got` is an error then) has no template.
  local T = got[2] and parsed[got[2]]
  local U = T and T.step and T.step == text(t - 1) and got[6] and parsed[got[6]]
  local rem, middle, ok, rest = match(got[1] or '', HOP_CONTROL)
  local definition_ = cut(got[5], (i + 1) % 32, (i + 1) % 32)
  if not (U and U.follows and rem and definition_) or (U.input == '-' and byte(record, 2) ~= 124) or got[4] or find(rest, 'd', 1, true) or got[3] ~= 'L ' .. process .. ':' .. ARGV[14] .. ' 1 0 0 - -'
    or find(definition_, MARKER, 1, true) or not serves(queues, U.queue) or not knows(process, U.task) or anything_waits() then
    local c = new_context(id)
    for k = 1, 6 do c.f[names[k]] = got[k] end
    return false
  end
  local input = U.input == '-' and '' or '=' .. sub(record, find(record, '|', 1, true) + 1)
  grants[1] = { id .. '|1|' .. p .. '|' .. T.step .. '|' .. n .. '|1|1|1|-', input, U.spec, definition_ }
  descriptors[1] = id .. ':1:' .. T.step .. ':' .. p .. ':' .. n .. ':1:1'
  redis.call('HSET', key, p .. here, record, p .. n, 'L ' .. attempt .. ' 1 0 0 - -', 's', 'r 1 ' .. text(rem - 1) .. ' ' .. middle .. ' ' .. text(ok + 1) .. ' ' .. rest)
  tell_hop(id, T, p .. here, U, p .. n, rest)
  return true
end
