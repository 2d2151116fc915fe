-- stage: adds fields to a workflow that is being stored, or a segment to one whose node is leased by the attempt that asks.
-- Writing the same fields again changes nothing.
-- KEYS    meta, guard
-- ARGV    epoch, id, node, attempt, pairs:list       node and attempt '' while the workflow itself is being stored
-- RETURNS {'ok'} | {'epoch'} | {'gone'} no such workflow, already started, or the lease was lost
-- @include base
local id, node, attempt = ARGV[2], ARGV[3], ARGV[4]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local key = K_workflow .. id
local f = redis.call('HMGET', key, 's', node == '' and 's' or node)
if not f[1] then return { 'gone' } end
if node == '' then
  if byte(f[1]) ~= 103 then return { 'gone' } end
elseif not f[2] or match(f[2], '^L (%S+) ') ~= attempt then
  return { 'gone' }
end
for from = 5, #ARGV, 4000 do redis.call('HSET', key, unpack(ARGV, from, min(from + 3999, #ARGV))) end
return { 'ok' }
