-- forget: removes a workflow that has ended, before its retention is over.
-- An id of the caller's may come again. What an expiry or a revoke left in the timers would then be taken for the new workflow's, so it is looked for
-- first, SCAN_COUNT timers a call; ids that we made never come again.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, cursor        cursor '0' at first, then as answered; dead letters go 1,000 a call
-- RETURNS {'ok'} it is gone | {'more', cursor} call again | {'none'} no such workflow | {'live'} it has not ended | {'epoch'}
-- @include base
-- @include states
-- @include dead
-- @include unlist
local SCAN_COUNT = 500
local id, cursor = ARGV[2], ARGV[3]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local key = K_workflow .. id
local f = redis.pcall('HMGET', key, 's', 'd')
-- What is no hash is damaged and nobody works on it.
local damaged = f.err ~= nil
if not damaged then
  if not f[1] then return { 'none' } end
  local state = match(f[1], '^(%a) %d+ ')
  if state and not STATES.over[state] then return { 'live' } end
end
if damaged or f[2] then
  local page = redis.call('ZSCAN', K_timers, cursor, 'COUNT', SCAN_COUNT)
  local stale = {}
  for i = 1, #page[2], 2 do
    if match(page[2][i], '^%a:[^:]+:%d:([^:]+):') == id then stale[#stale + 1] = page[2][i] end
  end
  for from = 1, #stale, 4000 do redis.call('ZREM', K_timers, unpack(stale, from, min(from + 3999, #stale))) end
  if page[1] ~= '0' then return { 'more', page[1] } end
end
if forget_dead(id, DEAD_STEP) == DEAD_STEP then return { 'more', '0' } end
unlist({ id })
redis.call('UNLINK', key, K_damaged .. id)
redis.call('ZREM', K_ended, id)
return { 'ok' }
