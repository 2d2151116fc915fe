-- setschedule: makes a schedule, or changes one as it was read: in another version, or when a tick has fired since, nothing is changed, and whoever asked
-- reads again. So the times that are written never lie before what has been fired.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, name, version, seen, overlap, most:int, fails, next, due, definition, paused
--         version    the one that was read, 0: there was none; seen: its next nominal time then; next, due: `-` for never; paused: JSON, '' for not
-- RETURNS {'ok', version} | {'other'} it is another one by now | {'full'} | {'epoch'}
-- @include base
-- @include workflow
-- @include schedule
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
local _, name, version, seen, overlap, most, fails, next_, due, definition, paused = unpack(ARGV)
local s = schedule(name)
if (s and s.version or '0') ~= version or (s and s.next ~= seen) then return { 'other' } end
if not s then
  if meta[2] then return { 'full' } end
  redis.call('UNLINK', K_schedule .. name)
  s = { name = name, version = 0, fired = '0', skipped = '0', missed = '0', ticks = '0', running = '', waiting = '', runs = '', before = {} }
end
-- A version is Redis's clock where that has gone on: a schedule that is dropped and made again never has one that somebody has read before.
s.version = text(math.max(now(), s.version + 1))
s.overlap, s.most, s.fails, s.next, s.due, s.paused = overlap, tonumber(most), fails, next_, due, paused ~= '' and paused
redis.call('ZADD', K_schedules, 0, name)
redis.call('HSET', K_schedule .. name, 'd', definition)
write_schedule(s)
return { 'ok', s.version }
