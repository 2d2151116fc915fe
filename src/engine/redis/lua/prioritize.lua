-- prioritize: what waits of a workflow, or of tasks of it, and what will wait later, gets another priority. What runs is not touched. One short call whatever
-- the size: what stands in less urgent lists is looked for by spread items (lib/overtake.lua), what stands in more urgent ones is met by turns.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, priority:int, nodes:list        0 the most urgent … 9; no nodes: the whole workflow, tasks that had one of their own too; 500 nodes at most
-- RETURNS {'ok', n} n tasks were named and open | {'many', 0} more than 1,000 tasks would have one of their own | {'ended', 0} it has ended, or was revoked | {'none', 0} no such workflow, or one that is being stored yet | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include flush
-- @include grant
-- @include segments
-- @include overtake
local MOST_OWN = 1000
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local c = try_context(ARGV[2], { 'N', 'G' })
if not c or c.state == 'g' then return { 'none', 0 } end
if not live(c) then return { 'ended', 0 } end
local priority, before = ARGV[3], c.f['N'] or '-'

-- own_ones: the tasks with a priority of their own from now on, as the field has them, how many, and how many of those that are named are open.
local function own_ones()
  local all, own = match(before, '^(%S+) ?(%S*)$')
  local named, list, open = {}, {}, 0
  for k = 4, #ARGV do
    local p = node_named(c, ARGV[k])
    if p and not named[ARGV[k]] and not terminal(field(c, ARGV[k])) then
      named[ARGV[k]], open = true, open + 1
      list[open] = ARGV[k] .. '=' .. priority
    end
  end
  for node, other in gmatch(own, '([^=,]+)=(%d)') do
    if not named[node] then list[#list + 1] = node .. '=' .. other end
  end
  return all .. ' ' .. concat(list, ','), #list, open
end

local said, own, open = priority, 0, 0
if #ARGV > 3 then said, own, open = own_ones() end
if own > MOST_OWN then return { 'many', 0 } end
if said == before or (#ARGV > 3 and open == 0) then return { 'ok', open } end
put(c, 'N', said)
if not reprioritized(c) then c.flags, c.changed = c.flags .. 'n', true end
later(c, 'r', '', 0, 1, 1, '0', 't 0 -')
run(500)
flush()
wake()
return { 'ok', open }
