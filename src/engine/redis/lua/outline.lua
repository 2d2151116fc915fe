-- outline: which template each node has and which state it is in, of up to 2,048 nodes from `first`.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id, prefix, first:int, count:int
-- RETURNS {templates, states}  templates as runs '<template>*<n>' joined by ','; states as one letter each: P T(started) Y(retry) S F R K; perhaps fewer than asked
-- @include base
-- @include workflow
local LARGE_BYTES = 1048576
local key, p = K_workflow .. ARGV[1], ARGV[2]
local first, count = tonumber(ARGV[3]), min(tonumber(ARGV[4]), 2048)
local runs, states, read_bytes = {}, {}, 0
local same, length = nil, 0

local function add(template)
  if template == same then
    length = length + 1
    return
  end
  if same then runs[#runs + 1] = same .. '*' .. length end
  same, length = template, 1
end

local function letter(r)
  if not r then return 'P' end
  local code = byte(r)
  if code == 81 and find(r, ' W%S+ %S+$') then return 'T' end
  local ends = TERMINAL[code]
  if ends == 'A' then return find(r, '|R', 1, true) and 'R' or 'F' end
  if not ends and STATES.retried[code] and not find(r, '^%a 1 ') then return STATES.retried[code] end
  return ends or STATES.shown[code] or 'P'
end

local n = 0
while n < count and read_bytes < LARGE_BYTES do
  local i = first + n
  local j0 = i % 32
  local block = redis.call('HGET', key, 'b' .. p .. (i - j0) / 32)
  -- The texts begin behind a count and the 16-bit ends of all.
  local size = block and byte(block) or 0
  local m, done, base = min(32 - j0, count - n, size - j0), 0, 1 + 2 * size
  if m <= 0 then break end
  read_bytes = read_bytes + #block
  while done < m and read_bytes < LARGE_BYTES do
    local j = j0 + done
    local x, y = 0, 0
    if j > 0 then x, y = byte(block, 2 * j, 2 * j + 1) end
    local from = base + x * 256 + y
    local definition = sub(block, from + 1, from + 12)
    if byte(definition) == 29 then
      definition = redis.call('HGET', key, 'a' .. p .. i + done) or ''
      read_bytes = read_bytes + #definition
    end
    add(match(definition, '^(%d+);') or '')
    done = done + 1
  end
  local got = redis.call('HMGET', key, unpack(ids(p, i, done, 1)))
  for k = 1, done do states[#states + 1] = letter(got[k]) end
  n = n + done
end
if same then runs[#runs + 1] = same .. '*' .. length end
return { concat(runs, ','), concat(states) }
