-- mendcount: one step of a recount of what `enqueue` stored and has started (K_counts, s). It goes from the newest to the oldest, 500 and those of the same
-- ms a step, and keeps in K_counts what it has passed (`t`: all that was created at or after it) and what it counted there (`n`). Scripts that start or
-- end one of those meanwhile change `n` too (write_starts), so the sum is right at its end though nothing stood still.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, begin:int, fix:int
-- RETURNS {'more'} call again with begin 0 | {'fine'} | {'fault', counted, stands} | {'mended', counted, stood} | {'epoch'}
-- @include base
-- @include workflow
-- @include inspect
local STEP = 500
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
if ARGV[2] == '1' then redis.call('HSET', K_counts, 't', now() + 1, 'n', 0) end
local got = redis.call('HMGET', K_counts, 's', 't', 'n')
-- Another recount has come to its end.
if not got[2] then return { 'fine' } end
local key, stands, counted = K_listed .. '-', tonumber(got[1] or 0), tonumber(got[3])

local function count(list)
  for k = 1, #list do
    local s = redis.pcall('HGET', K_workflow .. list[k], 's')
    local c = {}
    if type(s) == 'string' and pcall(parse_control, c, s) and c.class == '2' and find(c.flags, 'p', 1, true) then counted = counted + 1 end
  end
end

local some = redis.call('ZRANGE', key, '(' .. got[2], 0, 'BYSCORE', 'REV', 'LIMIT', 0, STEP, 'WITHSCORES')
if #some > 0 then
  local last = some[#some]
  count(redis.call('ZRANGE', key, '(' .. got[2], last, 'BYSCORE', 'REV'))
  redis.call('HSET', K_counts, 't', last, 'n', counted)
  return { 'more' }
end
redis.call('HDEL', K_counts, 't', 'n')
if counted == stands then return { 'fine' } end
if ARGV[3] ~= '1' then return { 'fault', counted, stands } end
redis.call('HSET', K_counts, 's', counted)
mended('started-miscounted')
return { 'mended', counted, stands }
