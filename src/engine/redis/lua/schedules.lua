-- schedules: reads schedules: these, or those behind a name in the order of names.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    prefix, after, count:int, names:list      prefix `<tenant>:` or '' for all; after '' from the first one
-- RETURNS {now, {name, state, paused, running, waiting, runs, definition}…}; of what is not there, or is no schedule, {name} alone
-- @include base
-- @include workflow
local prefix, after, names = ARGV[1], ARGV[2], {}
for k = 4, #ARGV do names[#names + 1] = ARGV[k] end
if #names == 0 then
  local from = after ~= '' and '(' .. after or '[' .. prefix
  names = redis.call('ZRANGEBYLEX', K_schedules, from, prefix ~= '' and '[' .. prefix .. '\255' or '+', 'LIMIT', 0, ARGV[3])
end
local out = { now() }
for i = 1, #names do
  local got = redis.pcall('HMGET', K_schedule .. names[i], 's', 'p', 'r', 'q', 'l', 'd')
  out[#out + 1] = got.err and { names[i] } or { names[i], got[1], got[2] or '', got[3] or '', got[4] or '', got[5] or '', got[6] or '' }
end
return out
