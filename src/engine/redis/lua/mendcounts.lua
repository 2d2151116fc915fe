-- mendcounts: a workflow's control field is given the counts that follow from its nodes, and what follows from the counts: its outcome, its end, or that
-- it has not ended after all. The caller has read the nodes between two sights of the same control field: a task that ended meanwhile would have changed it.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, control, rem:int, outs:int, worst, ok:int, failed:int, revoked:int, skipped:int, fix:int
-- RETURNS {'fine'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = context(ARGV[2])
if not c or c.f.s ~= ARGV[3] then return { 'fine' } end
if ARGV[11] ~= '1' then return { 'fault' } end
c.rem, c.outs, c.worst = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
c.S, c.F, c.R, c.K = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
c.changed = true
if c.outs > 0 then c.outcome = '0' end
if c.outs == 0 and c.outcome == '0' then known_outcome(c) end
if c.state == 'e' and (c.rem > 0 or c.outs > 0) then
  c.state, c.ended = c.started == '0' and 'p' or 'r', '0'
  redis.call('ZREM', K_ended, c.id)
end
run(500)
flush()
wake()
mended('counts-wrong')
return { 'mended' }
