-- mendsegment: a node waits for its replacement, which is not part of the graph. It becomes part again when it is stored; else the node runs once more.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, prefix, index:int, template, word, segment, fix:int
-- RETURNS {'fine'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include segments
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local p, i, q = ARGV[4], tonumber(ARGV[5]), ARGV[8]
local c = unchanged(ARGV[2], ARGV[3], p .. text(i), ARGV[7])
if not c then return { 'fine' } end
local attached = field(c, 'G') or ''
if find('\n' .. attached, '\n' .. q .. ' ', 1, true) then return { 'fine' } end
-- A requeued task waits, too, for the spread item that releases it.
if in_list(K_spread, '^%a:(.*)$', true, c, p, i) then return { 'fine' } end
if ARGV[9] ~= '1' then return { 'fault' } end
local nodes = match(field(c, 'r' .. q) or '', '^%d+ (%d+) %S+$')
if nodes then
  put(c, 'G', attached .. segment_line(q, nodes, p .. text(i)))
else
  put(c, p .. text(i), 'Q ' .. (match(ARGV[7], '^W (%d+)$') or '1') .. ' 0 0 - -')
  plan(fronted, c, waits_in(c, template(c, p, ARGV[6]), p .. text(i)), entry(c, p, i, 1, 1, ARGV[6]))
end
flush()
wake()
mended('segment-unattached')
return { 'mended' }
