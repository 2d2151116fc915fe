-- purgequeue: one step through a ready or parked list: what waits in it ends REVOKED (purged), by settle(), so that what depends on it ends as after any
-- revoke. Nothing that is leased or delayed is touched. Of a range as much as fits: the rest stays in its place.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, kind, list, task, offset:int, before, dry:int        kind ready | parked; task '' for all; offset, before: where the last step ended, 0 and '' at first
-- RETURNS {'ok', nodes, entries, offset, before, over} | {'epoch'}        over 1: the end of the list was reached; dry 1: nodes is what entries name
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include flush
-- @include grant
-- @include queued
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local kind, list, task, dry = ARGV[2], ARGV[3], ARGV[4], ARGV[7] == '1'
local parked = kind == 'parked'
local key = (parked and K_parked or K_ready) .. list

local function purge(c, x, T, left)
  x.cost = math.max(1, #T.succ)
  x.looked = min(x.n, math.max(1, floor(left / x.cost)))
  fields(c, ids(x.p, x.a, x.looked, x.s))
  for k = 0, x.looked - 1 do
    local i = x.a + k * x.s
    if waits(c, x.p, i, T) then
      local attempts = tonumber(match(field(c, x.p .. text(i)) or '', '^[QD] (%d+)') or '1') - 1
      settle(c, x.p, i, T, 'R', revoked(attempts, 'purged'), 'R' .. x.p .. i, 0)
      x.counted = x.counted + 1
    end
  end
end

local nodes, done, offset, before, over = walk(key, task, tonumber(ARGV[5]), ARGV[6], 500, dry, purge)
if nodes > 0 and not dry and LOG.tells(1) then LOG.line('~x ' .. match(list, '^[^:]+') .. ' ' .. nodes) end
run(500)
flush()
if redis.call('EXISTS', key) == 0 then redis.call('HDEL', parked and K_parkedlists or K_active, list) end
wake()
return { 'ok', nodes, done, offset, before, over and 1 or 0 }
