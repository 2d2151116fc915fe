-- pausequeue: from here on nothing is leased from a queue, or something is again; in the home partition (0), where versions are made. Other partitions
-- get the answered text by copypauses. What runs goes on; what comes to a paused queue waits in it.
-- A version is Redis's clock where that has gone on: a home that lost its last second makes a greater one than it had given out.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, queue, details        details: JSON of who paused it and why; '' to resume
-- RETURNS {'ok', paused} the field as it is now, also when nothing was to be changed | {'full'} too many queues are paused | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include flush
-- @include copies
local queue, details = ARGV[2], ARGV[3]
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'paused')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
heed(meta[2])
if is_paused(queue) == (details ~= '') then return { 'ok', meta[2] or NO_PAUSES } end
local names, count = ',', 0
for name in gmatch(pauses, '[^,]+') do
  if name ~= queue then names, count = names .. name .. ',', count + 1 end
end
if details == '' then
  redis.call('HDEL', K_pauses, queue)
else
  if count >= PAUSED_LIMIT then return { 'full' } end
  names = names .. queue .. ','
  redis.call('HSET', K_pauses, queue, now_text() .. ' ' .. details)
end
local paused = math.max(now(), version_of(meta[2]) + 1) .. ' ' .. names
if LOG.tells(1) then LOG.line((details == '' and '~c ' or '~p ') .. queue) end
take_pauses(meta[2], paused)
return { 'ok', paused }
