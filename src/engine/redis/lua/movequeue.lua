-- movequeue: one step through a ready or parked list: what waits in it goes to the end of another queue's list of the same priority, in its order. Each entry
-- names its template with the new queue from then on (lib/moved.lua). Dead entries go.
-- KEYS    meta, guard
-- ARGV    epoch, kind, list, to, task, limit:int, offset:int, before, dry:int        limit: nodes; the others as in purgequeue
-- RETURNS {'ok', nodes, entries, offset, before, over} | {'epoch'}        as purgequeue
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include flush
-- @include grant
-- @include queued
-- @include moved
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local parked, list, to, task, dry = ARGV[2] == 'parked', ARGV[3], ARGV[4], ARGV[5], ARGV[9] == '1'
local key = (parked and K_parked or K_ready) .. list

local function move(c, x, T, left)
  local t = moved_template(c, x.p, x.t, to)
  x.cost = 1
  x.looked = min(x.n, left)
  -- One that was moved to too many queues goes to the end of its own list.
  enqueue_all(c, t and template(c, x.p, t) or T, x.p, x.a, x.looked, x.s, t or x.t)
  x.counted = t and x.looked or 0
end

local nodes, done, offset, before, over = walk(key, task, tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[6]), dry, move)
flush()
if redis.call('EXISTS', key) == 0 then redis.call('HDEL', parked and K_parkedlists or K_active, list) end
wake()
return { 'ok', nodes, done, offset, before, over and 1 or 0 }
