-- census: how many workflows of a partition are in which state. No count is kept for these but that of what `enqueue` stored and has started: the rest
-- are ranks in the index of workflows (lib/listing.lua), at the cost of a few steps each however many there are.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    tenant     '' for all
-- RETURNS {pending, started, success, failure, revoked}
-- @include base
local function counted(tenant)
  local n = {}
  for digit = 0, 8 do n[digit] = redis.call('ZCOUNT', K_listed .. tenant, digit .. '0000000000000', digit .. '9999999999999') end
  return n
end
local n
if ARGV[1] == '' or ARGV[1] == '-' then
  n = counted('-')
  local others = counted('*')
  -- All that have ended less those that the index has as ended.
  local over = redis.call('ZCARD', K_ended)
  for digit = 3, 5 do over = over - n[digit] - others[digit] end
  local started = tonumber(redis.call('HGET', K_counts, 's') or 0)
  if ARGV[1] == '' then
    for digit = 0, 8 do n[digit] = n[digit] + others[digit] end
  end
  n[1], n[2], n[3] = n[1] + n[0] - over - started, n[2] + started, n[3] + over
else
  n = counted(ARGV[1])
end
return { n[1], n[2], n[3] + n[6], n[4] + n[7], n[5] + n[8] }
