-- spawn: a running task starts a workflow as a child of its own, in its own partition. The child's id follows from the task and the call, and the parent
-- lists it: what an earlier attempt started is found, whatever is given now.
-- A large child comes in pieces: begin 0 stores what there is, `stage` the rest, begin 2 starts it. What an attempt left half stored is stored anew.
-- KEYS    meta, guard
-- ARGV    epoch, parent, run, node, attempt, template, call, partition, policy, awaited:int, begin:int, total:int, outs:int, keepMs:int, roots, pairs:list
--         call  which of the task's calls: <attempts before a requeue>.<ordinal>; partition  two hexadecimal digits; policy  c it goes with its parent, a it does not; awaited 1: the node will wait for it
-- RETURNS {'ok', id} | {'known', id} an earlier attempt, or this very call, started it | {'staging', id} | {'lost'} the attempt no longer holds the node | {'many'} | {'deep'} | {'full'} | {'gap'} it is not whole: begin again | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include start
-- @include flush
-- @include loss
-- @include finish
-- @include undo
-- @include judge
-- @include sweep
-- @include child
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local parent, run_, node, attempt, t, call, partition, policy = unpack(ARGV, 2, 9)
local awaited, begin, total, outs, keep, roots = ARGV[10] == '1', ARGV[11], ARGV[12], ARGV[13], ARGV[14], ARGV[15]
local c = try_context(parent, { node, 'P', 'C', 'm' })
if not c or c.run ~= run_ or not live(c) or match(c.f[node] or '', '^L (%S+) ') ~= attempt then return { 'lost' } end
local id = partition .. '-' .. sub(redis.sha1hex(parent .. ' ' .. c.created .. ' ' .. run_ .. ' ' .. node .. ' ' .. call), 1, 20)
local listed = c.f['C'] or ''
if find(listed, id, 1, true) then return { 'known', id } end
if #listed >= MOST_CHILDREN * CHILD_LINE then return { 'many' } end
local root, depth = lineage(c)
if depth >= MOST_DEPTH then return { 'deep' } end
if meta[2] then return { 'full' } end

local function place()
  return concat({ parent, node, root, policy, text(depth + 1), t, keep }, ' ')
end

local function stored(state)
  redis.call('UNLINK', K_workflow .. id)
  local kept = awaited and text(math.max(tonumber(keep), KEPT_MS)) or keep
  local child = START.new(id, state, total, outs, kept, awaited and '-c' or '-')
  for k = 16, #ARGV, 2 do put(child, ARGV[k], ARGV[k + 1]) end
  local tenant = own_tenant(c)
  if tenant and child.f['m'] then put(child, 'm', sub(child.f['m'], 1, -2) .. tenant) end
  -- It is listed with its parent's tenant.
  put(child, 'l', (match(field(c, 'l') or '', '^%S+') or '-') .. sub(child.f['l'] or '- p:' .. parent, 2))
  put(child, 'P', place())
  return child
end

local function staged()
  local child = try_context(id, start_fields())
  roots = child and child.state == 'g' and kept_roots(child)
  return roots and child
end

if begin == '0' then
  START.keep_roots(stored('g'), total, roots)
  flush()
  return { 'staging', id }
end
local child = begin == '1' and stored('p')
if begin == '2' then child = staged() end
if not child then return { 'gap' } end
redis.call('ZREM', K_staging, id)
put(c, 'C', listed .. id .. ' ' .. policy .. '\n')
START.begin(child, roots)
run(500)
flush()
wake()
return { 'ok', id }
