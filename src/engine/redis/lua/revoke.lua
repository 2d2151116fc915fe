-- revoke: a workflow, or tasks of it, is not to run any more: what is open ends, what runs is fenced and its processes are told. One short call whatever
-- the size: what is too wide is done by spread items (lib/sweep.lua), which further calls, turns and upkeep take up.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, why, nodes:list        why: the error as JSON; no nodes: the whole workflow; 500 nodes at most
-- RETURNS {'ok', n} it is done; n tasks were named and open | {'more', n} it is decided; a further call (without nodes) does more of it | {'busy', 0} other moves of the workflow were under way, some of them are made: call again for these nodes | {'ended', 0} it had ended | {'none', 0} no such workflow, or one that is being stored yet | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include flush
-- @include grant
-- @include lone
-- @include undo
-- @include judge
-- @include segments
-- @include sweep
-- @include cancel
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c, named, budget = try_context(ARGV[2], { 'G', 'm', 'u' }), 0, 500
if not c or c.state == 'g' then return { 'none', 0 } end
if c.state == 'e' or c.state == 'x' then return { 'ended', 0 } end
if c.state == 'k' then
  budget = take_spreads(budget)
elseif #ARGV == 3 then
  guarded(c, revoke_all, ARGV[3])
else
  -- What a new run or a requeue has still to open again would not hear that a task before it has ended, and stay open for ever.
  if tonumber(c.f['u'] or 0) > 0 then
    local _, any = take_spreads(budget)
    flush()
    wake()
    if any then return { 'busy', 0 } end
  end
  for k = 4, #ARGV do
    local p, i = node_named(c, ARGV[k])
    if p and not terminal(field(c, ARGV[k])) then
      named = named + 1
      later(c, 'q', p, i, 1, 1, '0', ARGV[3])
    end
  end
  if named > 0 then signal(c, 'revoke') end
end
run(budget)
local left = flush()
wake()
if left == 0 and not c.damaged then left = tonumber(redis.call('HGET', c.key, 'u') or 0) end
return { left > 0 and 'more' or 'ok', named }
