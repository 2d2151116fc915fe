-- audit: asked by a process whose connection broke. A Redis that restarted or failed over may have come back without the last turns that it had
-- answered: then a lane stands behind what the process knows. Nodes of its grants that it does not hold any more go back, uncharged: what it
-- said of them was forgotten, and it will not say it again.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, answered, held:list        answered: 'lane:sequence …', the last turns that were answered; held: 'workflow:node' each
-- RETURNS {'ok', nodesGivenBack} | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include loss
-- @include giveback
local process, answered, behind, nodes = ARGV[2], {}, false, 0
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local pkey = K_process .. process
for lane, sequence in gmatch(ARGV[3], '(%d+):(%d+)') do
  answered[lane] = tonumber(sequence)
  local known = tonumber(redis.call('HGET', pkey, 'q' .. lane) or '')
  if known and known < answered[lane] then behind = true end
end
if not behind then return { 'ok', 0 } end
local keep = {}
for i = 4, #ARGV do keep[ARGV[i]] = true end
local held = redis.call('HGETALL', pkey)
for i = 1, #held, 2 do
  local lane, sequence = match(held[i], '^g(%d+):(%d+)$')
  if lane and tonumber(sequence) <= (answered[lane] or -1) then nodes = nodes + giveback(process, held[i], held[i + 1], false, 1e9, keep) end
end
run(500)
flush()
wake()
return { 'ok', nodes }
