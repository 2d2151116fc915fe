-- stage: adds fields to a workflow that is being stored, or a segment to one whose node is leased by the attempt that asks, part by part, in order.
-- Writing the same part again changes nothing. A failover may forget parts that a former master has answered: none is taken behind one that is missing, and
-- what is not whole never starts (kept_roots in lib/start.lua, fits in lib/finish.lua).
-- KEYS    meta, guard
-- ARGV    epoch, id, node, attempt, prefix, part:int, parts:int, pairs:list       node, attempt and prefix '' while the workflow itself is being stored; the first part is 1
-- RETURNS {'ok'} | {'epoch'} | {'gone'} no such workflow, already started, or the lease was lost | {'gap'} a part before this one is not there: begin again with the first
-- @include base
local id, node, attempt, mark, part = ARGV[2], ARGV[3], ARGV[4], 'z' .. ARGV[5], tonumber(ARGV[6])
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local key = K_workflow .. id
local f = redis.call('HMGET', key, 's', node == '' and 's' or node, mark)
if not f[1] then return { 'gone' } end
if node == '' then
  if byte(f[1]) ~= 103 then return { 'gone' } end
elseif not f[2] or match(f[2], '^L (%S+) ') ~= attempt then
  return { 'gone' }
end
local owner, stored = match(f[3] or '', '^(%S*) (%d+)/')
stored = owner == attempt and tonumber(stored) or 0
if part > stored + 1 then return { 'gap' } end
redis.call('HSET', key, mark, attempt .. ' ' .. math.max(part, stored) .. '/' .. ARGV[7])
for from = 8, #ARGV, 4000 do redis.call('HSET', key, unpack(ARGV, from, min(from + 3999, #ARGV))) end
return { 'ok' }
