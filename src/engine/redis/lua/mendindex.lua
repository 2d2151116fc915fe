-- mendindex: a workflow stands in the index of its state and in no other: `staging` while it is being stored, `ended` when it has ended. What is in none
-- would never be removed, what is in the wrong one would be removed while it lives. And it is listed as what it is (lib/listing.lua).
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, fix:int
-- RETURNS {'fine'} | {'fault', code} | {'mended', code} | {'epoch'}     code ended-unlisted | staging-unlisted | live-listed | listing-wrong
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local id = ARGV[2]
local s = redis.pcall('HGET', K_workflow .. id, 's')
-- What is no hash is damage, and not judged here.
local state = type(s) == 'string' and match(s, '^(%a) ')
if not state then return { 'fine' } end
local over = state == 'e' or state == 'x'
local ended, staging = redis.call('ZSCORE', K_ended, id), redis.call('ZSCORE', K_staging, id)
local code
if over and not ended then code = 'ended-unlisted'
elseif state == 'g' and not staging then code = 'staging-unlisted'
elseif (not over and ended) or (state ~= 'g' and staging) then code = 'live-listed' end
local c = (not code or code == 'ended-unlisted') and try_context(id)
if not code and c and c.class and not is_listed(c) then code = 'listing-wrong' end
if not code then return { 'fine' } end
if ARGV[3] ~= '1' then return { 'fault', code } end
if code == 'listing-wrong' then
  list_anew(c)
  write_listings()
elseif code == 'ended-unlisted' then
  redis.call('ZADD', K_ended, now() + (c and c.keep or 86400000), id)
elseif code == 'staging-unlisted' then
  redis.call('ZADD', K_staging, now(), id)
end
if not over then redis.call('ZREM', K_ended, id) end
if state ~= 'g' then redis.call('ZREM', K_staging, id) end
mended(code)
return { 'mended', code }
