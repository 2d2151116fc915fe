-- examine: templates, places and templates' texts of up to 500 nodes from `first`, for the doctor; of moved nodes the templates by which they were, too.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id, prefix, first:int, count:int
-- RETURNS {numbers, words, {number, template text…}}  template numbers joined by ',', words of records (see lib/inspect) by \30; perhaps fewer than asked
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include grant
-- @include inspect
-- @include moved
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
    for moves = 0, MOVED_LIMIT do
      local number = text(t + moves * MOVED)
      local source = redis.call('HGET', key, 't' .. p .. number)
      if moves > 0 and not source then break end
      templates[#templates + 1], templates[#templates + 2] = number, source and pcall(parse_template, source) and source or ''
    end
  end
end
return { concat(numbers, ','), concat(words, '\30'), templates }
