-- requeue: a task that failed with no attempt left runs again as part of its workflow; what its failure did to others is taken back (lib/undo.lua).
-- What did not depend on it is not touched. What is too wide for one call is done by spread items, and the task is released behind them.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, node, attempts:int        attempts: those it had when it failed; another number is another failure
-- RETURNS {'ok'} | {'more'} moves of the workflow were under way, some of them are made: call again | {'same'} it is not failed by that attempt (any more) | {'none'} no such workflow | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include flush
-- @include loss
-- @include giveback
-- @include grant
-- @include lone
-- @include fetch
-- @include finish
-- @include undo
-- @include judge
local id, node, attempts = ARGV[2], ARGV[3], ARGV[4]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = try_context(id, { node, 'u' })
local name = id .. ':' .. node
if not c or c.state == 'x' then
  redis.call('ZREM', K_dead, name)
  redis.call('ZREM', K_deadof, name)
  return { 'none' }
end
local att = match(c.f[node] or '', '^F(%d*)|')
if att == '' then att = '1' end
if att ~= attempts then return { 'same' } end
if tonumber(c.f['u'] or 0) > 0 and take_spread() then
  run(500)
  flush()
  wake()
  return { 'more' }
end
local p, i = match(node, '^(.*/)(%d+)$')
local was_ended = c.state == 'e'
local release_ = guarded(c, exhume, p or '', tonumber(i or node), att, redis.call('ZSCORE', K_dead, name))
local budget = run(500)
if release_ then later(c, 'z', unpack(release_)) end
if todo_head == #todo then run(budget) end
flush()
if not c.damaged then
  if was_ended then redis.call('ZREM', K_ended, id) end
  redis.call('ZREM', K_dead, name)
  redis.call('ZREM', K_deadof, name)
end
wake()
return { 'ok' }
