-- hookfeed: takes up a part of the log of events: its deliveries and the cursor behind it, both or neither. Who read the log at another cursor changes
-- nothing; sent again, it finds its own cursor and changes nothing.
-- KEYS    meta, guard
-- ARGV    epoch, seen, next, gaps:int, most:int, deliveries:list        seen: the cursor as it was read, '' for none; gaps: what the log had lost; most: deliveries that may wait for one endpoint; deliveries: id, endpoint, event, workflow, tenant, body, …; 200 at most
-- RETURNS {'ok', added, left out because too many wait} | {'other'} somebody else has taken it up | {'epoch'}
-- @include base
-- @include hooks
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
if (redis.call('HGET', K_hookfeed, 'c') or '') ~= ARGV[2] then return { 'other' } end
local at, most, counts, touched = clock(), tonumber(ARGV[5]), { new = 0, many = 0, there = 0 }, {}
for k = 6, #ARGV, 6 do
  local endpoint = ARGV[k + 1]
  local what = HOOK.add(ARGV[k], endpoint, ARGV[k + 2], ARGV[k + 3], ARGV[k + 4], ARGV[k + 5], most, at)
  counts[what] = counts[what] + 1
  touched[endpoint] = true
end
for endpoint in pairs(touched) do HOOK.reindex(endpoint) end
redis.call('HSET', K_hookfeed, 'c', ARGV[3])
if ARGV[4] ~= '0' then redis.call('HINCRBY', K_hookfeed, 'm', ARGV[4]) end
if counts.many > 0 then redis.call('HINCRBY', K_hookfeed, 'd', counts.many) end
return { 'ok', counts.new, counts.many }
