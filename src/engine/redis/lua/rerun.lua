-- rerun: a workflow that has ended runs again, from tasks that are named or from those that failed or were revoked: a new run, visible at once. What does not
-- depend on them keeps its result. What is too wide for one call is done by spread items (lib/reset.lua), and the tasks are released behind them.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, pairs:int, rest:list        run: the one that ended; another one is another rerun. rest: so many fields with their values (definitions with other arguments), then nodes, 500 at most; none: what failed
-- RETURNS {'ok', run} | {'more', run} it is opened; a further call with the same run does more of it | {'live'} it has not ended | {'other', run} another run was opened | {'unfit', node} nothing has reached that task, or it is not there | {'sound'} nothing failed | {'none'} no such workflow | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
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
-- @include sweep
-- @include reset
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local id, run_, pairs_ = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local c = try_context(id, { 'm', 'G', 'H', 'T', 'u' })
if not c or c.state == 'g' then return { 'none' } end
local is_done = c.run + 0 == run_ + 1

local function go_on()
  take_spreads(500)
  local left = flush()
  wake()
  return left > 0 or tonumber(redis.call('HGET', c.key, 'u') or 0) > 0
end

if is_done then return { live(c) and go_on() and 'more' or 'ok', c.run } end
if c.run + 0 ~= run_ then return { 'other', c.run } end
if c.state == 'x' then return { 'none' } end
if c.state ~= 'e' then return { 'live' } end
-- What its end left to be done.
if tonumber(c.f.u or 0) > 0 then
  go_on()
  return { 'live' }
end

-- failed: whether something is there to be tried again: a task, or a virtual node, which counts among no tasks, that was ended with the workflow.
local function failed()
  return c.F + 0 > 0 or c.R + 0 > 0 or c.worst ~= 'S'
end

-- node_of: a named task, when it is one of the graph and may be chosen.
local function node_of(name)
  local p, i = node_named(c, name)
  local r = p and field(c, name)
  return terminal(r) and p, i, r
end

local first = 5 + 2 * pairs_
if first > #ARGV and not failed() then return { 'sound' } end
for k = first, #ARGV do
  local p, i, r = node_of(ARGV[k])
  if not p or byte(r) == 75 or byte(r) == 67 then return { 'unfit', ARGV[k] } end
end
local ok = guarded(c, function()
  open_run(c, first > #ARGV and 'retry' or 'rerun:' .. concat(ARGV, ',', first, min(#ARGV, first + 9)))
  for k = 5, first - 1, 2 do put(c, ARGV[k], ARGV[k + 1]) end
  for k = first, #ARGV do
    local p, i = node_of(ARGV[k])
    -- One that another named task has reset meanwhile runs when its inputs have.
    if p then
      local t = template_of(c, p, i)
      local T = template(c, p, t)
      -- No worker runs a virtual node: it ends with what it stands for.
      if T.virtual or not choose(c, p, i, T, t, c.f[ARGV[k]]) then error('unfit ' .. ARGV[k]) end
    end
  end
  if first > #ARGV then
    later(c, 'f', '', 0, node_count(c), 1, '0')
    local all = segments(c)
    for k = 1, #all do later(c, 'f', all[k][1], 0, all[k][2], 1, '0') end
  end
  local ms = match(c.f['T'] or '', '^%d+ (.*)$')
  if ms then plan(timed, c, now() + match(c.f['T'], '^%d+'), ms) end
end)
if not ok then return { 'unfit', sub(match(c.damaged, 'unfit .*') or 'unfit ?', 7) } end
run(500)
-- Before the flush, which enters it again when the new run has ended already: all that was to run had expired.
redis.call('ZREM', K_ended, id)
flush()
return { go_on() and 'more' or 'ok', c.run }
