-- requeue: a task that failed with no attempt left runs again as part of its workflow; what its failure did to others is taken back (lib/undo.lua).
-- What did not depend on it is not touched. What is too wide for one call is done by spread items, which further calls, turns and upkeep take up, and
-- the task is released behind them.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, node, attempts:int        attempts: those it had when it failed; another number is another failure
-- RETURNS {'ok'} it may run | {'begun'} it will; a further call does more of the undoing | {'busy'} moves of the workflow were under way, some of them are made: call again | {'same'} it is not failed by that attempt (any more) | {'none'} no such workflow | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include loss
-- @include giveback
-- @include grant
-- @include lone
-- @include fetch
-- @include segments
-- @include finish
-- @include undo
-- @include judge
-- @include dead
local id, node, attempts = ARGV[2], ARGV[3], ARGV[4]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = try_context(id, { node, 'u' })
local name = id .. ':' .. node
if not c or c.state == 'x' then
  remove_dead({ name })
  return { 'none' }
end
local r, waits = c.f[node], 'W ' .. attempts + 1
local att = match(r or '', '^F(%d*)|')
if att == '' then att = '1' end
if att ~= attempts and r ~= waits then return { 'same' } end

if r == waits or tonumber(c.f['u'] or 0) > 0 then
  local _, any = take_spreads(500)
  flush()
  wake()
  if r == waits then return { any and c.f[node] == waits and 'begun' or 'ok' } end
  if any then return { 'busy' } end
end

local p, i = match(node, '^(.*/)(%d+)$')
local was_ended = c.state == 'e'
local release_ = guarded(c, exhume, p or '', tonumber(i or node), att, redis.call('ZSCORE', K_dead, name))
local budget = run(500)
if release_ then later(c, 'z', unpack(release_)) end
-- Nothing else is left to do: it may run at once.
if todo_head == #todo then run(budget) end
-- Before the flush, which enters it again when it has ended already, because its task had expired.
if was_ended and not c.damaged then redis.call('ZREM', K_ended, id) end
local left = flush()
if not c.damaged then remove_dead({ name }) end
wake()
return { left > 0 and 'begun' or 'ok' }
