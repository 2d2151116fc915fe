-- examine: templates, places and templates' texts of up to 500 nodes from `first`, for the doctor.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id, prefix, first:int, count:int
-- RETURNS {numbers, words, {number, template text…}}  template numbers joined by ',', words of records (see lib/inspect) by \30; perhaps fewer than asked
-- @include base
-- @include workflow
-- @include graph
-- @include flush
-- @include grant
-- @include inspect
local key, p = K_workflow .. ARGV[1], ARGV[2]
local first, count = tonumber(ARGV[3]), min(tonumber(ARGV[4]), 500)
local numbers, words, templates, seen = template_numbers(key, p, first, count), {}, {}, {}
if #numbers == 0 then return { '', '', {} } end
local got = redis.call('HMGET', key, unpack(ids(p, first, #numbers, 1)))
for k = 1, #numbers do
  words[k] = word(got[k])
  local t = numbers[k]
  if t ~= '?' and not seen[t] then
    seen[t] = true
    local source = redis.call('HGET', key, 't' .. p .. t) or ''
    templates[#templates + 1], templates[#templates + 2] = t, pcall(parse_template, source) and source or ''
  end
end
return { concat(numbers, ','), concat(words, '\30'), templates }
